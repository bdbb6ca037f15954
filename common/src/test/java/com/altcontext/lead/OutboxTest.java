package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Sql;
import com.altcontext.delivery.Outbox;
import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final EventStore EVENTS = new EventStore(new SessionRule(Duration.ofMinutes(30)));

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
    }

    private static Captured capture(TestForm submitted) {
        return new Leads(database.sql(), EVENTS, new LeadRules(false, Duration.ofMinutes(15), 6, true))
                .capture(submitted.capture());
    }

    private static void captureSome(int number) {
        for (int i = 0; i < number; i++) {
            capture(TestForm.by("lead-" + i + "@example.ca", NOW.plusSeconds(i)));
        }
    }

    private static List<Outbox.Message> claim(Sql sql, int most) {
        return sql.inTransaction(tx -> Outbox.claim(tx, most));
    }

    private static List<Outbox.Message> claim(int most) {
        return claim(database.sql(), most);
    }

    private static void allDue() {
        database.run("UPDATE lead_outbox SET next_attempt_at = now() - interval '1 s'");
    }

    @Test
    void a_message_describes_the_capture() {
        Captured captured = capture(TestForm.by("jo@example.ca", NOW)
                .channel("footer")
                .consent(ConsentStatus.IMPLIED)
                .payload("{\"n\": 1.10, \"s\": \"\\\"é\\n\", \"none\": null}"));

        Outbox.Message message = claim(10).getFirst();

        assertThat(message.attempt()).isEqualTo(1);
        assertThat(database.texts("SELECT id::text FROM form_submissions"))
                .containsExactly(message.id().toString());
        assertThat(database.count(
                        """
                        SELECT count(*) FROM (SELECT ?::jsonb AS sent) WHERE sent = jsonb_build_object(
                            'type', 'lead.captured', 'timestamp', ?::text, 'data', jsonb_build_object(
                            'leadId', ?::text, 'propertyId', 'default', 'email', 'jo@example.ca',
                            'consentStatus', 'implied', 'consentPurpose', 'newsletter', 'consentExpiresAt', ?::text, 'firstCapturedAt', ?::text,
                            'sourceChannel', 'footer', 'formName', 'newsletter', 'path', '/', 'referrer', NULL,
                            'utm', '{"source": "spring", "medium": "email"}'::jsonb,
                            'payload', '{"n": 1.10, "s": "\\"é\\n", "none": null}'::jsonb))
                        """,
                        message.body(),
                        written(NOW),
                        captured.leadId().toString(),
                        written(Consent.given(ConsentStatus.IMPLIED, NOW, 6).expiresAt()),
                        written(NOW)))
                .as(message.body())
                .isEqualTo(1);
    }

    private static String written(@Nullable Instant wholeSecond) {
        return String.valueOf(wholeSecond).replace("Z", ".000Z");
    }

    @Test
    void a_message_is_not_changed_by_what_comes_later() {
        capture(TestForm.by("jo@example.ca", NOW).consent(ConsentStatus.EXPRESS));
        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        new Email("jo@example.ca"),
                        null,
                        new Unsubscribe.UnsubscribeRequest(Unsubscribe.UnsubscribeSource.OPERATOR, null, null, NOW));

        assertThat(claim(10))
                .hasSize(1)
                .first()
                .satisfies(message -> assertThat(message.body()).contains("\"consentStatus\": \"express\""));
    }

    @Test
    void a_claimed_message_is_not_claimed_again_before_its_next_turn() {
        captureSome(3);

        assertThat(claim(2)).hasSize(2);
        assertThat(claim(database.anotherMachine(), 10)).hasSize(1);
        assertThat(claim(10)).isEmpty();

        allDue();
        assertThat(claim(10)).hasSize(3).extracting(Outbox.Message::attempt).containsOnly(2);
    }

    @Test
    void a_delivered_message_is_gone_and_the_others_stay() {
        captureSome(2);
        UUID delivered = claim(1).getFirst().id();

        database.sql().inTransaction(tx -> {
            Outbox.delivered(tx, List.of(delivered));
            return true;
        });

        allDue();
        assertThat(claim(10)).hasSize(1).extracting(Outbox.Message::id).doesNotContain(delivered);
    }

    @Test
    void the_time_between_attempts_doubles_up_to_six_hours() {
        captureSome(1);
        List<String> waits = new ArrayList<>();
        for (int attempt = 1; attempt <= 12; attempt++) {
            // In one transaction the database's clock stands still.
            waits.add(database.sql().inTransaction(tx -> {
                var _ = tx.update("UPDATE lead_outbox SET next_attempt_at = now()");
                assertThat(Outbox.claim(tx, 1)).hasSize(1);
                return tx.query("SELECT (next_attempt_at - now())::text FROM lead_outbox", row -> row.text(1))
                        .getFirst();
            }));
        }
        database.run("UPDATE lead_outbox SET attempts = 1000000, next_attempt_at = now()");
        assertThat(claim(1)).hasSize(1);

        assertThat(waits)
                .containsExactly(
                        "00:01:00",
                        "00:02:00",
                        "00:04:00",
                        "00:08:00",
                        "00:16:00",
                        "00:32:00",
                        "01:04:00",
                        "02:08:00",
                        "04:16:00",
                        "06:00:00",
                        "06:00:00",
                        "06:00:00");
        assertThat(Outbox.LEASE).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void whose_turn_came_first_goes_first() {
        captureSome(5);
        database.run("UPDATE lead_outbox o SET next_attempt_at = now() - interval '1 min' FROM leads l"
                + " WHERE l.id = o.lead_id AND l.email = 'lead-3@example.ca'");

        assertThat(claim(1).getFirst().body()).contains("lead-3@example.ca");
    }

    @Test
    void messages_claimed_together_are_in_the_order_of_their_turns() {
        captureSome(20);
        database.run(
                "UPDATE lead_outbox o SET next_attempt_at = now() - right(l.email, -5)::interval"
                        + " FROM (SELECT id, split_part(email, '@', 1) || ' min' AS email FROM leads) l WHERE l.id = o.lead_id");

        assertThat(claim(8))
                .extracting(message -> message.body().replaceAll("(?s).*\"(lead-\\d+)@.*", "$1"))
                .containsExactly(
                        "lead-19", "lead-18", "lead-17", "lead-16", "lead-15", "lead-14", "lead-13", "lead-12");
    }

    @Test
    void machines_that_claim_at_once_share_the_messages() throws Exception {
        captureSome(40);
        List<Callable<List<Outbox.Message>>> claims = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Sql machine = i % 2 == 0 ? database.sql() : database.anotherMachine();
            claims.add(() -> claim(machine, 4));
        }
        List<UUID> claimed = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            for (Future<List<Outbox.Message>> done : pool.invokeAll(claims)) {
                assertThat(done.get()).hasSizeLessThanOrEqualTo(4);
                done.get().forEach(message -> claimed.add(message.id()));
            }
        }

        assertThat(claimed).doesNotHaveDuplicates().hasSize(40);
    }

    /** A claim under way holds its rows: another takes what is left and does not wait. */
    @Test
    void a_claim_does_not_wait_for_another() {
        captureSome(3);

        List<Outbox.Message> others = database.sql().inTransaction(tx -> {
            assertThat(Outbox.claim(tx, 2)).hasSize(2);
            return claim(database.anotherMachine(), 10);
        });

        assertThat(others).hasSize(1);
    }
}
