package com.altcontext.metrics.query;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.db.SqlFragment;
import com.altcontext.db.Tx;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The raw rows of some windows, in one snapshot. All statements about them share the time limit of one query: the
 * database ends the statement that exceeds it.
 */
final class RawRows implements SessionDays {
    /**
     * With a custom plan the planner knows the days and skips the other partitions. The memory is a limit for each sort or
     * hash. Nodes of a cluster keep their own limit, since they use it for each shard.
     */
    private static final String SETTINGS =
            "SET LOCAL work_mem = '32MB'; SET LOCAL plan_cache_mode = 'force_custom_plan'; " + Tx.ALSO_ON_NODES
                    + "SET LOCAL jit = off";

    /** To be appended to the other settings. */
    private static final String ONE_PROCESS = "; SET LOCAL max_parallel_workers_per_gather = 0";

    /** Of one statement. */
    private static final String TIMEOUT = "SELECT set_config('statement_timeout', ?, true)";

    /** Of days of the property's zone; those that are purged are of UTC. */
    private static final String LAST_IMPORTED =
            "(SELECT max(day) FROM daily_metric_rollups WHERE property_id = ANY (?::text[]) AND imported = 1 AND day >= ?)";

    /** To read all days since windows that ended so long ago takes less time than to ask when their last sessions ended. */
    private static final int FEW_DAYS = 3;

    /** A day later than any event. */
    private static final LocalDate NEVER = LocalDate.of(9999, 12, 31);

    private final Tx tx;
    private final List<ZoneWindow> windows;
    private final long endNanos;

    /** Stands before each statement. */
    private SqlFragment tables = SqlFragment.EMPTY;

    /** Whether statements may join by loops now. To set it again would be a message to each node. */
    private boolean loops = true;

    private @Nullable LocalDate first;
    private @Nullable LocalDate last;

    /** How many processes of the database may work on a statement. */
    enum Parallelism {
        /** As many processes as the planner chooses. */
        AS_PLANNED,
        NONE
    }

    RawRows(Tx tx, List<ZoneWindow> windows, Duration timeout, Parallelism parallelism) {
        this.tx = tx;
        this.windows = windows;
        this.endNanos = System.nanoTime() + timeout.toNanos();
        tx.update(parallelism == Parallelism.NONE ? SETTINGS + ONE_PROCESS : SETTINGS);
    }

    /**
     * Sees that all these rows are there; a question about what happens now needs no such look.
     *
     * @throws RawRowsGone if a part of the windows was purged, or counted by another system
     */
    RawRows requireKept() {
        LocalDate asked = RawConditions.firstPartition(windows);
        record Held(
                LocalDate from, LocalDate today, @Nullable LocalDate imported) {}
        List<SqlFragment> imported = windows.stream()
                .map(window -> SqlFragment.of(
                        LAST_IMPORTED,
                        window.properties().toArray(String[]::new),
                        LocalDate.ofInstant(window.start(), window.zone())))
                .toList();
        // Reading events keeps a purge away until the transaction ends; what an earlier one removed is in its log.
        SqlFragment keptFrom = SqlFragment.of("""
                SELECT coalesce(max(events_kept_from), '-infinity'), (now() AT TIME ZONE 'UTC')::date, greatest(NULL, ?),
                       EXISTS (SELECT 1 FROM events WHERE day = ? LIMIT 1)
                FROM purge_log
                """, SqlFragment.joined(", ", imported), asked);
        Held held = queryOne(keptFrom, row -> new Held(row.day(1), row.day(2), row.dayOrNull(3)));
        LocalDate kept = asked.isBefore(held.from) ? firstDay(held.from) : LocalDate.MIN;
        LocalDate own = held.imported == null ? LocalDate.MIN : held.imported.plusDays(1);
        if (kept.isAfter(LocalDate.MIN) || own.isAfter(LocalDate.MIN)) {
            throw new RawRowsGone(kept.isAfter(own) ? kept : own);
        }
        boolean isRecent = !RawConditions.lastPartition(windows).isBefore(held.today.minusDays(FEW_DAYS));
        last = isRecent ? NEVER : null;
        PartialWindows partial = PartialWindows.among(windows);
        if (partial != null) {
            tables = partial.tables(day(partial.first()));
        }
        return this;
    }

