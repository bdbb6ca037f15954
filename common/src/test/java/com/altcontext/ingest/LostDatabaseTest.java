package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.devdb.EmbeddedDatabase;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Under load, the database is stopped, started, killed and started again. No acknowledged event is lost, and the writer
 * goes on without a restart.
 */
@Tag("slow")
class LostDatabaseTest {
    private final Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();

    @Test
    void no_acknowledged_event_is_lost_when_the_database_stops_and_starts() throws Exception {
        try (EmbeddedDatabase server = EmbeddedDatabase.temporary()) {
            Migrations.of(DatabaseUrl.parse(server.url())).apply();
            Database database = Database.at(server.url());
            DatabaseState state = new DatabaseState(database.sql(), InstantSource.system());
            state.check();
            Rejections rejections = new Rejections(property -> ZoneOffset.UTC, InstantSource.system());
            EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
            AtomicBoolean enough = new AtomicBoolean();
            try (GroupCommit writer = new GroupCommit(
                    database.sql(),
                    state,
                    GroupCommitFixture.noNodes(database.sql()),
                    store,
                    rejections,
                    GroupCommit.Bounds.SMALL_MACHINE,
                    new MemoryBudget(8 << 20),
                    batch -> {})) {
                writer.start();
                List<Thread> senders = IntStream.range(0, 8)
                        .mapToObj(i -> Thread.ofVirtual().start(() -> send(writer, "sender-" + i, enough)))
                        .toList();

                Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> acknowledged.size() > 200);
                server.stop();
                Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> refused.get() > 100);
                rejections.count("default", "events", "invalid_request", 1);
                server.start();
                int before = acknowledged.size();
                Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> acknowledged.size() > before + 200);
                int refusedBefore = refused.get();
                server.kill();
                Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> refused.get() > refusedBefore + 100);
                server.start();
                int again = acknowledged.size();
                Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> acknowledged.size() > again + 200);

                enough.set(true);
                for (Thread sender : senders) {
                    sender.join();
                }
            }
            List<String> stored = database.texts("SELECT id::text FROM events");
            assertThat(stored).doesNotHaveDuplicates();
            assertThat(stored)
                    .containsAll(acknowledged.stream().map(UUID::toString).toList());
            assertThat(database.count("SELECT sum(count) FROM ingest_rejections"))
                    .as("rejections that were counted while the database was away")
                    .isEqualTo(1);
        }
    }

    private void send(GroupCommit writer, String name, AtomicBoolean enough) {
        for (int i = 0; !enough.get(); i++) {
            TestEvent sent = TestEvent.at(name, Instant.now()).path("/" + i).eventId(UUID.randomUUID());
            try {
                List<Outcome> outcomes = writer.submit(List.of(sent.event())).join();
                if (outcomes.getFirst() instanceof Outcome.Stored stored) {
                    acknowledged.add(stored.receipt().eventId());
                }
            } catch (Unavailable | CompletionException away) {
                refused.incrementAndGet();
            }
        }
    }
}
