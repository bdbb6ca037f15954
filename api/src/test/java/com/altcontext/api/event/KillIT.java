package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Load;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.db.Sql;
import com.altcontext.testing.Database;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The packaged service is stopped under load, by SIGKILL and by SIGTERM. */
class KillIT {
    private static final int CLIENTS = 32;
    /** More than the five seconds that the service allows itself: a busy machine is slower. */
    private static final Duration MAX_STOP = Duration.ofSeconds(30);

    private static final int TERMINATED = 128 + 15;

    private final Database database = Database.migrated();
    private final String url = database.url();
    private final Sql sql = database.sql();

    @Test
    void a_killed_service_keeps_every_event_it_acknowledged() throws Exception {
        Map<String, String> acknowledged = new HashMap<>();
        Map<String, ObjectNode> unanswered = new HashMap<>();
        for (int round = 1; round <= 4; round++) {
            try (PackagedService service = PackagedService.on(url)) {
                Load load = Load.of(CLIENTS, service);
                load.awaitAcknowledged(round * 300);
                service.kill();
                load.stop();

                assertThat(load.strange).isEmpty();
                assertThat(load.unanswered)
                        .as("events in flight when the service was killed")
                        .isNotEmpty();
                acknowledged.putAll(load.acknowledged);
                unanswered.putAll(load.unanswered);
            }
        }

        assertThat(stored()).containsAllEntriesOf(acknowledged);
        assertEveryEventHasItsSessionAndVisitor();

        try (PackagedService service = PackagedService.on(url)) {
            Set<String> storedBefore = stored().keySet();
            for (Map.Entry<String, ObjectNode> event : unanswered.entrySet()) {
                Call.Answer answer = service.post(event.getValue());
                assertThat(answer.status()).isEqualTo(202);
                assertThat(answer.header("x-outcome"))
                        .isEqualTo(storedBefore.contains(event.getKey()) ? "duplicate" : "stored");
                acknowledged.put(event.getKey(), answer.field("eventId"));
            }
            assertThat(stored())
                    .as("each sent event is stored once, and no others")
                    .containsExactlyInAnyOrderEntriesOf(acknowledged);
        }
    }

    @Test
    void an_event_acknowledged_before_a_kill_is_a_duplicate_after_it() throws Exception {
        ObjectNode event = Load.event("anon-of-a-kill");
        Call.Answer first;
        try (PackagedService service = PackagedService.on(url)) {
            first = service.post(event);
            service.kill();
        }

        try (PackagedService service = PackagedService.on(url)) {
            Call.Answer retry = service.post(event);

            assertThat(retry.status()).isEqualTo(202);
            assertThat(retry.header("x-outcome")).isEqualTo("duplicate");
            assertThat(retry.text()).isEqualTo(first.text());
        }
        assertThat(new StoredRows(sql).events("anon-of-a-kill")).hasSize(1);
    }

    /**
     * HTTP/1.1 cannot prevent a request from reaching a closing connection and getting no answer. But the service answers
     * every request that it has read, so an event is stored if and only if its answer said so.
     */
    @Test
    void a_terminated_service_answers_requests_in_flight_and_writes_its_counts() throws Exception {
        int refused = 50;
        try (PackagedService service = PackagedService.on(url)) {
            Load load = Load.of(CLIENTS, service);
            load.awaitAcknowledged(500);
            for (int i = 0; i < refused; i++) {
                assertThat(service.post("{}").status()).isEqualTo(400);
            }
            service.terminate();

            assertThat(service.exitCode(MAX_STOP)).isEqualTo(TERMINATED);
            load.stop();
            assertThat(load.strange).isEmpty();
            assertThat(stored()).containsExactlyInAnyOrderEntriesOf(load.acknowledged);
        }

        assertEveryEventHasItsSessionAndVisitor();
        assertThat(new StoredRows(sql).rejections("default", "events", "invalid_request"))
                .isEqualTo(refused);
    }

    /** Returns the id of each event by its path. Fails if an event is stored twice. */
    private Map<String, String> stored() {
        record StoredEvent(String path, String id) {}
        return sql
                .inTransaction(tx ->
                        tx.query("SELECT path, id::text FROM events", row -> new StoredEvent(row.text(1), row.text(2))))
                .stream()
                .collect(Collectors.toMap(StoredEvent::path, StoredEvent::id));
    }

    private void assertEveryEventHasItsSessionAndVisitor() {
        Set<String> orphans = new HashSet<>(sql.inTransaction(tx -> tx.query("""
                SELECT e.path FROM events e
                LEFT JOIN sessions s ON s.bucket = e.bucket AND s.visitor_id = e.visitor_id AND s.id = e.session_id
                LEFT JOIN visitors v ON v.bucket = e.bucket AND v.visitor_id = e.visitor_id
                WHERE s.id IS NULL OR v.visitor_id IS NULL
                """, row -> row.text(1))));
        assertThat(orphans).isEmpty();
    }
}