    private LocalDate firstDay(LocalDate keptFrom) {
        Instant kept = keptFrom.atStartOfDay(ZoneOffset.UTC).toInstant();
        return windows.stream()
                .map(ZoneWindow::zone)
                .map(zone -> firstDay(kept, zone))
                .max(LocalDate::compareTo)
                .orElseThrow();
    }

    private static LocalDate firstDay(Instant kept, ZoneId zone) {
        LocalDate day = LocalDate.ofInstant(kept, zone);
        return kept.isAfter(day.atStartOfDay(zone).toInstant()) ? day.plusDays(1) : day;
    }

    @Override
    public LocalDate first() {
        if (first == null) {
            SqlFragment running = SqlFragment.any(windows.stream()
                    .map(window -> SqlFragment.all(List.of(
                            window.isOf("s"),
                            SqlFragment.of(
                                    "s.started_at < ? AND s.last_event_at >= ?", window.start(), window.start()))))
                    .toList());
            first = day(SqlFragment.of(
                    "SELECT least(?, min((s.started_at AT TIME ZONE 'UTC')::date)) FROM sessions AS s WHERE ?",
                    RawConditions.firstPartition(windows),
                    running));
        }
        return first;
    }

    @Override
    public LocalDate last() {
        if (last == null) {
            SqlFragment begun = SqlFragment.any(windows.stream()
                    .map(window -> window.holds("s", "started_at"))
                    .toList());
            last = day(SqlFragment.of(
                    "SELECT greatest(?, max((s.last_event_at AT TIME ZONE 'UTC')::date)) FROM sessions AS s WHERE ?",
                    RawConditions.lastPartition(windows),
                    begun));
        }
        return last;
    }

    private LocalDate day(SqlFragment statement) {
        return queryOne(statement, row -> row.day(1));
    }

    /** The rows of an answer, at most as many as the question's limit. */
    List<QueryRow> rows(MetricsQuery query) {
        return query(QueryStatement.of(query, this, query.limit()), row -> QueryRow.read(row, query));
    }

    /** The same, row by row. */
    void each(MetricsQuery query, Consumer<QueryRow> consumer) {
        tx.each(
                limited(QueryStatement.of(query, this, Tx.ROWS_AT_ONCE)),
                row -> consumer.accept(QueryRow.read(row, query)));
    }

    /** The number of sessions, and how many of them reached each step. */
    List<Long> counts(Funnel funnel) {
        return queryWithoutLoops(
                        funnel.statement(this),
                        row -> counts(row, funnel.steps().size() + 1))
                .getFirst();
    }

    private static List<Long> counts(Row row, int columns) throws SQLException {
        List<Long> counts = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
            counts.add(row.number(column));
        }
        return counts;
    }

    <T> List<T> query(SqlFragment statement, Tx.RowReader<T> reader) {
        return tx.query(limited(statement), reader);
    }

    <T> T queryOne(SqlFragment statement, Tx.RowReader<T> reader) {
        return tx.queryOne(limited(statement), reader);
    }

    /**
     * The same for joins of events and sessions which the planner takes for smaller than they are, most of all before it
     * has statistics. By a loop they would look into each partition for each session.
     */
    <T> List<T> queryWithoutLoops(SqlFragment statement, Tx.RowReader<T> reader) {
        return tx.query(limited(statement, false), reader);
    }

    /** As {@link Tx#eachPart}: rows of leads, of which no raw row of the windows tells. */
    <T> void eachPartOfLeads(SqlFragment statement, int size, Tx.RowReader<T> reader, Consumer<List<T>> consumer) {
        limit(true);
        tx.eachPart(statement, size, reader, consumer);
    }

    /** A statement about the rows of the windows, which gets the time that is left. */
    private SqlFragment limited(SqlFragment statement) {
        return limited(statement, true);
    }

    private SqlFragment limited(SqlFragment statement, boolean mayLoop) {
        limit(mayLoop);
        return SqlFragment.joined("", List.of(tables, statement));
    }

    private void limit(boolean mayLoop) {
        long millis = Duration.ofNanos(endNanos - System.nanoTime()).toMillis();
        Pipeline limits = tx.pipeline();
        limits.update(TIMEOUT, String.valueOf(Math.max(1, millis)));
        if (mayLoop != loops) {
            limits.update("SET LOCAL enable_nestloop = " + (mayLoop ? "on" : "off"));
            loops = mayLoop;
        }
        limits.send();
    }
}
