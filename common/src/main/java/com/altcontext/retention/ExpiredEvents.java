package com.altcontext.retention;

import com.altcontext.db.Columns;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.event.Event;
import com.altcontext.event.Partitions;
import com.altcontext.retention.PurgePlan.ExpiredDay;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.LongConsumer;

/** Raw events whose retention is over: found by day, and removed as whole partitions. */
final class ExpiredEvents {
    /** Reads only the expired days, once. */
    private static final String HELD = """
            SELECT day, property_id, count(*), min(occurred_at), max(occurred_at)
            FROM events WHERE day < ? GROUP BY day, property_id
            """;

    /**
     * The days that hold events or have a partition: a partition may be empty, and the events of a day that never had
     * one are in the default partition. A day is incomplete if it holds events of a property's day that was not
     * rolled up after its last event could arrive. In most time zones, a UTC day holds parts of two such days. The
     * days of a deleted property, and days that were imported with their figures, need no rollup.
     */
    private static final String FIND = """
            WITH held AS (
                SELECT DATE '1970-01-01' + day::integer AS day, property_id, events,
                       to_timestamp(first::float8 / 1000) AS first, to_timestamp(last::float8 / 1000) AS last
                FROM unnest(?::int8[], ?::text[], ?::int8[], ?::int8[], ?::int8[]) AS held(day, property_id, events, first, last)),
            site_days AS (
                SELECT held.day, held.property_id, site_day, time_zone AS zone
                FROM held
                JOIN properties ON properties.id = held.property_id
                CROSS JOIN generate_series(
                    date_trunc('day', first AT TIME ZONE time_zone), last AT TIME ZONE time_zone, interval '1 day') AS site_day),
            incomplete AS (
                SELECT DISTINCT day FROM site_days
                WHERE NOT EXISTS (
                    SELECT FROM daily_metric_rollups AS r
                    WHERE r.property_id = site_days.property_id AND r.day = site_day::date
                      AND (r.imported = 1 OR r.rolled_up_at >= (site_day + interval '%d days') AT TIME ZONE zone))),
            counted AS (
                SELECT day, sum(events)::bigint AS events, day IN (SELECT day FROM incomplete) AS unrolled
                FROM held GROUP BY day),
            partitions AS (
                SELECT day, stored_bytes(id) AS bytes FROM %s)
            SELECT day, coalesce(events, 0), coalesce(bytes, 0), bytes IS NOT NULL, coalesce(unrolled AND day >= ?, false)
            FROM counted FULL JOIN partitions USING (day)
            WHERE day < ?
            ORDER BY day
            """.formatted(Event.LATE_DAYS, Partitions.DAYS);

    /** The size of a part: some thousands of rows. */
    private static final int PAGES_AT_ONCE = 256;

    private ExpiredEvents() {}

    enum DropResult {
        DROPPED,
        /** There is no such partition. */
        ABSENT,
        /** The partition is in use; nothing was done. */
        BUSY
    }

    /**
     * Finds the expired days, and which of them have to be kept.
     *
     * @param rollupsKeptFrom a day before this one needs no rollup, since its figures have expired as well
     * @param force keeps no day
     */
    static List<ExpiredDay> find(Tx tx, LocalDate keptFrom, LocalDate rollupsKeptFrom, boolean force) {
        Columns<HeldDay> held = new Columns<>(tx.query(HELD, HeldDay::read, keptFrom));
        return tx.query(
                FIND,
                row -> new ExpiredDay(row.day(1), row.number(2), row.number(3), row.flag(4), row.flag(5) && !force),
                held.numbers(one -> one.day.toEpochDay()),
                held.texts(HeldDay::propertyId),
                held.numbers(HeldDay::events),
                held.numbers(one -> one.first.toEpochMilli()),
                held.numbers(one -> one.last.toEpochMilli()),
                rollupsKeptFrom,
                keptFrom);
    }

    /** The events of a property on a UTC day. */
    private record HeldDay(LocalDate day, String propertyId, long events, Instant first, Instant last) {
        static HeldDay read(Row row) throws SQLException {
            return new HeldDay(row.day(1), row.text(2), row.number(3), row.time(4), row.time(5));
        }
    }

    /** Tries once to drop the partition of a day. Other transactions wait for less than 100 ms. */
    static DropResult drop(Sql sql, LocalDate day) {
        String answer = sql.atOnce(
                        pipeline -> pipeline.query("SELECT upper(drop_event_partition(?))", row -> row.text(1), day))
                .row();
        return DropResult.valueOf(answer);
    }

    /**
     * Deletes the events of these days from the default partition, part by part.
     *
     * @param progress is given the number of rows after each part
     */
    static void clearDefault(Sql sql, List<LocalDate> days, LongConsumer progress) {
        String[] texts = days.stream().map(LocalDate::toString).toArray(String[]::new);
        for (TablePart part : TablePart.of(sql, "events_default", PAGES_AT_ONCE)) {
            progress.accept(sql.inTransaction(tx -> tx.update(
                    "DELETE FROM events_default WHERE " + part.condition() + " AND day = ANY (?::date[])",
                    part.with((Object) texts))));
        }
    }
}
