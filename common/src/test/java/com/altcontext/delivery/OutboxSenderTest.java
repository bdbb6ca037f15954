package com.altcontext.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.Database;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class OutboxSenderTest {
    private static final String WAITING = "SELECT event FROM outbox ORDER BY event";

    @Test
    void a_message_that_was_accepted_is_noted_while_another_still_waits_for_its_answer() throws Exception {
        Database database = Database.migrated();
        for (String event : new String[] {"quick", "slow"}) {
            database.run("INSERT INTO outbox (id, kind, event, body) VALUES (gen_random_uuid(), 'webhook', '" + event
                    + "', '{}')");
        }
        CompletableFuture<Attempt> slow = new CompletableFuture<>();
        OutboxSender sender = new OutboxSender(
                database.sql(),
                Outbox.Kind.WEBHOOK,
                Duration.ofMinutes(1),
                message -> message.event().equals("slow") ? slow : CompletableFuture.completedFuture(Attempt.DELIVERED),
                taken -> {});
        Thread sending = Thread.ofVirtual().start(sender::sendDue);

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(database.texts(WAITING)).containsExactly("slow"));
        slow.complete(Attempt.DELIVERED);
        sending.join();
        assertThat(database.texts(WAITING)).isEmpty();
    }
}
