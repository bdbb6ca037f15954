package com.altcontext.ops.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.delivery.Attempt;
import com.altcontext.delivery.Outbox;
import com.altcontext.delivery.OutboxSender;
import com.altcontext.delivery.WebhookEvent;
import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import com.altcontext.testing.Database;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebhookCommandTest {
    private final MigratedDatabase database = MigratedDatabase.fresh();

    private CommandRun altops(String... args) {
        return CommandRun.altops(database.with(Map.of("IP_HASH_PEPPER", "a pepper of the tests")), args);
    }

    @BeforeEach
    void add() {
        CommandRun added = altops(
                "webhook", "add", "crm", "https://crm.example/in/token-77", "--event", "lead.erased", "lead.captured");
        assertThat(added.exit()).as(added.err()).isEqualTo(Exit.DONE);
        assertThat(added.out()).matches("whsec_[A-Za-z0-9+/]{43}=\\R");
        assertThat(added.err()).contains("shown once");
    }

    @Test
    void a_webhook_is_listed_without_its_path_and_its_secret_is_stored_nowhere() {
        assertThat(altops("webhook", "list").out())
                .isEqualToNormalizingNewlines(
                        "crm  https://crm.example/…  lead.captured,lead.erased  0 waiting, 0 set aside\n");
        assertThat(altops("webhook", "list", "--json").out())
                .contains("\"name\":\"crm\",\"url\":\"https://crm.example/…\"")
                .doesNotContain("token-77", "whsec_");
        assertThat(altops("webhook", "add", "crm", "https://other.example", "--event", "lead.captured")
                        .exit())
                .isEqualTo(Exit.FAILED);
    }

    @Test
    void a_webhook_whose_secret_cannot_be_printed_is_not_stored() {
        CommandRun lost = CommandRun.withoutOutput(
                database.with(Map.of("IP_HASH_PEPPER", "a pepper of the tests")),
                "webhook",
                "add",
                "lost",
                "https://lost.example/in",
                "--event",
                "lead.erased");

        assertThat(lost.exit()).isEqualTo(Exit.FAILED);
        assertThat(lost.err())
                .isEqualTo(
                        "altops: the output could not be written — check that the disk has space, then run it again\n");
        assertThat(database.number("SELECT count(*) FROM webhooks")).isOne();
        assertThat(database.number("SELECT count(*) FROM audit_log")).isOne();
    }

    @Test
    void a_webhook_that_is_added_again_gets_a_new_secret() {
        assertThat(altops("webhook", "remove", "crm").exit()).isEqualTo(Exit.DONE);
        assertThat(altops("webhook", "remove", "crm").exit()).isEqualTo(Exit.FAILED);
        String first = secret();
        assertThat(altops("webhook", "remove", "crm").exit()).isEqualTo(Exit.DONE);
        assertThat(secret()).isNotEqualTo(first);
        assertThat(database.number("SELECT count(*) FROM audit_log WHERE action = 'webhook_added'"))
                .isEqualTo(3);
        assertThat(database.number("SELECT count(*) FROM audit_log WHERE action = 'webhook_removed'"))
                .isEqualTo(2);
    }

    private String secret() {
        return altops("webhook", "add", "crm", "https://crm.example", "--event", "lead.captured")
                .out();
    }

    @Test
    void invalid_arguments_are_refused_by_name() {
        CommandRun refused = altops("webhook", "add", "C R M", "http://crm.example", "--event", "lead.lost");
        assertThat(refused.exit()).isEqualTo(Exit.USAGE);
        assertThat(refused.err()).contains("NAME", "URL", "--event").doesNotContain("lead.lost");
    }

    @Test
    void messages_that_were_set_aside_are_listed_and_sent_again() {
        database.run(
                "INSERT INTO outbox (id, kind, event, destination, body, attempts, last_error, set_aside_at, next_attempt_at)"
                        + " VALUES (gen_random_uuid(), 'webhook', 'lead.erased', 'crm', '{}', 12, 'answered 500', now(), now()),"
                        + " (gen_random_uuid(), 'webhook', 'lead.captured', NULL, '{}', 12, 'answered 410', now(), now())");
        assertThat(altops("webhook", "list").out())
                .contains(
                        "LEAD_WEBHOOK_URL  in the service's configuration  lead.captured  0 waiting, 1 set aside, last error: answered 410")
                .contains(
                        "crm  https://crm.example/…  lead.captured,lead.erased  0 waiting, 1 set aside, last error: answered 500");

        assertThat(altops("webhook", "replay", "crm").out()).startsWith("1 message will be sent again");
        assertThat(altops("webhook", "list").out())
                .contains("crm", "1 waiting, 0 set aside")
                .contains("0 waiting, 1 set aside");
        assertThat(altops("webhook", "replay", "other").exit()).isEqualTo(Exit.FAILED);
        assertThat(altops("webhook", "replay").out()).startsWith("1 message will be sent again");
    }

    @Test
    void a_test_says_whether_its_message_was_delivered() throws InterruptedException {
        assertThat(tested(Attempt.DELIVERED).out()).startsWith("delivered, webhook-id ");
        CommandRun refused = tested(Attempt.failed("answered 401"));
        assertThat(refused.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(refused.err()).contains("the message was not delivered: answered 401");
        assertThat(altops("webhook", "list").out()).contains("0 waiting, 0 set aside");
        assertThat(altops("webhook", "test", "other").exit()).isEqualTo(Exit.FAILED);
    }

    /** Otherwise that message might wait forever, and no command could remove it. */
    @Test
    void a_test_removes_the_message_of_an_interrupted_test() throws InterruptedException {
        database.run(
                "INSERT INTO outbox (id, kind, event, destination, body, created_at, next_attempt_at)"
                        + " VALUES (gen_random_uuid(), 'webhook', 'webhook.test', 'crm', '{}', now() - interval '2 min', now() + interval '1 h'),"
                        + " (gen_random_uuid(), 'webhook', 'lead.erased', 'crm', '{}', now() - interval '2 min', now() + interval '1 h')");

        assertThat(tested(Attempt.DELIVERED).exit()).isEqualTo(Exit.DONE);
        assertThat(altops("webhook", "list").out()).contains("1 waiting, 0 set aside");
    }

    /** Runs the test while a service sends messages and the receiver answers like this. */
    private CommandRun tested(Attempt answer) throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        OutboxSender service = new OutboxSender(
                Database.at(database.url()).sql(),
                Outbox.Kind.WEBHOOK,
                Duration.ofSeconds(10),
                message -> {
                    assertThat(message.event()).isEqualTo(WebhookEvent.TEST);
                    assertThat(message.destination()).isEqualTo("crm");
                    return CompletableFuture.completedFuture(answer);
                },
                taken -> {});
        Thread loop = new Thread(() -> {
            while (!over.get()) {
                service.sendDue();
            }
        });
        loop.start();
        try {
            return altops("webhook", "test", "crm");
        } finally {
            over.set(true);
            loop.join(); // or it might send the message of the next test
        }
    }
}
