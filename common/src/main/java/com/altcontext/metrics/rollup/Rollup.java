package com.altcontext.metrics.rollup;

import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.metrics.RollupLock;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.goal.GoalStore;
import com.altcontext.property.Property;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Computes the aggregates of a day from its raw rows and replaces the old ones, in one transaction for each day. The
 * result is the same however often it runs. PostgreSQL aggregates the rows. Besides the aggregates, this process reads
 * only the ids of sessions that cross midnight, of visitors if a property has few, and of new leads' visitors. Runs on
 * several machines take turns, by a lock that the transaction holds.
 */
public final class Rollup {
    /** The number of values per dimension and day that are stored, besides a sum of all others. */
    public static final int MAX_VALUES = 500;

    /**
     * With custom plans the planner knows which day is read. The memory is an upper limit that only large days use.
     * Parallel workers are off: two transactions already work on a day at the same time, and with workers PostgreSQL
     * would send most rows of the day from one process to another.
     */
    private static final String SETTINGS = """
            SELECT set_config('work_mem', '48MB', true), set_config('jit', 'off', true),
                   set_config('plan_cache_mode', 'force_custom_plan', true),
                   set_config('max_parallel_workers_per_gather', '0', true)
            """;

    /**
     * Whether the raw events of a UTC day are still kept. Reading {@code events} takes a lock that makes a purge wait
     * until the transaction ends. If a recent partition is missing, it was never made, so nothing is lost; if an
     * earlier one is missing, a purge dropped it. A dropped partition may have been made again, empty, so the log of
     * purges is read too. Without the limit a cluster would send all rows of the day.
     */
    private static final String HAS_RAW_EVENTS = """
            SELECT EXISTS (SELECT 1 FROM events WHERE day = ? LIMIT 1)
                   OR ((event_partition_exists('events_' || to_char(?::date, 'YYYYMMDD')) OR ?::date >= ?::date)
                       AND ?::date >= coalesce((SELECT max(events_kept_from) FROM purge_log), '-infinity'))
            """;

    private static final String NEXT_VERSION = "SELECT nextval('rollup_version')";

    private static final String RENEW_OTHERS = """
            UPDATE daily_metric_rollups SET version = renewed.version
            FROM (SELECT nextval('rollup_version') AS version) AS renewed
            WHERE property_id <> ? AND day = ANY (?::date[])
            """;

    private static final String RECORD_DAY = """
            INSERT INTO rollup_days (day, version, rolled_up_at, events)
            SELECT ?, ?, ?, coalesce(sum(accepted + bots), 0) FROM daily_ingest_rollups WHERE day = ?
            ON CONFLICT (day) DO UPDATE
            SET version = excluded.version, rolled_up_at = excluded.rolled_up_at, events = excluded.events
            """;

    private final Sql sql;
    private final InstantSource clock;

    /** @param sql with a timeout of minutes, which a large day needs */
    public Rollup(Sql sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
    }

    /**
     * Rolls up a day. Waits while another run is in progress.
     *
     * @param property the only property to compute; null for all
     * @throws RollupRefused if the day has not begun, the property is unknown, another system counted the day, or its
     *     raw events are no longer kept
     */
    public RollupReceipt run(LocalDate day, @Nullable String property) {
        return roll(day, property, tx -> {
                    RollupLock.take(tx);
                    return true;
                })
                .orElseThrow();
    }

    /** Like {@link #run}, but does nothing and returns empty while another run is in progress. */
    public Optional<RollupReceipt> tryRun(LocalDate day, @Nullable String property) {
        return roll(day, property, RollupLock::tryTake);
    }

    /**
     * Rolls up yesterday and today of each property. The service calls this every few minutes. Skips a day while
     * another run is in progress.
     */
    public List<RollupReceipt> refreshRecent() {
        SiteDays days = sql.inTransaction(tx -> SiteDays.ofAll(tx, clock.instant()));
        List<RollupReceipt> receipts = new ArrayList<>();
        days.firstToday()
                .minusDays(1)
                .datesUntil(days.lastToday().plusDays(1))
                .forEach(day -> tryRun(day, null).ifPresent(receipts::add));
        return receipts;
    }

    /**
     * Adds a goal and counts it on each day that has raw events, in one transaction. Waits while another run is in
     * progress.
     *
     * @throws SqlFailure if the database failed; then nothing was added
     */
    public GoalStore.Addition addGoal(String property, Goal goal) {
        return addGoal(property, goal, tx -> {});
    }

    /**
     * Like {@link #addGoal(String, Goal)}, with more work in the same transaction.
     *
     * @param also runs in the same transaction if the goal is added
     */
    public GoalStore.Addition addGoal(String property, Goal goal, Consumer<Tx> also) {
        return sql.inTransaction(tx -> {
            prepare(tx);
            RollupLock.take(tx);
            Optional<GoalStore.Addition.Refused> refused = GoalStore.add(tx, property, goal);
            if (refused.isPresent()) {
                return refused.get();
            }
            also.accept(tx);
            return new GoalStore.Addition.Added(count(tx, property, goal));
        });
    }

