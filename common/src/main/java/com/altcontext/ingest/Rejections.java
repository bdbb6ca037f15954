package com.altcontext.ingest;

import com.altcontext.db.Columns;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Counts refused and dropped requests by day (in the property's time zone), property, endpoint and reason. The counts
 * are collected in memory and added to the database at most once a second, so that a flood of bad requests costs one
 * small statement. A killed process loses the counts of its last second, but no acknowledged event.
 */
public final class Rejections {
    private static final String ADD = """
            INSERT INTO ingest_rejections AS known (day, property_id, endpoint, reason, count)
            SELECT day::date, property_id, endpoint, reason, count
            FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::int8[])
                AS added(day, property_id, endpoint, reason, count)
            ON CONFLICT (day, property_id, endpoint, reason) DO UPDATE SET count = known.count + excluded.count
            """;

    private final Map<Key, Long> counts = new ConcurrentHashMap<>();
    private final Function<String, ZoneId> timeZone;
    private final InstantSource clock;

    /** @param timeZone the time zone of a property, which decides its current day */
    public Rejections(Function<String, ZoneId> timeZone, InstantSource clock) {
        this.timeZone = timeZone;
        this.clock = clock;
    }

    /** Adds to a count. All names must be from small fixed sets: known properties, endpoints and reasons. */
    public void count(String propertyId, String endpoint, String reason, long more) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), timeZone.apply(propertyId));
        counts.merge(new Key(today, propertyId, endpoint, reason), more, Long::sum);
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }

    /**
     * Adds the collected counts to the database.
     *
     * @throws SqlFailure if they could not be added; after any failure all counts are kept for the next time
     */
    void flush(Sql sql) {
        List<CountRow> rows = new ArrayList<>();
        for (Key key : List.copyOf(counts.keySet())) {
            Long count = counts.remove(key);
            if (count != null) {
                rows.add(new CountRow(key, count));
            }
        }
        if (rows.isEmpty()) {
            return;
        }
        // All machines lock the rows in this order, so that there are no deadlocks.
        rows.sort(Comparator.comparing((CountRow row) -> row.key.day)
                .thenComparing(row -> row.key.propertyId)
                .thenComparing(row -> row.key.endpoint)
                .thenComparing(row -> row.key.reason));
        Columns<CountRow> columns = new Columns<>(rows);
        try {
            sql.inTransaction(tx -> tx.update(
                    ADD,
                    columns.texts(row -> row.key.day.toString()),
                    columns.texts(row -> row.key.propertyId),
                    columns.texts(row -> row.key.endpoint),
                    columns.texts(row -> row.key.reason),
                    columns.numbers(row -> row.count)));
        } catch (RuntimeException | Error failed) {
            rows.forEach(row -> counts.merge(row.key, row.count, Long::sum));
            throw failed;
        }
    }

    private record Key(LocalDate day, String propertyId, String endpoint, String reason) {}

    private record CountRow(Key key, long count) {}
}
