package com.altcontext.retention;

import static java.util.stream.Collectors.joining;

import com.altcontext.db.AdvisoryLock;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.retention.ExpiredEvents.DropResult;
import com.altcontext.retention.PurgePlan.ExpiredDay;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Removes data whose retention is over (see {@link RetentionPolicy}). It is planned first and then applied, so that
 * {@code --dry-run} shows what would happen. It works in many short transactions: a purge that is interrupted leaves
 * nothing half done, and the next one finds the rest. It needs the rights of the schema's owner, since it drops
 * partitions, and two connections.
 */
public final class Purge {
    /**
     * The rollup tables, and the table of the days that are rolled up. They are so small that one statement deletes
     * the expired rows.
     */
    private static final List<String> ROLLUPS = List.of(
            "daily_metric_rollups",
            "daily_dimension_rollups",
            "daily_goal_rollups",
            "daily_ingest_rollups",
            "rollup_days");

    /** Held while a purge runs. */
    public static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.purge");

    private static final String BEGIN = """
            INSERT INTO purge_log (
                purged_at, finished_at, events_kept_from, rollups_kept_from, days, events, bytes,
                sessions, visitors, rollups, rejections, days_left)
            VALUES (?, NULL, ?, ?, 0, 0, 0, 0, 0, 0, 0, ?)
            RETURNING id
            """;

    private static final String NOTE = "UPDATE purge_log SET days = ?, days_left = ?, "
            + Arrays.stream(PurgeCount.values())
                    .map(count -> count.key() + " = ?")
                    .collect(joining(", "))
            + " WHERE id = ?";

    private static final String FINISH = "UPDATE purge_log SET finished_at = clock_timestamp() WHERE id = ?";

    private final Sql sql;
    private final RetryPolicy retries;

    /**
     * How to wait for a partition that is in use.
     *
     * @param tries in one purge, without the first try of each day
     */
    record RetryPolicy(int tries, Duration pause) {
        /**
         * Each try makes ingest wait for less than 100 ms, and ingest is not disturbed in between. All tries together
         * take a minute.
         */
        static final RetryPolicy DEFAULT = new RetryPolicy(60, Duration.ofSeconds(1));
    }

    public Purge(Sql sql) {
        this(sql, RetryPolicy.DEFAULT);
    }

    Purge(Sql sql, RetryPolicy retries) {
        this.sql = sql;
        this.retries = retries;
    }

    /**
     * Finds what would be removed now. Reads the expired days once and changes nothing.
     *
     * @param force also removes days that are not rolled up, whose figures are then lost
     */
    public PurgePlan plan(RetentionPolicy policy, Instant now, boolean force) {
        LocalDate eventsKeptFrom = policy.eventsKeptFrom(now);
        LocalDate rollupsKeptFrom = policy.rollupsKeptFrom(now);
        return sql.inTransaction(tx -> {
            List<ExpiredDay> days = ExpiredEvents.find(tx, eventsKeptFrom, rollupsKeptFrom, force);
            PurgeTotals expected = new PurgeTotals(days);
            for (ExpiredDay day : days) {
                if (!day.kept()) {
                    expected.add(day);
                }
            }
            IdleVisitors.IdleCounts idle = IdleVisitors.count(tx, startOf(expected.firstLeft(eventsKeptFrom)));
            expected.add(PurgeCount.SESSIONS, idle.sessions());
            expected.add(PurgeCount.VISITORS, idle.visitors());
            for (String table : ROLLUPS) {
                expected.add(PurgeCount.ROLLUPS, count(tx, table, rollupsKeptFrom));
            }
            expected.add(PurgeCount.REJECTIONS, count(tx, "ingest_rejections", rollupsKeptFrom));
            expected.add(PurgeCount.SUBMISSIONS, ExpiredRows.SUBMISSIONS.count(tx, policy.submissionsKeptFrom(now)));
            expected.add(PurgeCount.MESSAGES, ExpiredRows.MESSAGES.count(tx, policy.messagesKeptFrom(now)));
            expected.add(PurgeCount.LEADS, UnconfirmedLeads.count(tx, policy.unconfirmedLeadsKeptFrom(now)));
            return new PurgePlan(eventsKeptFrom, rollupsKeptFrom, days, expected.receipt(), policy);
        });
    }

    /**
     * Removes what the plan says. The entry in {@code purge_log} is written before anything is removed, updated after
     * each day that is dropped, and marked as finished at the end.
     *
     * @param at when it begins
     * @param progress is given the totals so far, after each step
     * @return empty if another purge is running: nothing was done
     */
    public Optional<PurgeReceipt> apply(PurgePlan plan, Instant at, Consumer<PurgeReceipt> progress) {
        // This transaction only holds the lock, and marks the entry as finished at the end. The work is done in others.
        return sql.inTransaction(guard -> {
            if (!LOCK.tryTakeForRun(guard)) {
                return Optional.empty();
            }
            PurgeTotals totals = new PurgeTotals(plan.days());
            long entry = begin(plan, at);
            Runnable step = () -> {
                AdvisoryLock.keepOpen(guard);
                progress.accept(totals.receipt());
            };
            dropDays(plan, totals, () -> {
                sql.inTransaction(tx -> note(tx, entry, totals.receipt()));
                step.run();
            });
            clearDefault(plan, totals, step);
            deleteIdle(plan, totals, step);
            for (String table : ROLLUPS) {
                totals.add(PurgeCount.ROLLUPS, delete(table, plan.rollupsKeptFrom()));
            }
            totals.add(PurgeCount.REJECTIONS, delete("ingest_rejections", plan.rollupsKeptFrom()));
            deleteOfLeads(plan.policy(), at, totals, step);
            PurgeReceipt receipt = totals.receipt();
            note(guard, entry, receipt);
            guard.update(FINISH, entry);
            return Optional.of(receipt);
        });
    }

