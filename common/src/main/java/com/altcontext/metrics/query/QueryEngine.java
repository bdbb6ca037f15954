package com.altcontext.metrics.query;

import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.metrics.Condition;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers questions from the raw rows. Safe for use by several threads. */
public final class QueryEngine {
    /** With a custom plan the planner knows the days and skips the other partitions. The memory is a limit for each sort or hash. */
    private static final String SETTINGS = """
            SELECT set_config('work_mem', '32MB', true), set_config('jit', 'off', true),
                   set_config('plan_cache_mode', 'force_custom_plan', true)
            """;

    private final Sql sql;

    /** @param sql whose statements are ended after the time that a query may take */
    public QueryEngine(Sql sql) {
        this.sql = sql;
    }

    /**
     * A row of an answer.
     *
     * @param groups a value for each grouping; null is a value too
     * @param metrics {@link Long} for counts, else {@link Double}; null for a metric of nothing
     */
    public record QueryRow(List<@Nullable String> groups, List<@Nullable Number> metrics) {}

    /**
     * Answers one question, in one snapshot.
     *
     * @throws QueryTooSlow if the database ended the statement
     * @throws SqlFailure if the database is away or refused it
     */
    public List<QueryRow> answer(MetricsQuery query) {
        return timed(tx -> {
            Condition statement = QueryStatement.of(query, until(tx, query.windows()));
            return tx.query(
                    statement.sql(), row -> read(row, query), statement.values().toArray());
        });
    }

    /**
     * How many sessions there were, and how many of them came to each step.
     *
     * @throws QueryTooSlow if the database ended the statement
     */
    public List<Long> answer(Funnel funnel) {
        return timed(tx -> {
            Condition statement = funnel.statement(until(tx, funnel.windows()));
            return tx.query(
                            statement.sql(),
                            row -> {
                                List<Long> counts = new ArrayList<>();
                                for (int column = 1; column <= funnel.steps().size() + 1; column++) {
                                    counts.add(row.number(column));
                                }
                                return counts;
                            },
                            statement.values().toArray())
                    .getFirst();
        });
    }

    private <T> T timed(Sql.Work<T> work) {
        try {
            return sql.inTransaction(tx -> {
                var _ = tx.query(SETTINGS, row -> row.text(1));
                return work.in(tx);
            });
        } catch (SqlFailure failed) {
            if (failed.isCanceled()) {
                throw new QueryTooSlow();
            }
            throw failed;
        }
    }

    private static LocalDate until(Tx tx, List<ZoneWindow> windows) {
        LocalDate last = windows.stream()
                .map(ZoneWindow::lastPartition)
                .max(LocalDate::compareTo)
                .orElseThrow();
        Condition begun = Condition.any(
                windows.stream().map(window -> window.holds("s", "started_at")).toList());
        List<@Nullable Object> values = new ArrayList<>();
        values.add(last);
        values.addAll(begun.values());
        return tx.query(
                        "SELECT greatest(?, max((s.last_event_at AT TIME ZONE 'UTC')::date)) FROM sessions AS s WHERE "
                                + begun.sql(),
                        row -> row.day(1),
                        values.toArray())
                .getFirst();
    }

    private static QueryRow read(Row row, MetricsQuery query) throws SQLException {
        int column = 1;
        List<@Nullable String> groups = new ArrayList<>();
        for (int i = 0; i < query.groupings().size(); i++) {
            groups.add(row.textOrNull(column++));
        }
        List<@Nullable Number> metrics = new ArrayList<>();
        for (QueryMetric metric : query.metrics()) {
            metrics.add(metric.isCount() ? (Number) row.number(column) : row.decimalOrNull(column));
            column++;
        }
        return new QueryRow(groups, metrics);
    }
}
