package com.altcontext.api.metrics;

import com.altcontext.metrics.EarlierWindow;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.PropertyZones;
import com.altcontext.value.Issues;
import com.altcontext.value.QueryParameters;
import com.altcontext.value.Rejected;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** The days in the query of a URL. */
final class WindowParameters {
    private static final int DEFAULT_WINDOW = 7;
    private static final String TODAY = "today";

    private WindowParameters() {}

    /** {@code window=7} or {@code window=today}, or {@code from} and {@code to}; without either, the last seven full days. */
    static @Nullable Window window(QueryParameters query, PropertyZones zones, Instant now, Issues issues) {
        if (isNamed(query) && query.has("window")) {
            issues.add("window", "must not be combined with from and to");
            return null;
        }
        LocalDate today = zones.today(now);
        if (TODAY.equals(query.text("window"))) {
            return new Window(today, today);
        }
        try {
            if (!isNamed(query)) {
                int days = query.number("window", DEFAULT_WINDOW, Window.MAX_DAYS, ", or " + TODAY);
                return Window.lastFull(days, zones.openDay(now));
            }
            LocalDate from = query.day("from");
            LocalDate to = query.day("to");
            return from == null || to == null ? null : Window.between(from, to, today);
        } catch (Rejected rejected) {
            issues.addAll(rejected);
            return null;
        }
    }

    private static boolean isNamed(QueryParameters query) {
        return query.has("from") || query.has("to");
    }

    /** The field that decides how far back the window reaches. */
    static String path(QueryParameters query) {
        return isNamed(query) ? "from" : "window";
    }

    /** The window to compare with; null for none. */
    static @Nullable EarlierWindow compareTo(QueryParameters query, Issues issues) {
        String text = query.text("compareTo");
        EarlierWindow earlier = text == null ? null : EarlierWindow.named(text);
        boolean none =
                text == null || text.equals("false") || text.equals("no") || text.equals("off") || text.equals("0");
        if (earlier == null && !none) {
            issues.add("compareTo", "must be true, false, previous or year (or yes, no, on, off, 1, 0)");
        }
        return earlier;
    }
}
