package com.altcontext.event;

import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.visit.Visits;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds the events of a batch that are already stored. The first search covers the days of the batch up to today, in
 * the same round trip as the batch's other look-ups. A second search covers earlier days. It is needed only for events
 * whose first copy may be stored under another day, and goes back to the day of their visitor's first session.
 */
final class DuplicateSearch {
    /**
     * The bounds of {@code day} let the executor search only one to three partitions. The limit makes each look-up use
     * the index: a plan made while a partition was empty could otherwise read all of it later.
     */
    private static final String FIND = """
            SELECT sent.visitor_id, sent.id, first.session_id
            FROM unnest(?::uuid[], ?::uuid[]) AS sent(visitor_id, id)
            CROSS JOIN LATERAL (
                SELECT e.session_id FROM events e
                WHERE e.bucket = ?::int2 AND e.visitor_id = sent.visitor_id AND e.id = sent.id AND e.day BETWEEN ? AND ?
                LIMIT 1) AS first
            """;

    /**
     * For events whose first copy may be stored under any day: looks in each day since the visitor's first session. The
     * bounds that are the same for all events let the executor skip the other partitions.
     */
    private static final String FIND_EARLIER = """
            SELECT sent.visitor_id, sent.id, first.session_id
            FROM unnest(?::uuid[], ?::uuid[], ?::int8[]) AS sent(visitor_id, id, first_day)
            CROSS JOIN LATERAL (
                SELECT e.session_id FROM events e
                WHERE e.bucket = ?::int2 AND e.visitor_id = sent.visitor_id AND e.id = sent.id AND e.day BETWEEN ? AND ?
                  AND e.day >= DATE '1970-01-01' + sent.first_day::integer
                LIMIT 1) AS first
            """;

    private final List<Event> events;
    private final short bucket;
    private final LocalDate from;
    private final LocalDate to;
    private final Map<UUID, Receipt> stored = new HashMap<>();
    private Pipeline.@Nullable Pending<Receipt> recent;

    private record Missing(Event event, LocalDate since) {}

    DuplicateSearch(List<Event> events, Bucket bucket) {
        this.events = events;
        this.bucket = bucket.number();
        LocalDate first = LocalDate.MAX;
        LocalDate last = LocalDate.MIN;
        for (Event event : events) {
            LocalDate earliest = event.earliestDayOfACopy();
            first = earliest.isBefore(first) ? earliest : first;
            // A client clock may be ahead, so a copy may be stored under the next day.
            LocalDate latest = event.latestDayOfACopy();
            last = latest.isAfter(last) ? latest : last;
        }
        this.from = first;
        this.to = last;
    }

    /** Adds the first search to the batch's look-ups. */
    void addTo(Pipeline lookups) {
        if (events.isEmpty()) {
            return;
        }
        Columns<Event> columns = new Columns<>(events);
        recent = lookups.query(
                FIND,
                DuplicateSearch::receipt,
                columns.ids(event -> event.visitor().id()),
                columns.ids(Event::id),
                bucket,
                from,
                to);
    }

    /** The stored events by id. Runs the second search if an earlier day may have one. */
    Map<UUID, Receipt> stored(Tx tx, Visits visits) {
        if (recent != null) {
            recent.rows().forEach(this::found);
        }
        searchEarlierDays(tx, visits);
        return stored;
    }

    private void searchEarlierDays(Tx tx, Visits visits) {
        List<Missing> missing = new ArrayList<>();
        LocalDate earliest = from;
        for (Event event : events) {
            if (event.isDayCertain() || stored.containsKey(event.id())) {
                continue;
            }
            Instant first = visits.firstSessionAt(event.visitor().id());
            LocalDate since = first == null ? from : LocalDate.ofInstant(first, ZoneOffset.UTC);
            if (since.isBefore(from)) {
                missing.add(new Missing(event, since));
                earliest = since.isBefore(earliest) ? since : earliest;
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        Columns<Missing> columns = new Columns<>(missing);
        tx.query(
                        FIND_EARLIER,
                        DuplicateSearch::receipt,
                        columns.ids(one -> one.event.visitor().id()),
                        columns.ids(one -> one.event.id()),
                        columns.numbers(one -> one.since.toEpochDay()),
                        bucket,
                        earliest,
                        from.minusDays(1))
                .forEach(this::found);
    }

    private void found(Receipt receipt) {
        stored.put(receipt.eventId(), receipt);
    }

    private static Receipt receipt(Row row) throws SQLException {
        return new Receipt(row.id(2), row.id(1), row.id(3));
    }
}
