package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The new leads of some windows whose visitor a filter keeps.
 *
 * @param visitors different ones
 * @param meanHours from the first sight of the visitor to the capture; null if there is none
 */
record KeptCaptures(long visitors, @Nullable Double meanHours) {
    /** The certain links that were made by the end of the day of the capture, and of a window in part by that. */
    private static final String CAPTURES = """
            SELECT i.visitor_id, l.first_captured_at
            FROM leads AS l JOIN lead_identities AS i ON i.lead_id = l.id AND i.source = 'form_submit'
            WHERE NOT l.is_bot AND NOT i.is_bot AND ?
            ORDER BY i.visitor_id
            """;

    /** A window may have more captures than a small heap holds. */
    private static final int CAPTURES_AT_ONCE = 5_000;

    private record CapturedLead(UUID visitor, Instant at) {}

    private record Known(UUID visitor, Instant firstSeen) {}

    static KeptCaptures read(RawRows rows, List<ZoneWindow> windows, Filter filter) {
        SqlFragment captured =
                SqlFragment.any(windows.stream().map(KeptCaptures::captured).toList());
        Sum sum = new Sum();
        rows.eachPartOfLeads(
                SqlFragment.of(CAPTURES, captured),
                CAPTURES_AT_ONCE,
                row -> new CapturedLead(row.id(1), row.time(2)),
                captures -> sum.add(captures, firstSeen(rows, windows, filter, captures)));
        return new KeptCaptures(sum.visitors, sum.captures == 0 ? null : sum.hours / sum.captures);
    }

    /** When those of the visitors whom the filter keeps were first seen. */
    private static Map<UUID, Instant> firstSeen(
            RawRows rows, List<ZoneWindow> windows, Filter filter, List<CapturedLead> captures) {
        UUID[] visitors =
                captures.stream().map(CapturedLead::visitor).distinct().toArray(UUID[]::new);
        Map<UUID, Instant> firstSeen = new HashMap<>();
        rows.query(RawConditions.visitorsOf(windows, filter, rows, visitors), row -> new Known(row.id(1), row.time(2)))
                .forEach(known -> firstSeen.put(known.visitor, known.firstSeen));
        return firstSeen;
    }

    /** Of all parts. The captures of a visitor follow one another, and may be in two parts. */
    private static final class Sum {
        long visitors;
        long captures;
        double hours;

        @Nullable
        UUID last;

        void add(List<CapturedLead> part, Map<UUID, Instant> firstSeen) {
            for (CapturedLead capture : part) {
                Instant since = firstSeen.get(capture.visitor);
                if (since != null) {
                    visitors += capture.visitor.equals(last) ? 0 : 1;
                    captures++;
                    hours += hours(since, capture.at);
                    last = capture.visitor;
                }
            }
        }
    }

    private static double hours(Instant firstSeen, Instant captured) {
        return Math.max(0, Duration.between(firstSeen, captured).toNanos() / 3.6e12);
    }

    private static SqlFragment captured(ZoneWindow window) {
        SqlFragment onItsDay = SqlFragment.of(
                "(?)::date <= (?)::date", window.localTime("i.linked_at"), window.localTime("l.first_captured_at"));
        return SqlFragment.all(List.of(
                window.holds("l", "first_captured_at"), SqlFragment.of("i.linked_at < ?", window.end()), onItsDay));
    }
}
