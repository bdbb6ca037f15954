package com.altcontext.metrics;

import com.altcontext.db.AdvisoryLock;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
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
 * Computes a day's aggregates from its raw rows and replaces the old ones: each day in one transaction, with the same
 * result however often it runs. PostgreSQL does the work. Only the ids of sessions over midnight and of new leads'
 * visitors are read into this process. Runs on several machines take turns, by a lock that the transaction holds.
 */
public final class Rollup {
    /**
     * With a custom plan the planner knows the day. The memory is a limit, used only by a day that needs it. Two transactions work on a
     * day, each in one process: where PostgreSQL may take more, it sends most rows of a day from one to another.
     */
    private static final String SETTINGS = """
            SELECT set_config('work_mem', '48MB', true), set_config('jit', 'off', true),
                   set_config('plan_cache_mode', 'force_custom_plan', true),
                   set_config('max_parallel_workers_per_gather', '0', true)
            """;

    /**
     * Whether a day's raw events can be there. Reading {@code events} keeps a purge away until the transaction ends. A
     * partition of the last days may be missing because it was never made. An earlier one was dropped, and may have been
     * made again, empty. Without the limit a cluster would send all rows of the day.
     */
    private static final String HAS_RAW = """
            SELECT EXISTS (SELECT 1 FROM events WHERE day = ? LIMIT 1)
                   OR ((event_partition_exists('events_' || to_char(?::date, 'YYYYMMDD')) OR ?::date >= ?::date)
                       AND ?::date >= coalesce((SELECT max(events_kept_from) FROM purge_log), '-infinity'))
            """;

    private static final String NEXT_VERSION = "SELECT nextval('rollup_version')";

    private static final String NOTE_DAY = """
            INSERT INTO rollup_days (day, version, rolled_up_at, events)
            SELECT ?, ?, ?, coalesce(sum(accepted + bots), 0) FROM daily_ingest_rollups WHERE day = ?
            ON CONFLICT (day) DO UPDATE
            SET version = excluded.version, rolled_up_at = excluded.rolled_up_at, events = excluded.events
            """;

    /** Only one transaction at a time may write rollups. */
    public static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.rollup");

    private final Sql sql;
    private final InstantSource clock;

    /** @param sql whose statements may take minutes: a large day does */
    public Rollup(Sql sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
    }

    /**
     * Rolls up a day. Waits for a run that is under way.
     *
     * @param property the only one to compute; null for all
     * @throws RollupRefused if the day is still to come, the property is unknown, or the day's raw events are gone
     */
    public RollupReceipt run(LocalDate day, @Nullable String property) {
        return roll(day, property, tx -> {
                    LOCK.take(tx);
                    return true;
                })
                .orElseThrow();
    }

    /** As {@link #run}, but does nothing and returns empty while another run is under way. */
    public Optional<RollupReceipt> tryRun(LocalDate day, @Nullable String property) {
        return roll(day, property, LOCK::tryTake);
    }

    /**
     * Refreshes yesterday and today of each property; the service calls it every few minutes. Does nothing while
     * another run is under way.
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
     * Adds a goal and counts it on each day that has raw events, all or nothing. Waits for a run under way.
     *
     * @throws SqlFailure if nothing was added
     */
    public GoalStore.Addition addGoal(String property, Goal goal) {
        return addGoal(property, goal, tx -> {});
    }

    /**
     * The same.
     *
     * @param also is run in the same transaction if the goal is added
     */
    public GoalStore.Addition addGoal(String property, Goal goal, Consumer<Tx> also) {
        return sql.inTransaction(tx -> {
            prepare(tx);
            LOCK.take(tx);
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
        for (SiteDays.Held held :
                SiteDays.of(tx, clock.instant(), zone, property).held()) {
            DayBounds bounds = DayBounds.of(held.day(), zone);
            if (hasRaw(tx, bounds)) {
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

    /** The number of a run, by which readers find what is newer. The lock is held. */
    static long nextVersion(Tx tx) {
        return tx.queryOne(NEXT_VERSION, row -> row.number(1));
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
        // Read after taking the lock: what is committed later is not in the figures.
        Instant now = clock.instant();
        Map<ZoneId, List<String>> byZone = new LinkedHashMap<>();
        withRaw(tx, day, property)
                .forEach(one ->
                        byZone.computeIfAbsent(one.zone, _ -> new ArrayList<>()).add(one.id));
        long version = nextVersion(tx);
        long events = 0;
        for (Map.Entry<ZoneId, List<String>> zone : byZone.entrySet()) {
            DayBounds bounds = DayBounds.of(day, zone.getKey());
            events += new DayRollup(sql, tx, bounds, zone.getValue()).replace(version, now);
        }
        if (property == null) {
            tx.update(NOTE_DAY, day, version, now, day);
        }
        return events;
    }

    /**
     * The properties for which the day has begun and whose raw events of it can be there. At the far end of what is kept, a
     * day may be whole in one zone and cut in another.
     *
     * @throws RollupRefused if there are none
     */
    List<PropertyZone> withRaw(Tx tx, LocalDate day, @Nullable String property) {
        List<PropertyZone> known = PropertyZone.list(tx, day, property);
        if (known.isEmpty() && property != null) {
            throw new RollupRefused(
                    ImportedDays.of(tx, property).contains(day)
                            ? "another system counted " + day + " of " + property
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
        Map<ZoneId, Boolean> hasRaw = new HashMap<>();
        List<PropertyZone> held = begun.stream()
                .filter(one -> hasRaw.computeIfAbsent(one.zone, zone -> hasRaw(tx, DayBounds.of(day, zone))))
                .toList();
        if (held.isEmpty()) {
            throw new RollupRefused("the raw events of " + day + " are gone");
        }
        return held;
    }

    private boolean hasRaw(Tx tx, DayBounds bounds) {
        LocalDate lateFrom = SiteDays.lateFrom(clock.instant());
        return bounds.partitions()
                .allMatch(day -> tx.queryOne(HAS_RAW, row -> row.flag(1), day, day, day, lateFrom, day));
    }

    /** A property, and where its days begin and end. */
    record PropertyZone(String id, ZoneId zone) {
        /** All known properties, and those whose figures of the day are to be replaced. */
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
         * Without those whose day another system counted.
         *
         * @param property the only one; null for all that have or may have figures of the day
         */
        static List<PropertyZone> list(Tx tx, LocalDate day, @Nullable String property) {
            return tx.query(ALL, PropertyZone::read, property, property, day, property, day);
        }

        private static PropertyZone read(Row row) throws SQLException {
            return new PropertyZone(row.text(1), Property.storedTimeZone(row.text(2)));
        }
    }
}
