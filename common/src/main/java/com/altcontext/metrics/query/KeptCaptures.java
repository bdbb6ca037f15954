package com.altcontext.metrics.query;

import com.altcontext.metrics.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The new leads of some windows whose visitor a filter keeps.
 *
 * @param visitors different ones
 * @param meanHours from the first sight of the visitor to the capture; null if there is none
 */
record KeptCaptures(long visitors, @Nullable Double meanHours) {
    /** The certain links that were made by the end of the day of the capture. */
    private static final String CAPTURES = """
            SELECT i.visitor_id, l.first_captured_at
            FROM leads AS l JOIN lead_identities AS i ON i.lead_id = l.id AND i.source = 'form_submit'
            WHERE NOT l.is_bot AND NOT i.is_bot AND %s
            """;

    private static final String LINKED_BY_THEN =
            "(i.linked_at AT TIME ZONE ?::text)::date" + " <= (l.first_captured_at AT TIME ZONE ?::text)::date";

    private record CapturedLead(UUID visitor, Instant at) {}

    private record Known(UUID visitor, Instant firstSeen) {}

    static KeptCaptures read(RawRows rows, List<ZoneWindow> windows, Filter filter) {
        Condition captured =
                Condition.any(windows.stream().map(KeptCaptures::captured).toList());
        List<CapturedLead> captures =
                rows.query(captured.within(CAPTURES), row -> new CapturedLead(row.id(1), row.time(2)));
        if (captures.isEmpty()) {
            return new KeptCaptures(0, null);
        }
        UUID[] visitors =
                captures.stream().map(CapturedLead::visitor).distinct().toArray(UUID[]::new);
        Map<UUID, Instant> firstSeen = new HashMap<>();
        rows.query(
                        RawConditions.visitorsOf(windows, filter, rows.until(), visitors),
                        row -> new Known(row.id(1), row.time(2)))
                .forEach(known -> firstSeen.put(known.visitor, known.firstSeen));
        return new KeptCaptures(
                firstSeen.size(),
                captures.stream()
                        .filter(capture -> firstSeen.containsKey(capture.visitor))
                        .mapToDouble(
                                capture -> hours(Objects.requireNonNull(firstSeen.get(capture.visitor)), capture.at))
                        .average()
                        .stream()
                        .boxed()
                        .findFirst()
                        .orElse(null));
    }

    private static double hours(Instant firstSeen, Instant captured) {
        return Math.max(0, Duration.between(firstSeen, captured).toNanos() / 3.6e12);
    }

    private static Condition captured(ZoneWindow window) {
        Condition held = window.holds("l", "first_captured_at");
        String zone = window.zone().getId();
        return Condition.all(List.of(held, Condition.of(LINKED_BY_THEN, zone, zone)));
    }
}