    private void dropDays(PurgePlan plan, PurgeTotals totals, Runnable step) {
        int triesLeft = retries.tries;
        for (ExpiredDay day : plan.removableDays()) {
            if (!day.hasPartition()) {
                continue;
            }
            DropResult dropped = ExpiredEvents.drop(sql, day.day());
            while (dropped == DropResult.BUSY
                    && triesLeft > 0
                    && !Thread.currentThread().isInterrupted()) {
                triesLeft--;
                pause();
                dropped = ExpiredEvents.drop(sql, day.day());
            }
            if (dropped == DropResult.BUSY) {
                totals.busyDays.add(day.day());
            } else if (dropped == DropResult.DROPPED) {
                totals.add(day);
            }
            step.run();
        }
    }

    private void clearDefault(PurgePlan plan, PurgeTotals totals, Runnable step) {
        List<ExpiredDay> inDefault =
                plan.removableDays().stream().filter(day -> !day.hasPartition()).toList();
        if (!inDefault.isEmpty()) {
            List<LocalDate> days = inDefault.stream().map(ExpiredDay::day).toList();
            ExpiredEvents.clearDefault(sql, days, events -> {
                totals.add(PurgeCount.EVENTS, events);
                step.run();
            });
            totals.days.addAll(days);
        }
    }

    /** Keeps the sessions of the expired days that stay, since their figures may not be computed yet. */
    private void deleteIdle(PurgePlan plan, PurgeTotals totals, Runnable step) {
        Instant firstLeft = startOf(totals.firstLeft(plan.eventsKeptFrom()));
        new IdleVisitors(sql, firstLeft).delete((sessions, visitors) -> {
            totals.add(PurgeCount.SESSIONS, sessions);
            totals.add(PurgeCount.VISITORS, visitors);
            step.run();
        });
        CutSessions.recount(sql, firstLeft);
    }

    /**
     * Deletes the rows of leads first and the leads last, so that each row is counted once. Their visitors are removed
     * by the next purge.
     */
    private void deleteOfLeads(RetentionPolicy policy, Instant at, PurgeTotals totals, Runnable step) {
        totals.add(PurgeCount.SUBMISSIONS, ExpiredRows.SUBMISSIONS.delete(sql, policy.submissionsKeptFrom(at)));
        totals.add(PurgeCount.MESSAGES, ExpiredRows.MESSAGES.delete(sql, policy.messagesKeptFrom(at)));
        UnconfirmedLeads.delete(sql, policy.unconfirmedLeadsKeptFrom(at), at, leads -> {
            totals.add(PurgeCount.LEADS, leads);
            step.run();
        });
    }

    private void pause() {
        try {
            Thread.sleep(retries.pause);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static Instant startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static long count(Tx tx, String table, LocalDate keptFrom) {
        return tx.queryOne("SELECT count(*) FROM " + table + " WHERE day < ?", row -> row.number(1), keptFrom);
    }

    private long delete(String table, LocalDate keptFrom) {
        return sql.inTransaction(tx -> tx.update("DELETE FROM " + table + " WHERE day < ?", keptFrom));
    }

    private long begin(PurgePlan plan, Instant at) {
        return sql.inTransaction(tx -> tx.queryOne(
                BEGIN,
                row -> row.number(1),
                at,
                plan.eventsKeptFrom(),
                plan.rollupsKeptFrom(),
                plan.expected().daysLeft()));
    }

    private static int note(Tx tx, long entry, PurgeReceipt receipt) {
        List<Object> values = new ArrayList<>();
        values.add(receipt.days().size());
        values.add(receipt.daysLeft());
        for (PurgeCount count : PurgeCount.values()) {
            values.add(receipt.count(count));
        }
        values.add(entry);
        return tx.update(NOTE, values.toArray());
    }

    /** The totals of a running purge, from which its receipt is made. */
    private static final class PurgeTotals {
        final List<LocalDate> days = new ArrayList<>();
        final List<LocalDate> keptDays;
        final List<LocalDate> busyDays = new ArrayList<>();
        final Map<PurgeCount, Long> counts = new EnumMap<>(PurgeCount.class);

        PurgeTotals(List<ExpiredDay> expired) {
            for (PurgeCount count : PurgeCount.values()) {
                counts.put(count, 0L);
            }
            keptDays = expired.stream()
                    .filter(ExpiredDay::kept)
                    .map(ExpiredDay::day)
                    .toList();
        }

        void add(PurgeCount to, long more) {
            counts.merge(to, more, Long::sum);
        }

        void add(ExpiredDay day) {
            days.add(day.day());
            add(PurgeCount.EVENTS, day.events());
            add(PurgeCount.BYTES, day.bytes());
        }

        /** The first day whose events are still there. */
        LocalDate firstLeft(LocalDate eventsKeptFrom) {
            return Stream.concat(keptDays.stream(), busyDays.stream())
                    .min(LocalDate::compareTo)
                    .orElse(eventsKeptFrom);
        }

        PurgeReceipt receipt() {
            return new PurgeReceipt(days.stream().sorted().toList(), keptDays, busyDays, counts);
        }
    }
}
