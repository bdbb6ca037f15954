package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Logged;
import com.altcontext.api.testing.RawClient;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.ingest.DatabaseExecutors;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Exports that do not fit into the memory of the service. They are streamed, and can be cut off in the middle. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.OBSERVED))
class LongExportTest {
    @Inject
    Sql sql;

    @Inject
    DatabaseExecutors executors;

    private final String email = Forms.email();

    private static final int MANY = 20_000;

    /** Stores about 20 MB of events of the person. */
    private void visitALot(String anonId) {
        new StoredRows(sql)
                .execute(
                        "INSERT INTO events SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(),"
                                + " 'props', jsonb_build_object('n', n, 'é', repeat('🍁', 250))))).*"
                                + " FROM (SELECT e FROM events e JOIN visitors v USING (bucket, visitor_id)"
                                + " WHERE v.anon_id = ? AND e.event_type = 'page_view') AS one (e), generate_series(1, ?) AS n",
                        anonId,
                        MANY);
    }

    @Test
    void a_long_document_arrives_complete() {
        visitALot(Forms.sendPerson(email).path("anonId").asText());
        Call.Answer answer = Call.export(Forms.minimal(email)).send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-length")).isNull();
        assertThat(answer.text().length()).isGreaterThan(10_000_000);
        JsonNode events = answer.json().path("visitors").get(0).path("events");
        assertThat(events).hasSize(MANY + 2);
        assertThat(events)
                .filteredOn(event -> event.path("props").has("é"))
                .allSatisfy(event ->
                        assertThat(event.path("props").path("é").asText()).isEqualTo("🍁".repeat(250)));
        assertThat(Call.erasure(Forms.minimal(email))
                        .send()
                        .json()
                        .path("events")
                        .asInt())
                .isEqualTo(MANY + 2);
    }

    @Test
    void a_document_that_is_cut_off_does_not_look_complete_and_is_not_logged_as_a_programming_error() throws Exception {
        visitALot(Forms.sendPerson(email).path("anonId").asText());
        String body = Forms.minimal(email).toString();
        try (Logged logged = new Logged()) {
            try (RawClient slow = new RawClient()) {
                slow.write("POST /v1/leads/export HTTP/1.1\r\nHost: x\r\nX-Admin-Key: " + TestService.ADMIN_KEY
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                // The service stops sending when the client stops reading. Then the test ends the service's database
                // connection.
                slow.awaitAnswer();
                new StoredRows(sql).terminate("%FROM events AS e%");
                String answer = slow.readAll();
                assertThat(answer).startsWith("HTTP/1.1 200 ").doesNotEndWith("0\r\n\r\n");
                assertThat(answer).doesNotContain("\"notes\":", "internal_error");
            }
            // The lost connection made the service consider the database unavailable. Requests get 503 until it
            // answers.
            StoredRows.await(() -> Call.export(Forms.minimal()).send().status(), 404);
            assertThat(logged.lines()).allSatisfy(line -> assertThat(line).doesNotContain(email, "IllegalState"));
        }
    }

    /** As long exports to a client that reads slowly would be. */
    @Test
    void requests_of_one_key_do_not_keep_another_key_from_erasing_a_person() {
        Forms.sendPerson(email);
        CountDownLatch release = new CountDownLatch(1);
        try {
            String key = UUID.randomUUID().toString();
            for (int i = 0; i < 5; i++) {
                var _ = executors.operator().submit(key, "of the test", 0, Runnable::run, () -> await(release));
            }

            assertThat(Call.erasure(Forms.minimal(email)).send().status()).isEqualTo(200);
        } finally {
            release.countDown();
        }
    }

    private static boolean await(CountDownLatch release) {
        try {
            return release.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    @Test
    void a_client_that_disconnects_in_the_middle_is_not_logged_as_an_error() throws IOException {
        visitALot(Forms.sendPerson(email).path("anonId").asText());
        String body = Forms.minimal(email).toString();
        try (Logged logged = new Logged()) {
            for (int i = 0; i < 4; i++) {
                try (RawClient client = new RawClient()) {
                    client.write("POST /v1/leads/export HTTP/1.1\r\nHost: x\r\nX-Admin-Key: " + TestService.ADMIN_KEY
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body);
                    client.awaitAnswer();
                }
            }
            assertThat(Call.export(Forms.minimal(email)).send().status()).isEqualTo(200);
            assertThat(logged.lines())
                    .noneSatisfy(line -> assertThat(line).startsWith("ERROR"))
                    .allSatisfy(line -> assertThat(line).doesNotContain(email));
        }
    }
}