    private int count(Tx tx, String property, Goal goal) {
        ZoneId zone = RollupDays.zoneOf(tx, property);
        int counted = 0;
        for (SiteDays.Day kept :
                SiteDays.of(tx, clock.instant(), zone, property).withRawEvents()) {
            DayBounds bounds = DayBounds.of(kept.day(), zone);
            if (hasRawEvents(tx, bounds)) {
                new DayRollup(sql, tx, bounds, List.of(property))
                        .add(new GoalStore.StoredGoal(property, goal, clock.instant()));
                counted++;
            }
        }
        return counted;
    }

    /** Sets how the transaction's statements are planned. */
    static void prepare(Tx tx) {
        var _ = tx.query(SETTINGS, row -> row.text(1));
    }

    /** The number of a run. Readers find newer rollups by it. The caller must hold the lock. */
    static long nextVersion(Tx tx) {
        return tx.queryOne(NEXT_VERSION, row -> row.number(1));
    }

    /**
     * Makes running services read these days again, since they may cache the figures of all properties together. The
     * caller must hold the lock, and is about to remove the property's own figures.
     */
    static void renewOthers(Tx tx, String property, String[] days) {
        tx.update(RENEW_OTHERS, property, days);
    }

    private Optional<RollupReceipt> roll(LocalDate day, @Nullable String property, Predicate<Tx> lock) {
        Instant began = clock.instant();
        Optional<Long> events = sql.inTransaction(tx -> {
            prepare(tx);
            return lock.test(tx) ? Optional.of(replace(tx, day, property)) : Optional.empty();
        });
        return events.map(count -> new RollupReceipt(day, property, count, Duration.between(began, clock.instant())));
    }

    private long replace(Tx tx, LocalDate day, @Nullable String property) {
        // Taken after the lock, since events that are committed later are not in the figures.
        Instant now = clock.instant();
        Map<ZoneId, List<String>> byZone = new LinkedHashMap<>();
        propertiesWithRawEvents(tx, day, property)
                .forEach(one ->
                        byZone.computeIfAbsent(one.zone, _ -> new ArrayList<>()).add(one.id));
        long version = nextVersion(tx);
        long events = 0;
        for (Map.Entry<ZoneId, List<String>> zone : byZone.entrySet()) {
            DayBounds bounds = DayBounds.of(day, zone.getKey());
            events += new DayRollup(sql, tx, bounds, zone.getValue()).replace(version, now);
        }
        if (property == null) {
            tx.update(RECORD_DAY, day, version, now, day);
        }
        return events;
    }

    /**
     * The properties for which the day has begun and whose raw events of that day are still kept. The oldest day that
     * is kept can be complete in one time zone and partly purged in another. The list is empty if another system
     * counted the day for every property.
     *
     * @throws RollupRefused if the day has not begun, the property is unknown, another system counted the day, or its
     *     raw events are no longer kept
     */
    public List<PropertyZone> propertiesWithRawEvents(Tx tx, LocalDate day, @Nullable String property) {
        List<PropertyZone> known = PropertyZone.list(tx, day, property);
        if (known.isEmpty() && property != null) {
            throw new RollupRefused(
                    ImportedDays.of(tx, property).contains(day)
                            ? "another system counted " + day + " for " + property
                            : "there is no property " + property);
        }
        if (known.isEmpty()) {
            return known;
        }
        Instant now = clock.instant();
        List<PropertyZone> begun = known.stream()
                .filter(one -> !LocalDate.ofInstant(now, one.zone).isBefore(day))
                .toList();
        if (begun.isEmpty()) {
            throw new RollupRefused(day + " is still to come");
        }
        Map<ZoneId, Boolean> hasRawEvents = new HashMap<>();
        List<PropertyZone> kept = begun.stream()
                .filter(one ->
                        hasRawEvents.computeIfAbsent(one.zone, zone -> hasRawEvents(tx, DayBounds.of(day, zone))))
                .toList();
        if (kept.isEmpty()) {
            throw new RollupRefused("the raw events of " + day + " are gone");
        }
        return kept;
    }

    private boolean hasRawEvents(Tx tx, DayBounds bounds) {
        LocalDate noneDroppedFrom = SiteDays.noneDroppedFrom(clock.instant());
        return bounds.partitions()
                .allMatch(day -> tx.queryOne(HAS_RAW_EVENTS, row -> row.flag(1), day, day, day, noneDroppedFrom, day));
    }

    /** A property and the time zone of its days. */
    public record PropertyZone(String id, ZoneId zone) {
        /** All properties that have not imported the day, and removed properties that still have rollups of it. */
        private static final String ALL = """
                SELECT id, time_zone FROM properties AS p
                WHERE (?::text IS NULL OR id = ?) AND NOT EXISTS (
                    SELECT FROM daily_metric_rollups AS r WHERE r.property_id = p.id AND r.day = ? AND r.imported = 1)
                UNION ALL
                SELECT property_id, time_zone FROM daily_metric_rollups AS r
                WHERE ?::text IS NULL AND day = ? AND NOT EXISTS (SELECT FROM properties AS p WHERE p.id = r.property_id)
                ORDER BY 1
                """;

        /**
         * The properties whose rollups of the day are to be computed.
         *
         * @param property the only one; null for all, including removed properties that still have rollups of the day
         */
        static List<PropertyZone> list(Tx tx, LocalDate day, @Nullable String property) {
            return tx.query(ALL, PropertyZone::read, property, property, day, property, day);
        }

        private static PropertyZone read(Row row) throws SQLException {
            return new PropertyZone(row.text(1), Property.storedTimeZone(row.text(2)));
        }
    }
}
