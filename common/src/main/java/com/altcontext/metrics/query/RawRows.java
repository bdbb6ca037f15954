package com.altcontext.metrics.query;

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
 * The raw rows of some windows, in one snapshot. All statements together have the time limit of one query; the database
 * ends the statement that exceeds it.
 */
final class RawRows {
    /**
     * With custom plans the planner knows the days and skips other partitions. The memory is the limit of each sort or
     * hash. It is not set on the nodes of a cluster, which use such a limit for each shard.
     */
    private static final String SETTINGS =
            "SET LOCAL work_mem = '32MB'; SET LOCAL plan_cache_mode = 'force_custom_plan'; " + Tx.ALSO_ON_NODES
                    + "SET LOCAL jit = off";

    /** Appended to the other settings. */
    private static final String ONE_PROCESS = "; SET LOCAL max_parallel_workers_per_gather = 0";

    /**
     * The last imported day of the windows. It is a day in the property's time zone, whereas purged days are UTC days.
     */
    private static final String LAST_IMPORTED =
            "(SELECT max(day) FROM daily_metric_rollups WHERE property_id = ANY (?::text[]) AND imported = 1 AND day >= ?)";

    /**
     * If windows ended at most this many days ago, reading all days since then is faster than finding out when their
     * last sessions ended.
     */
    private static final int FEW_DAYS = 3;

    private final Tx tx;
    private final List<ZoneWindow> windows;
    private final SessionDays days;
    private final Instant now;
    private final long endNanos;

    /** The {@code WITH} clause before each statement. */
    private SqlFragment tables = SqlFragment.EMPTY;

    /**
     * Whether nested loops are currently allowed. It is set only when it changes, since each change is a message to
     * every node.
     */
    private boolean allowsLoops = true;

    /** How many processes of the database may work on a statement. */
    enum Parallelism {
        /** As many processes as the planner chooses. */
        AS_PLANNED,
        NONE
    }

    RawRows(Tx tx, List<ZoneWindow> windows, Instant now, Duration timeout, Parallelism parallelism) {
        this.tx = tx;
        this.windows = windows;
        this.days = new SessionDays(windows, this::day);
        this.now = now;
        this.endNanos = System.nanoTime() + timeout.toNanos();
        tx.update(parallelism == Parallelism.NONE ? SETTINGS + ONE_PROCESS : SETTINGS);
    }

    /**
     * Makes sure that the raw rows of the windows are still kept.
     *
     * @throws RawRowsGone if a part of the windows was purged, or counted by another system
     */
    RawRows requireKept() {
        LocalDate firstDay = RawConditions.firstPartition(windows);
        record Kept(
                LocalDate from, LocalDate today, @Nullable LocalDate imported) {}
        List<SqlFragment> imported = windows.stream()
                .map(window -> SqlFragment.of(
                        LAST_IMPORTED,
                        window.properties().toArray(String[]::new),
                        LocalDate.ofInstant(window.start(), window.zone())))
                .toList();
        // Reading events takes a lock that makes a purge wait until the transaction ends. Earlier purges are in the
        // log.
        SqlFragment keptFrom = SqlFragment.of("""
                SELECT coalesce(max(events_kept_from), '-infinity'), (now() AT TIME ZONE 'UTC')::date, greatest(NULL, ?),
                       EXISTS (SELECT 1 FROM events WHERE day = ? LIMIT 1)
                FROM purge_log
                """, SqlFragment.joined(", ", imported), firstDay);
        Kept found = queryOne(keptFrom, row -> new Kept(row.day(1), row.day(2), row.dayOrNull(3)));
        LocalDate kept = firstDay.isBefore(found.from) ? firstDay(found.from) : LocalDate.MIN;
        LocalDate own = found.imported == null ? LocalDate.MIN : found.imported.plusDays(1);
        if (kept.isAfter(LocalDate.MIN) || own.isAfter(LocalDate.MIN)) {
            throw new RawRowsGone(kept.isAfter(own) ? kept : own);
        }
        if (!RawConditions.lastPartition(windows).isBefore(found.today.minusDays(FEW_DAYS))) {
            days.extendToAll();
        }
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

    /** The days on which sessions of the windows have events. */
    SessionDays days() {
        return days;
    }

    /** The time of the figures, at which a lead's consent counts. */
    Instant now() {
        return now;
    }

    private LocalDate day(SqlFragment statement) {
        return queryOne(statement, row -> row.day(1));
    }

    /** The rows of an answer, at most as many as the limit of the query. */
    List<QueryRow> rows(MetricsQuery query) {
        return query(QueryStatement.of(query, days, now, query.limit()), row -> QueryRow.read(row, query));
    }

    /** Passes on the rows of an answer one by one. */
    void each(MetricsQuery query, Consumer<QueryRow> consumer) {
        tx.each(
                limited(QueryStatement.of(query, days, now, Tx.ROWS_AT_ONCE)),
                row -> consumer.accept(QueryRow.read(row, query)));
    }

    /** The number of sessions, and then how many of them reached each step. */
    List<Long> counts(Funnel funnel) {
        return queryWithoutLoops(
                        funnel.statement(days),
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
     * Like {@link #query}, without nested loops. For joins of events and sessions that the planner
     * underestimates, above all before it has statistics: a nested loop would look into each partition for each
     * session.
     */
    <T> List<T> queryWithoutLoops(SqlFragment statement, Tx.RowReader<T> reader) {
        return tx.query(limited(statement, false), reader);
    }

    /**
     * Like {@link Tx#eachPart}, for statements about leads, which do not need the {@code WITH} clause of the windows.
     */
    <T> void eachPartOfLeads(SqlFragment statement, int size, Tx.RowReader<T> reader, Consumer<List<T>> consumer) {
        limit(true);
        tx.eachPart(statement, size, reader, consumer);
    }

    /** A statement about the rows of the windows, limited to the time that is left. */
    private SqlFragment limited(SqlFragment statement) {
        return limited(statement, true);
    }

    private SqlFragment limited(SqlFragment statement, boolean mayLoop) {
        limit(mayLoop);
        return SqlFragment.joined("", List.of(tables, statement));
    }

    private void limit(boolean mayLoop) {
        tx.limit(Duration.ofNanos(endNanos - System.nanoTime()));
        if (mayLoop != allowsLoops) {
            tx.update("SET LOCAL enable_nestloop = " + (mayLoop ? "on" : "off"));
            allowsLoops = mayLoop;
        }
    }
}
