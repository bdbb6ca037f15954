package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.db.Sql;
import com.altcontext.testing.Database;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The delivery of many waiting messages, as after an outage of the receiver or a busy hour. */
class WebhookCatchUpIT {
    private static final int WAITING = 1_000;
    /** How many messages are claimed and sent at the same time. */
    private static final int BATCH = 8;

    private static final Duration MAX_DELIVERY = Duration.ofMinutes(2);

    /** Counts the messages of each claim that finds any. */
    private static final List<String> COUNT_CLAIMS = List.of("CREATE TABLE claims (messages bigint)", """
            CREATE FUNCTION count_claim() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO claims SELECT count(*) FROM claimed HAVING count(*) > 0;
                RETURN NULL;
            END $$
            """, """
            CREATE TRIGGER count_claim AFTER UPDATE ON outbox
            REFERENCING NEW TABLE AS claimed FOR EACH STATEMENT EXECUTE FUNCTION count_claim()
            """);

    private static final String FILL_LEADS = """
            INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status)
            SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'default', 'lead-' || n || '@example.ca',
                   now(), now(), 'pending'
            FROM generate_series(0, ? - 1) AS n
            """;

    /** The ids of the messages are random, so they say nothing about their order. */
    private static final String FILL = """
            INSERT INTO outbox (id, lead_id, created_at, next_attempt_at, body)
            SELECT gen_random_uuid(), id, first_captured_at,
                   now() - interval '1 hour' + right(id::text, 12)::int * interval '1 second', right(id::text, 12)::int::text
            FROM leads
            """;

    /** The messages that were not delivered, as a failed test shows them. */
    private static final String LEFT = """
            SELECT concat_ws(' ', body, attempts, last_error, next_attempt_at - now()) FROM outbox ORDER BY created_at LIMIT 8
            """;

    private final String url = Database.migrated().url();
    private final Sql sql = Database.at(url).sql();
    private final StoredRows stored = new StoredRows(sql);
    /**
     * The bodies that were received. A body is the position of its message in the order in which the messages are due.
     */
    private final Queue<Integer> received = new ConcurrentLinkedQueue<>();

    private HttpServer receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", this::receive);
        receiver.setExecutor(Thread::startVirtualThread);
        receiver.start();
        COUNT_CLAIMS.forEach(stored::execute);
        stored.execute(FILL_LEADS, WAITING);
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            received.add(
                    Integer.valueOf(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII)));
            exchange.sendResponseHeaders(204, -1);
        }
    }

    private PackagedService sender() {
        return PackagedService.on(
                url,
                Map.of(
                        "LEAD_WEBHOOK_URL",
                        "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook",
                        "LEAD_WEBHOOK_SECRET",
                        "a secret for tests of the webhook only"));
    }

    private long number(String query) {
        return sql.inTransaction(tx -> tx.queryOne(query, row -> row.number(1)));
    }

    private List<String> left() {
        return sql.inTransaction(tx -> tx.query(LEFT, row -> row.text(1)));
    }

    private void awaitAllDelivered() {
        Awaitility.await()
                .pollInSameThread()
                .atMost(MAX_DELIVERY)
                .untilAsserted(() -> assertThat(left()).isEmpty());
        assertThat(received)
                .as("each message arrives once")
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, WAITING).boxed().toList());
    }

    @Test
    void a_thousand_waiting_messages_are_claimed_eight_at_a_time_and_delivered_in_order() {
        try (PackagedService _ = sender()) {
            stored.execute(FILL);
            awaitAllDelivered();
        }

        assertThat(number("SELECT count(*) FROM claims")).isEqualTo(WAITING / BATCH);
        assertThat(number("SELECT max(messages) FROM claims")).isEqualTo(BATCH);
        int position = 0;
        for (int number : received) {
            assertThat(number / BATCH)
                    .as("no later batch overtakes an earlier one")
                    .isEqualTo(position++ / BATCH);
        }
    }

    @Test
    void two_services_share_the_messages_and_deliver_each_once() {
        try (PackagedService _ = sender();
                PackagedService _ = sender()) {
            stored.execute(FILL);
            awaitAllDelivered();
        }

        // While one service claims the last messages, the other may find less than a whole batch.
        assertThat(number("SELECT count(*) FROM claims")).isBetween((long) WAITING / BATCH, 2L * WAITING / BATCH);
        assertThat(number("SELECT sum(messages) FROM claims")).isEqualTo(WAITING);
    }
}
