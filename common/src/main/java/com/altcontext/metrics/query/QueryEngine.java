package com.altcontext.metrics.query;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.metrics.query.RawRows.Parallelism;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs queries over raw rows. Safe for use by several threads. */
public final class QueryEngine {
    private final Sql sql;
    private final InstantSource clock;
    private final Duration timeout;
    private final BooleanSupplier isIngestBusy;
    private final Lock turn = new ReentrantLock(true);
    private volatile @Nullable Loss lost;

    /** The database was lost during a query. */
    private record Loss(long atNanos, SqlFailure failure) {}

    /**
     * @param clock decides whether a lead may be written to now
     * @param timeout how long one query may take in the database
     */
    public QueryEngine(Sql sql, InstantSource clock, Duration timeout) {
        this(sql, clock, timeout, () -> false);
    }

    /**
     * An engine for a service that also stores events.
     *
     * @param isIngestBusy while this is true, queries run one at a time, each in a single process of the database, so
     *     that events do not wait for queries
     */
    public QueryEngine(Sql sql, InstantSource clock, Duration timeout, BooleanSupplier isIngestBusy) {
        this.isIngestBusy = isIngestBusy;
        this.sql = sql.withTimeout(timeout.plus(Tx.DRIVER_EXTRA_TIME));
        this.clock = clock;
        this.timeout = timeout;
    }

    /**
     * Runs one query.
     *
     * @throws QueryTooSlow if the database ended the statement
     * @throws RawRowsGone if the windows reach further back than the raw rows, unless the query is by where leads came
     *     from
     * @throws SqlFailure if the database is unavailable or refused the query
     */
    public List<QueryRow> answer(MetricsQuery query) {
        return inUncheckedSnapshot(query.windows(), rows -> kept(rows, query).rows(query));
    }

    /**
     * Like {@link #answer(MetricsQuery)}, but passes on the rows one by one, so there can be any number of them. Does
     * not take turns with other queries, since the consumer may be slow.
     */
    public void each(MetricsQuery query, Consumer<QueryRow> consumer) {
        var _ = run(
                query.windows(),
                rows -> {
                    kept(rows, query).each(query, consumer);
                    return rows;
                },
                isIngestBusy.getAsBoolean() ? Parallelism.NONE : Parallelism.AS_PLANNED);
    }

    private static RawRows kept(RawRows rows, MetricsQuery query) {
        return query.isByLead() ? rows : rows.requireKept();
    }

    /**
     * The number of sessions, and then how many of them reached each step. Throws like {@link #answer(MetricsQuery)}.
     */
    public List<Long> answer(Funnel funnel) {
        return inSnapshot(funnel.windows(), rows -> rows.counts(funnel));
    }

    /**
     * Runs several queries over the same windows in one snapshot. Together they have the timeout of one query. Throws
     * like {@link #answer(MetricsQuery)}.
     */
    <T> T inSnapshot(List<ZoneWindow> windows, Function<RawRows, T> queries) {
        return inUncheckedSnapshot(windows, rows -> queries.apply(rows.requireKept()));
    }

    /**
     * Like {@link #inSnapshot}, without checking that the raw rows of the windows are kept. For windows that have not
     * been purged yet, and for leads, which are kept longer.
     */
    <T> T inUncheckedSnapshot(List<ZoneWindow> windows, Function<RawRows, T> queries) {
        if (!isIngestBusy.getAsBoolean()) {
            return run(windows, queries, Parallelism.AS_PLANNED);
        }
        long began = System.nanoTime();
        turn.lock();
        try {
            Loss loss = lost;
            if (loss != null && loss.atNanos - began > 0) {
                // Each query would wait again as long as the one that lost the database.
                throw loss.failure;
            }
            return run(windows, queries, Parallelism.NONE);
        } catch (SqlFailure failed) {
            if (failed.isLostConnection()) {
                lost = new Loss(System.nanoTime(), failed);
            }
            throw failed;
        } finally {
            turn.unlock();
        }
    }

    private <T> T run(List<ZoneWindow> windows, Function<RawRows, T> queries, Parallelism parallelism) {
        try {
            return sql.inSnapshot(tx -> queries.apply(new RawRows(tx, windows, clock.instant(), timeout, parallelism)));
        } catch (SqlFailure failed) {
            if (failed.isCanceled()) {
                throw new QueryTooSlow();
            }
            throw failed;
        }
    }
}
