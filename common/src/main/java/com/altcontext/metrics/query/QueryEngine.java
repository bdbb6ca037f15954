package com.altcontext.metrics.query;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.metrics.query.RawRows.Parallelism;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/** Answers questions from the raw rows. Safe for use by several threads. */
public final class QueryEngine {
    /** The database ends a statement before the driver gives up. */
    private static final Duration DRIVER_WAITS = Duration.ofSeconds(2);

    private final Sql sql;
    private final Duration timeout;
    private final BooleanSupplier isIngestBusy;
    private final Lock turn = new ReentrantLock(true);

    /** @param timeout how long one question may take in the database */
    public QueryEngine(Sql sql, Duration timeout) {
        this(sql, timeout, () -> false);
    }

    /**
     * The same beside ingest.
     *
     * @param isIngestBusy while it is true, questions take turns, and each is the work of one process of the database, so that
     *     the answers to events do not wait for those to questions
     */
    public QueryEngine(Sql sql, Duration timeout, BooleanSupplier isIngestBusy) {
        this.isIngestBusy = isIngestBusy;
        this.sql = sql.withTimeout(timeout.plus(DRIVER_WAITS));
        this.timeout = timeout;
    }

    /**
     * Answers one question, in one snapshot.
     *
     * @throws QueryTooSlow if the database ended the statement
     * @throws RawRowsGone if the windows reach further back than the raw rows
     * @throws SqlFailure if the database is away or refused it
     */
    public List<QueryRow> answer(MetricsQuery query) {
        return ask(query.windows(), rows -> rows.rows(query));
    }

    /** The same, row by row, for any number of rows. It does not take turns, since the consumer may be slow. */
    public void each(MetricsQuery query, Consumer<QueryRow> consumer) {
        var _ = ask(
                query.windows(),
                rows -> {
                    rows.requireKept().each(query, consumer);
                    return rows;
                },
                isIngestBusy.getAsBoolean() ? Parallelism.NONE : Parallelism.AS_PLANNED);
    }

    /** The number of sessions, and how many of them reached each step. Throws as {@link #answer(MetricsQuery)} does. */
    public List<Long> answer(Funnel funnel) {
        return ask(funnel.windows(), rows -> rows.counts(funnel));
    }

    /**
     * Asks several questions about the same windows in one snapshot, within the time of one. Throws as
     * {@link #answer(MetricsQuery)} does.
     */
    <T> T ask(List<ZoneWindow> windows, Function<RawRows, T> questions) {
        return askOfNow(windows, rows -> questions.apply(rows.requireKept()));
    }

    /** The same about what happens now, of which no rows are gone, also on a day that another system counted too. */
    <T> T askOfNow(List<ZoneWindow> windows, Function<RawRows, T> questions) {
        if (!isIngestBusy.getAsBoolean()) {
            return ask(windows, questions, Parallelism.AS_PLANNED);
        }
        turn.lock();
        try {
            return ask(windows, questions, Parallelism.NONE);
        } finally {
            turn.unlock();
        }
    }

    private <T> T ask(List<ZoneWindow> windows, Function<RawRows, T> questions, Parallelism parallelism) {
        try {
            return sql.inSnapshot(tx -> questions.apply(new RawRows(tx, windows, timeout, parallelism)));
        } catch (SqlFailure failed) {
            if (failed.isCanceled()) {
                throw new QueryTooSlow();
            }
            throw failed;
        }
    }
}
