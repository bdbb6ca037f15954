package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.altcontext.access.Permissions;
import com.altcontext.api.testing.Logged;
import com.altcontext.client.Client;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.ingest.DatabaseExecutor;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Rejections;
import com.altcontext.property.Properties;
import com.altcontext.testing.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An executor with one thread and room for one waiting request, behind a server that runs the work of the test. */
class DatabaseExecutorTest {
    private static final String UNAVAILABLE = "503 2 {\"ok\":false,\"error\":\"unavailable\"}";
    private static final Client CLIENT = new Client(InetAddress.getLoopbackAddress(), null, null, false, null);

    private static final String NO_KEY = "-";
    private static final long MAX_BYTES = 1 << 20;
    private static final MemoryBudget MEMORY = new MemoryBudget(MAX_BYTES);
    private static final Sql SQL = Database.migrated().sql();
    private static final Vertx VERTX = Vertx.vertx();
    private static final ErrorMapper ERRORS = new ErrorMapper(
            new RequestMetrics(
                    new Rejections(property -> ZoneOffset.UTC, InstantSource.system()), new SimpleMeterRegistry()),
            new Properties(SQL));
    private static final Route ROUTE = Route.get("/v1/healthz", Access.PUBLIC, Allowance.UNLIMITED);

    private final DatabaseState database = new DatabaseState(SQL, InstantSource.system());
    private final DatabaseExecutor executor = new DatabaseExecutor("test", 1, 1, database, MEMORY);
    private final DatabaseExecutor shared = new DatabaseExecutor("shared", 2, 1, 1, database, MEMORY);
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch release = new CountDownLatch(1);
    private volatile Supplier<String> work = DatabaseExecutorTest::done;
    private volatile CountDownLatch arrived = new CountDownLatch(1);
    private HttpServer server;

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void listen() {
        assertThat(database.check()).isEqualTo(DatabaseState.Status.READY);
        Router router = Router.router(VERTX);
        router.route().handler(this::answer);
        server = VERTX.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void stop() {
        release.countDown();
        executor.stop();
        shared.stop();
        server.close().toCompletionStage().toCompletableFuture().join();
        client.close();
    }

    private void answer(RoutingContext context) {
        RequestContext request = new RequestContext(context, ROUTE, CLIENT);
        context.response().putHeader(SecurityHeaders.REQUEST_ID, "as the filter gives one");
        Thread eventLoop = Thread.currentThread();
        try {
            String key = Objects.requireNonNull(context.request().getHeader("key"));
            if (!key.equals(NO_KEY)) {
                request.permit(new Permissions(UUID.fromString(key), Set.of(), null, false));
            }
            var _ = request.submit(key.equals(NO_KEY) ? executor : shared, work).whenComplete((made, failure) -> {
                context.response().putHeader("same-loop", String.valueOf(Thread.currentThread() == eventLoop));
                if (failure == null) {
                    context.response().end(made);
                } else {
                    ERRORS.answer(request, failure);
                }
            });
        } catch (RuntimeException refused) {
            ERRORS.answer(request, refused);
        } finally {
            arrived.countDown();
        }
    }

    /** Sends a request for this work, and returns when the executor has accepted or refused it. */
    private CompletableFuture<HttpResponse<String>> send(Supplier<String> wanted) throws InterruptedException {
        return send(NO_KEY, wanted);
    }

    private CompletableFuture<HttpResponse<String>> send(String key, Supplier<String> wanted)
            throws InterruptedException {
        work = wanted;
        arrived = new CountDownLatch(1);
        CompletableFuture<HttpResponse<String>> answer = client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort()))
                        .timeout(Duration.ofSeconds(30))
                        .header("key", key)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        await(arrived);
        return answer;
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    }

    /** Sends a request for work that lasts until the test releases it, and returns when the work has begun. */
    private CompletableFuture<HttpResponse<String>> sendLong() throws InterruptedException {
        return sendLong(NO_KEY);
    }

    private CompletableFuture<HttpResponse<String>> sendLong(String key) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<HttpResponse<String>> answer = send(key, () -> {
            begun.countDown();
            try {
                await(release);
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
            return done();
        });
        await(begun);
        return answer;
    }

    private static String done() {
        return "{\"ok\":true}";
    }

    private static String answerOf(CompletableFuture<HttpResponse<String>> answer) {
        HttpResponse<String> got = answer.join();
        return got.statusCode() + " " + got.headers().firstValue("retry-after").orElse("-") + " " + got.body();
    }

    @Test
    void work_runs_on_a_thread_of_the_executor_and_is_answered_on_the_event_loop() throws Exception {
        HttpResponse<String> answer =
                send(() -> '"' + Thread.currentThread().getName() + '"').join();

        assertThat(answer.body()).isEqualTo("\"test-1\"");
        assertThat(answer.headers().firstValue("same-loop")).contains("true");
    }

    @Test
    void a_request_is_refused_at_once_if_the_queue_is_full() throws Exception {
        var working = sendLong();
        var waiting = send(DatabaseExecutorTest::done);
        assertThat(answerOf(send(DatabaseExecutorTest::done))).isEqualTo(UNAVAILABLE);

        release.countDown();
        for (var taken : List.of(working, waiting)) {
            assertThat(answerOf(taken)).isEqualTo("200 - {\"ok\":true}");
        }
    }

    @Test
    void requests_of_one_key_leave_room_for_another_key() throws Exception {
        String key = UUID.randomUUID().toString();
        var working = sendLong(key);
        var waiting = send(key, DatabaseExecutorTest::done);
        assertThat(answerOf(send(key, DatabaseExecutorTest::done))).isEqualTo(UNAVAILABLE);

        assertThat(answerOf(send(UUID.randomUUID().toString(), DatabaseExecutorTest::done)))
                .startsWith("200 ");
        assertThat(waiting).isNotDone();

        release.countDown();
        for (var taken : List.of(working, waiting)) {
            assertThat(answerOf(taken)).isEqualTo("200 - {\"ok\":true}");
        }
    }

    @Test
    void all_requests_are_refused_from_the_loss_of_the_database_until_it_answers_again() throws Exception {
        try (Logged logged = new Logged()) {
            var unlucky = send(() -> SQL.inTransaction(
                    tx -> tx.queryOne("SELECT pg_terminate_backend(pg_backend_pid())::text", row -> row.text(1))));
            assertThat(answerOf(unlucky)).isEqualTo(UNAVAILABLE);
            assertThat(logged.lines())
                    .filteredOn(line -> line.contains("the database cannot serve a request now"))
                    .singleElement(STRING)
                    .contains("request as the filter gives one");
        }
        assertThat(database.isReady()).isFalse();
        AtomicBoolean tried = new AtomicBoolean();
        Supplier<String> work = () -> {
            tried.set(true);
            return done();
        };
        assertThat(answerOf(send(work))).isEqualTo(UNAVAILABLE);
        assertThat(tried).isFalse();

        database.check();
        assertThat(answerOf(send(work))).isEqualTo("200 - {\"ok\":true}");
        assertThat(tried).isTrue();
    }

    @Test
    void a_waiting_request_is_refused_without_a_try_if_the_database_is_lost() throws Exception {
        var working = sendLong();
        AtomicBoolean tried = new AtomicBoolean();
        var waiting = send(() -> {
            tried.set(true);
            return done();
        });
        database.lost();
        release.countDown();

        assertThat(answerOf(waiting)).isEqualTo(UNAVAILABLE);
        assertThat(tried).isFalse();
        assertThat(answerOf(working)).startsWith("200 ");
    }

    @Test
    void a_failed_statement_does_not_mean_that_the_database_is_lost() throws Exception {
        var refused = send(() -> SQL.inTransaction(tx -> tx.queryOne("SELECT 1 / 0", row -> row.text(1))));

        assertThat(answerOf(refused)).isEqualTo("500 - {\"ok\":false,\"error\":\"internal_error\"}");
        assertThat(database.isReady()).isTrue();
    }

    @Test
    void a_temporary_failure_gets_503_and_does_not_mean_that_the_database_is_lost() throws Exception {
        for (String state : List.of("25006", "53100", "57014", "58030")) {
            var refused = send(() -> SQL.inTransaction(tx -> String.valueOf(
                    tx.update("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '" + state + "'; END $$"))));
            assertThat(answerOf(refused)).as(state).isEqualTo(UNAVAILABLE);
            assertThat(database.isReady()).isTrue();
        }
    }

    @Test
    void a_waiting_request_reserves_memory_and_a_request_is_refused_at_once_if_none_is_left() throws Exception {
        var working = sendLong();
        assertThat(MEMORY.held()).isGreaterThan(4_096);
        long left = MAX_BYTES - MEMORY.held();
        assertThat(MEMORY.take(left)).isTrue();
        assertThat(answerOf(send(DatabaseExecutorTest::done))).isEqualTo(UNAVAILABLE);
        MEMORY.give(left);

        release.countDown();
        assertThat(answerOf(working)).startsWith("200 ");
        assertThat(answerOf(send(DatabaseExecutorTest::done))).startsWith("200 ");
        assertThat(MEMORY.held()).isZero();
    }

    @Test
    void requests_accepted_before_the_stop_are_completed_and_later_ones_are_refused() throws Exception {
        var working = sendLong();
        var waiting = send(DatabaseExecutorTest::done);
        executor.stop();
        assertThat(answerOf(send(DatabaseExecutorTest::done))).isEqualTo(UNAVAILABLE);

        release.countDown();
        executor.await(System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
        for (var taken : List.of(working, waiting)) {
            assertThat(answerOf(taken)).isEqualTo("200 - {\"ok\":true}");
        }
    }
}
