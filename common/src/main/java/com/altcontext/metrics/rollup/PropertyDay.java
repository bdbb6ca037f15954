package com.altcontext.metrics.rollup;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.sketch.VisitorSketch;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects the figures of one property and day during a rollup, and writes them. */
final class PropertyDay {
    /** The tables with the figures of a property and day. */
    static final List<String> TABLES =
            List.of("daily_dimension_rollups", "daily_goal_rollups", "daily_metric_rollups", "daily_ingest_rollups");

    /** The counts that are stored in {@code daily_ingest_rollups}. */
    private static final Set<Count> INGEST_COUNTS = Set.of(Count.ACCEPTED, Count.BOTS);

    private static final List<Count> COUNTS = Stream.of(Count.values())
            .filter(kind -> !INGEST_COUNTS.contains(kind))
            .toList();

    private static final String SAVE_METRICS = Stream.of(
                    Stream.of("property_id", "day", "time_zone", "version", "rolled_up_at"),
                    COUNTS.stream().map(Count::column),
                    Stream.of("visitor_sketch", "lead_visitor_sketch"),
                    Arrays.stream(Vital.values()).map(Vital::histogramColumn))
            .flatMap(columns -> columns)
            .collect(Collectors.collectingAndThen(
                    Collectors.toList(),
                    columns -> "INSERT INTO daily_metric_rollups (" + String.join(", ", columns) + ") VALUES (?"
                            + ", ?".repeat(columns.size() - 1) + ")"));

    private static final String SAVE_INGEST = """
            INSERT INTO daily_ingest_rollups (property_id, day, accepted, bots, reasons, rejected) VALUES (?, ?, ?, ?, ?, ?)
            """;

    final Map<Count, Long> counts = new EnumMap<>(Count.class);

    /** Sessions with an {@code engagement} event. Used only for the breakdown by event type. */
    long engagedSessions;

    final VisitorSketch.Union visitors = new VisitorSketch.Union();

    @Nullable
    VisitorSketch exactVisitors;

    final VisitorSketch.Union leadVisitors = new VisitorSketch.Union();
    final Map<Vital, ByteArrayOutputStream> vitals = new EnumMap<>(Vital.class);
    final Map<String, Long> rejected = new TreeMap<>();

    long count(Count kind) {
        return counts.getOrDefault(kind, 0L);
    }

    void add(Count kind, long more) {
        counts.merge(kind, more, Long::sum);
    }

    byte[] histogram(Vital vital) {
        ByteArrayOutputStream measured = vitals.get(vital);
        return measured == null ? new byte[0] : measured.toByteArray();
    }

    /** Inserts the figures. The day must not have any yet. */
    void save(Tx tx, String property, LocalDate day, String zone, long version, Instant now) {
        List<@Nullable Object> metrics = new ArrayList<>(List.of(property, day, zone, version, now));
        COUNTS.forEach(kind -> metrics.add(count(kind)));
        metrics.add(Objects.requireNonNullElse(exactVisitors, visitors.sketch()).stored());
        metrics.add(leadVisitors.sketch().stored());
        for (Vital vital : Vital.values()) {
            metrics.add(histogram(vital));
        }
        Pipeline pipeline = tx.pipeline();
        pipeline.update(SAVE_METRICS, metrics.toArray());
        pipeline.update(
                SAVE_INGEST,
                property,
                day,
                count(Count.ACCEPTED),
                count(Count.BOTS),
                rejected.keySet().toArray(String[]::new),
                rejected.values().stream().mapToLong(Long::longValue).toArray());
        pipeline.send();
    }
}
