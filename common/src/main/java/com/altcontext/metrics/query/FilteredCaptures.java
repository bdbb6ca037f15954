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
 * The first captures of new leads in some windows whose visitors match a filter.
 *
 * @param visitors the number of different visitors
 * @param meanHours the mean time from when the visitor was first seen to the capture; null if there are no captures
 */
record FilteredCaptures(long visitors, @Nullable Double meanHours) {
    /** Only links by a form, made by the end of the day of the first capture, and before the window ended. */
    private static final String CAPTURES = """
            SELECT i.visitor_id, l.first_captured_at
            FROM leads AS l JOIN lead_identities AS i ON i.lead_id = l.id AND i.source = 'form_submit'
            WHERE NOT l.is_bot AND NOT i.is_bot AND ?
            ORDER BY i.visitor_id
            """;

    /** A window can have more captures than fit into a small heap. */
    private static final int CAPTURES_PER_PART = 5_000;

    private record CapturedLead(UUID visitor, Instant at) {}

    private record SeenVisitor(UUID id, Instant firstSeen) {}

    static FilteredCaptures read(RawRows rows, List<ZoneWindow> windows, Filter filter) {
        SqlFragment captured =
                SqlFragment.any(windows.stream().map(FilteredCaptures::captured).toList());
        Sum sum = new Sum();
        rows.eachPartOfLeads(
                SqlFragment.of(CAPTURES, captured),
                CAPTURES_PER_PART,
                row -> new CapturedLead(row.id(1), row.time(2)),
                captures -> sum.add(captures, firstSeen(rows, windows, filter, captures)));
        return new FilteredCaptures(sum.visitors, sum.captures == 0 ? null : sum.hours / sum.captures);
    }

    /** When each visitor was first seen. Has only the visitors who match the filter. */
    private static Map<UUID, Instant> firstSeen(
            RawRows rows, List<ZoneWindow> windows, Filter filter, List<CapturedLead> captures) {
        UUID[] visitors =
                captures.stream().map(CapturedLead::visitor).distinct().toArray(UUID[]::new);
        Map<UUID, Instant> firstSeen = new HashMap<>();
        rows.query(
                        RawConditions.visitorsOf(windows, filter, rows.days(), visitors),
                        row -> new SeenVisitor(row.id(1), row.time(2)))
                .forEach(visitor -> firstSeen.put(visitor.id, visitor.firstSeen));
        return firstSeen;
    }

    /** The sums over all parts. The captures of a visitor follow one another, but can be in different parts. */
    private static final class Sum {
        long visitors;
        long captures;
        double hours;

        @Nullable
        UUID lastVisitor;

        void add(List<CapturedLead> part, Map<UUID, Instant> firstSeen) {
            for (CapturedLead capture : part) {
                Instant since = firstSeen.get(capture.visitor);
                if (since != null) {
                    visitors += capture.visitor.equals(lastVisitor) ? 0 : 1;
                    captures++;
                    hours += hours(since, capture.at);
                    lastVisitor = capture.visitor;
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
