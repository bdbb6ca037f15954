package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.SqlFailure;
import com.altcontext.db.SqlFragment;
import com.altcontext.testing.Database;
import com.altcontext.value.Issues;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How queries share the database with each other and with ingest. */
@Timeout(60)
@Tag("slow")
class QueryTurnsTest {
    private static final List<ZoneWindow> WINDOWS =
            List.of(new ZoneWindow(ZoneOffset.UTC, List.of("default"), Instant.EPOCH, Instant.EPOCH.plusSeconds(1)));

    private final Database database = Database.migrated();

    private QueryEngine engine(boolean isIngestBusy) {
        return new QueryEngine(database.sql(), InstantSource.system(), Duration.ofSeconds(30), () -> isIngestBusy);
    }

    /** A query whose result has one row. */
    private static MetricsQuery oneRowQuery() {
        Issues issues = new Issues();
        Filter none = new FilterReader(issues, _ -> null).filters(List.of());
        return MetricsQuery.ungrouped(WINDOWS, List.of(QueryMetric.SESSIONS), none);
    }

    private static String parallelWorkers(QueryEngine engine) {
        return engine.inSnapshot(
                WINDOWS,
                rows -> rows.query(SqlFragment.of("SHOW max_parallel_workers_per_gather"), row -> row.text(1))
                        .getFirst());
    }

    private long waitingForLocks() {
        return Long.parseLong(database.texts(
                        "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                .getFirst());
    }

    @Test
    void a_query_uses_parallel_workers_of_the_database_unless_ingest_is_busy() {
        assertThat(parallelWorkers(engine(false))).isEqualTo("2");
        assertThat(parallelWorkers(engine(true))).isEqualTo("0");
    }

    @Test
    void queries_run_at_the_same_time_while_ingest_is_not_busy() throws Exception {
        QueryEngine engine = engine(false);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<String>> asked = database.sql().inTransaction(tx -> {
                // Every query reads this table first.
                tx.update("LOCK TABLE purge_log IN ACCESS EXCLUSIVE MODE");
                List<Future<String>> both = List.of(
                        threads.submit(() -> parallelWorkers(engine)), threads.submit(() -> parallelWorkers(engine)));
                Awaitility.await().until(() -> waitingForLocks() == 2);
                return both;
            });
            for (Future<String> one : asked) {
                assertThat(one.get()).isEqualTo("2");
            }
        }
    }

    /** Two queries: one waits for a lock in the database, the other for its turn. */
    private List<Future<String>> oneBehindTheOther(ExecutorService threads, QueryEngine engine) {
        Thread[] second = new Thread[1];
        Future<String> first = threads.submit(() -> parallelWorkers(engine));
        Awaitility.await().until(() -> waitingForLocks() == 1);
        Future<String> next = threads.submit(() -> {
            second[0] = Thread.currentThread();
            return parallelWorkers(engine);
        });
        Awaitility.await().until(() -> second[0] != null && second[0].getState() == Thread.State.WAITING);
        return List.of(first, next);
    }

    @Test
    void queries_run_one_after_another_while_ingest_is_busy() throws Exception {
        QueryEngine engine = engine(true);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<String>> asked = database.sql().inTransaction(tx -> {
                tx.update("LOCK TABLE purge_log IN ACCESS EXCLUSIVE MODE");
                List<Future<String>> two = oneBehindTheOther(threads, engine);
                assertThat(waitingForLocks()).isEqualTo(1);
                return two;
            });
            for (Future<String> one : asked) {
                assertThat(one.get()).isEqualTo("0");
            }
        }
    }

    @Test
    void queries_that_wait_for_the_one_that_loses_the_database_fail_with_it() throws Exception {
        QueryEngine engine = engine(true);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            database.sql().inTransaction(tx -> {
                tx.update("LOCK TABLE purge_log IN ACCESS EXCLUSIVE MODE");
                List<Future<String>> two = oneBehindTheOther(threads, engine);

                database.texts("SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND wait_event_type = 'Lock'");

                for (Future<String> one : two) {
                    assertThatThrownBy(() -> one.get(30, TimeUnit.SECONDS))
                            .cause()
                            .isInstanceOfSatisfying(
                                    SqlFailure.class,
                                    failed -> assertThat(failed.isLostConnection())
                                            .isTrue());
                }
                return 0;
            });
        }
        assertThat(parallelWorkers(engine)).isEqualTo("0");
    }

    @Test
    void a_slow_download_does_not_keep_queries_waiting() throws Exception {
        QueryEngine engine = engine(true);
        CountDownLatch read = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> file = threads.submit(() -> engine.each(oneRowQuery(), _ -> {
                first.countDown();
                try {
                    read.await();
                } catch (InterruptedException stop) {
                    throw new IllegalStateException(stop);
                }
            }));
            first.await();
            Future<List<QueryRow>> asked = threads.submit(() -> engine.answer(oneRowQuery()));
            try {
                assertThat(asked.get(30, TimeUnit.SECONDS).getFirst().metrics()).containsExactly(0L);
                assertThat(file.isDone()).isFalse();
            } finally {
                read.countDown();
            }
            file.get();
        }
    }
}
