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

/** Reads the window and its comparison from the query of a URL. */
final class WindowParameters {
    private static final int DEFAULT_WINDOW = 7;
    private static final String TODAY = "today";

    private WindowParameters() {}

    /**
     * Reads {@code window=7} or {@code window=today}, or {@code from} and {@code to}. The default is the last seven
     * full days.
     */
    static @Nullable Window window(QueryParameters query, PropertyZones zones, Instant now, Issues issues) {
        if (hasDates(query) && query.has("window")) {
            issues.add("window", "must not be combined with from and to");
            return null;
        }
        LocalDate today = zones.earliestToday(now);
        if (TODAY.equals(query.text("window"))) {
            return new Window(today, today);
        }
        try {
            if (!hasDates(query)) {
                int days = query.number("window", DEFAULT_WINDOW, Window.MAX_DAYS, ", or " + TODAY);
                return Window.lastFull(days, today);
            }
            LocalDate from = query.day("from");
            LocalDate to = query.day("to");
            return from == null || to == null ? null : Window.between(from, to, zones.latestToday(now));
        } catch (Rejected rejected) {
            issues.addAll(rejected);
            return null;
        }
    }

    private static boolean hasDates(QueryParameters query) {
        return query.has("from") || query.has("to");
    }

    /** The request field that decides where the window begins. */
    static String path(QueryParameters query) {
        return hasDates(query) ? "from" : "window";
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
