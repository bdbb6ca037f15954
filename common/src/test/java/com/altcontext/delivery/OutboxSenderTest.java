package com.altcontext.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.testing.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

@Timeout(120)
class OutboxSenderTest {
    private static final String WAITING = "SELECT event FROM outbox ORDER BY event";

    @Test
    void an_accepted_message_is_removed_while_another_still_waits_for_its_answer() throws Exception {
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

    @Test
    void a_message_that_cannot_be_sent_does_not_stop_the_others() throws Exception {
        Database database = Database.migrated();
        put(database, "broken", 1);
        put(database, "live", 1);

        sender(database, message -> {
                    if ("broken".equals(message.destination())) {
                        throw new IllegalArgumentException("port out of range");
                    }
                    return CompletableFuture.completedFuture(Attempt.DELIVERED);
                })
                .sendDue();

        assertThat(database.texts("SELECT destination || ' ' || last_error FROM outbox"))
                .containsExactly("broken failed: IllegalArgumentException");
    }

    @Test
    void a_webhook_that_does_not_answer_does_not_hold_up_another() throws Exception {
        Database database = Database.migrated();
        put(database, "dead", 20);
        put(database, "live", 20);

        sender(
                        database,
                        message -> "dead".equals(message.destination())
                                ? new CompletableFuture<>()
                                : CompletableFuture.completedFuture(Attempt.DELIVERED))
                .sendDue();

        assertThat(database.texts("SELECT destination || ' ' || attempts FROM outbox ORDER BY 1"))
                .hasSize(20)
                .startsWith("dead 0")
                .endsWith("dead 1")
                .doesNotContain("dead 2")
                .filteredOn("dead 1"::equals)
                .hasSize(OutboxSender.MAX_IN_FLIGHT);
    }

    @Test
    void a_slow_webhook_gets_one_batch_and_does_not_delay_another() throws Exception {
        Database database = Database.migrated();
        put(database, "slow", 20);
        put(database, "live", 20);

        sender(
                        database,
                        message -> "slow".equals(message.destination())
                                ? new AcceptedLate()
                                : CompletableFuture.completedFuture(Attempt.DELIVERED))
                .sendDue();

        assertThat(database.texts("SELECT destination || ' ' || attempts FROM outbox"))
                .hasSize(20 - OutboxSender.MAX_IN_FLIGHT)
                .containsOnly("slow 0");
    }

    /** All messages of the dead webhook would be read for each batch, to find none of another. */
    @Test
    void once_all_that_is_due_was_read_only_what_became_due_since_is_read_beside_a_dead_webhook() throws Exception {
        Database database = Database.migrated();
        put(database, "dead", 20);
        database.run("UPDATE outbox SET next_attempt_at = now() - interval '2 hours'");
        OutboxSender sender = sender(
                database,
                message -> "dead".equals(message.destination())
                        ? CompletableFuture.completedFuture(Attempt.failed("answered 500"))
                        : CompletableFuture.completedFuture(Attempt.DELIVERED));
        sender.sendDue();
        put(database, "unread", 1);
        put(database, "live", 1);
        database.run("UPDATE outbox SET next_attempt_at = now() - interval '1 hour' WHERE destination = 'unread'");
        String waiting = "SELECT DISTINCT destination FROM outbox ORDER BY 1";

        sender.sendDue();
        assertThat(database.texts(waiting)).containsExactly("dead", "unread");

        database.run("DELETE FROM outbox WHERE destination = 'dead'");
        sender.sendDue();
        assertThat(database.texts(waiting)).isEmpty();
    }

    /** Each transaction opens a connection, so counting connections counts transactions. */
    @Test
    void while_the_mail_server_is_down_only_one_batch_of_mails_is_claimed() throws Exception {
        Database database = Database.migrated();
        database.run(
                "INSERT INTO outbox (id, kind, event, destination, body)"
                        + " SELECT gen_random_uuid(), 'mail', 'report.weekly', 'a@example.ca', '{}' FROM generate_series(1, 20)");
        AtomicInteger transactions = new AtomicInteger();
        DatabaseUrl url = DatabaseUrl.parse(database.url());
        @SuppressWarnings("serial")
        PGSimpleDataSource counting = new PGSimpleDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                transactions.incrementAndGet();
                return super.getConnection();
            }
        };
        counting.setURL(url.jdbcUrl());
        counting.setUser(url.user());
        counting.setPassword(url.password());

        new OutboxSender(
                        new Sql(counting),
                        Outbox.Kind.MAIL,
                        Duration.ofMillis(100),
                        message -> CompletableFuture.failedFuture(new TimeoutException()),
                        taken -> {})
                .sendDue();

        assertThat(transactions)
                .as("one to claim the batch, one to record the failures")
                .hasValue(2);
        assertThat(database.count("SELECT count(*) FROM outbox WHERE attempts = 1"))
                .isEqualTo(OutboxSender.MAX_IN_FLIGHT);
    }

    /** Times out at first, and is delivered when asked again. */
    private static final class AcceptedLate extends CompletableFuture<Attempt> {
        private boolean asked;

        @Override
        public Attempt get(long timeout, TimeUnit unit) throws TimeoutException {
            if (asked) {
                return Attempt.DELIVERED;
            }
            asked = true;
            throw new TimeoutException();
        }
    }

    private static void put(Database database, String destination, int messages) throws Exception {
        database.run("INSERT INTO outbox (id, kind, event, destination, body)"
                + " SELECT gen_random_uuid(), 'webhook', 'webhook.test', '" + destination
                + "', '{}' FROM generate_series(1, " + messages + ")");
    }

    private static OutboxSender sender(Database database, Function<Outbox.Message, Future<Attempt>> receiver) {
        return new OutboxSender(database.sql(), Outbox.Kind.WEBHOOK, Duration.ofMillis(100), receiver, taken -> {});
    }
}
