package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Sql;
import com.altcontext.delivery.Outbox;
import com.altcontext.delivery.Outbox.FailedAttempt;
import com.altcontext.delivery.Outbox.Kind;
import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
        return capture(submitted.capture());
    }

    private static Captured capture(Capture capture) {
        return new Leads(database.sql(), EVENTS, new LeadRules(false, Duration.ofMinutes(15), 6, TestForm.TO_WEBHOOKS))
                .capture(capture);
    }

    private static void captureSome(int number) {
        for (int i = 0; i < number; i++) {
            capture(TestForm.by("lead-" + i + "@example.ca", NOW.plusSeconds(i)));
        }
    }

    private static List<Outbox.Message> claim(Sql sql, int most) {
        return sql.inTransaction(tx -> Outbox.claim(tx, Kind.WEBHOOK, most, Set.of(), null));
    }

    private static List<Outbox.Message> claim(int most) {
        return claim(database.sql(), most);
    }

    private static void allDue() {
        database.run("UPDATE outbox SET next_attempt_at = now() - interval '1 s'");
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
                            'isBot', false, 'forReview', false, 'utm', '{"source": "spring", "medium": "email"}'::jsonb,
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

    @Test
    void a_message_says_whether_a_bot_sent_the_form_and_whether_it_is_for_review() {
        TestForm form = TestForm.by("jo@example.ca", NOW);
        capture(form.byBot());
        capture(form.form("marked").capture().markedForReview());

        assertThat(database.texts(
                        "SELECT concat_ws(' ', body::jsonb -> 'data' ->> 'formName', body::jsonb -> 'data' ->> 'isBot',"
                                + " body::jsonb -> 'data' ->> 'forReview') FROM outbox ORDER BY 1"))
                .containsExactly("marked false true", "newsletter true false");
    }

    private static String written(@Nullable Instant wholeSecond) {
        return String.valueOf(wholeSecond).replace("Z", ".000Z");
    }

    @Test
    void a_later_change_of_consent_does_not_change_a_message() {
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
    void a_claimed_message_is_not_claimed_again_before_it_is_due_again() {
        captureSome(3);

        assertThat(claim(2)).hasSize(2);
        assertThat(claim(database.anotherMachine(), 10)).hasSize(1);
        assertThat(claim(10)).isEmpty();

        allDue();
        assertThat(claim(10)).hasSize(3).extracting(Outbox.Message::attempt).containsOnly(2);
    }

    @Test
    void a_delivered_message_is_removed_and_the_others_stay() {
        captureSome(2);
        UUID delivered = claim(1).getFirst().id();

        database.sql().inTransaction(tx -> {
            Outbox.removeDelivered(tx, List.of(delivered));
            return true;
        });

        allDue();
        assertThat(claim(10)).hasSize(1).extracting(Outbox.Message::id).doesNotContain(delivered);
    }

    @Test
    void the_time_between_attempts_doubles_up_to_six_hours_and_up_to_a_quarter_is_added_at_random() {
        captureSome(1);
        List<Double> shares = new ArrayList<>();
        for (int attempt = 1; attempt <= 24; attempt++) {
            long seconds = Math.min(
                    60L << Math.min(attempt - 1, 20), Duration.ofHours(6).toSeconds());
            // now() does not change within a transaction.
            shares.add(database.sql().inTransaction(tx -> {
                tx.update("UPDATE outbox SET next_attempt_at = now()");
                assertThat(Outbox.claim(tx, Kind.WEBHOOK, 1, Set.of(), null)).hasSize(1);
                return tx.queryOne(
                        "SELECT extract(epoch FROM next_attempt_at - now()) / ?::int8 FROM outbox",
                        row -> Double.valueOf(row.text(1)),
                        seconds);
            }));
        }
        database.run("UPDATE outbox SET attempts = 1000000, next_attempt_at = now()");
        assertThat(claim(1)).hasSize(1);

        assertThat(shares).allSatisfy(share -> assertThat(share).isBetween(1.0, 1.25));
        assertThat(shares)
                .as("messages that failed together are not retried together")
                .doesNotHaveDuplicates();
        assertThat(Outbox.LEASE).isEqualTo(Duration.ofMinutes(1));
    }

    private static List<UUID> failed(UUID id, boolean refused) {
        return database.sql()
                .inTransaction(
                        tx -> Outbox.recordFailures(tx, List.of(new FailedAttempt(id, "answered 503", refused))));
    }

    @Test
    void a_message_that_fails_keeps_the_error_and_is_tried_again() {
        captureSome(1);
        UUID id = claim(1).getFirst().id();

        assertThat(failed(id, false)).isEmpty();
        assertThat(database.texts("SELECT last_error || ' ' || (set_aside_at IS NULL) FROM outbox"))
                .containsExactly("answered 503 true");
        allDue();
        assertThat(claim(1)).extracting(Outbox.Message::attempt).containsExactly(2);
    }

    @Test
    void a_message_is_set_aside_if_it_is_refused_or_fails_after_three_days() {
        captureSome(2);
        UUID late = claim(1).getFirst().id();
        UUID refused = claim(1).getFirst().id();
        assertThat(database.count("SELECT count(*) FROM outbox WHERE retry_until - created_at"
                        + " BETWEEN interval '2 days' AND interval '4 days'"))
                .isEqualTo(2);
        database.run("UPDATE outbox SET retry_until = next_attempt_at WHERE id = '" + late + "'");

        assertThat(failed(late, false)).containsExactly(late);
        assertThat(failed(refused, true)).containsExactly(refused);
        allDue();
        assertThat(claim(10)).isEmpty();
        assertThat(database.count("SELECT count(*) FROM outbox WHERE set_aside_at IS NOT NULL"))
                .isEqualTo(2);
    }

    @Test
    void mails_and_webhooks_are_claimed_separately_and_a_mail_goes_to_its_destination_or_its_lead() {
        UUID lead = capture(TestForm.by("jo@example.ca", NOW)).leadId();
        database.run("DELETE FROM outbox");
        database.run("""
                INSERT INTO outbox (id, kind, event, destination, lead_id, property_id, language, body) VALUES
                (gen_random_uuid(), 'mail', 'consent.confirmation', NULL, '%s', 'default', 'fr', '{}'),
                (gen_random_uuid(), 'mail', 'report', 'ops@example.ca', NULL, 'default', 'en', '{"week":1}'),
                (gen_random_uuid(), 'webhook', 'lead.erased', 'crm', NULL, 'default', 'en', '{}')
                """.formatted(lead));

        assertThat(claim(10)).extracting(Outbox.Message::destination).containsExactly("crm");
        List<Outbox.Message> mails =
                database.sql().inTransaction(tx -> Outbox.claim(tx, Kind.MAIL, 10, Set.of(), null));
        assertThat(mails)
                .extracting(message -> message.event() + " " + message.destination() + " " + message.language() + " "
                        + message.propertyId() + " " + message.body())
                .containsExactlyInAnyOrder(
                        "consent.confirmation jo@example.ca FRENCH default {}",
                        "report ops@example.ca ENGLISH default {\"week\":1}");
    }

    /** While machines are replaced, both releases run. */
    @Test
    void the_previous_release_can_still_write_claim_and_remove_messages_under_the_old_table_name() {
        UUID lead = capture(TestForm.by("jo@example.ca", NOW)).leadId();
        database.run(
                "INSERT INTO outbox (id, kind, event, lead_id, body) VALUES (gen_random_uuid(), 'mail', 'report', '"
                        + lead + "', '{}')",
                "INSERT INTO lead_outbox (id, lead_id, created_at, next_attempt_at, body)"
                        + " SELECT gen_random_uuid(), id, now(), now(), '{}' FROM leads");
        assertThat(database.count("SELECT count(*) FROM outbox WHERE kind = 'webhook' AND event = 'lead.captured'"))
                .isEqualTo(2);

        database.run("""
                WITH due AS MATERIALIZED (
                    SELECT id FROM lead_outbox WHERE next_attempt_at <= now() LIMIT 8 FOR UPDATE SKIP LOCKED)
                UPDATE lead_outbox AS o SET attempts = o.attempts + 1 FROM due WHERE o.id = due.id
                """);
        assertThat(database.texts("SELECT kind || attempts FROM outbox ORDER BY 1"))
                .containsExactly("mail0", "webhook1", "webhook1");
        database.run(
                "DELETE FROM lead_outbox",
                "INSERT INTO erasure_log (erased_at, erased_by, email_hash, counts) VALUES (now(), 'test', sha256(''), '{}')",
                "DELETE FROM consent_events",
                "DELETE FROM form_submissions",
                "DELETE FROM lead_identities",
                "DELETE FROM leads");
        assertThat(database.count("SELECT count(*) FROM outbox"))
                .as("the mail is removed with its lead")
                .isZero();
    }

    @Test
    void the_message_that_was_due_first_is_claimed_first() {
        captureSome(5);
        database.run("UPDATE outbox o SET next_attempt_at = now() - interval '1 min' FROM leads l"
                + " WHERE l.id = o.lead_id AND l.email = 'lead-3@example.ca'");

        assertThat(claim(1).getFirst().body()).contains("lead-3@example.ca");
    }

    @Test
    void messages_claimed_together_are_in_the_order_in_which_they_were_due() {
        captureSome(20);
        database.run(
                "UPDATE outbox o SET next_attempt_at = now() - right(l.email, -5)::interval"
                        + " FROM (SELECT id, split_part(email, '@', 1) || ' min' AS email FROM leads) l WHERE l.id = o.lead_id");

        assertThat(claim(8))
                .extracting(message -> message.body().replaceAll("(?s).*\"(lead-\\d+)@.*", "$1"))
                .containsExactly(
                        "lead-19", "lead-18", "lead-17", "lead-16", "lead-15", "lead-14", "lead-13", "lead-12");
    }

    @Test
    void machines_that_claim_at_the_same_time_share_the_messages() throws Exception {
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

    /** A running claim locks its rows. Another claim takes the remaining rows without waiting. */
    @Test
    void a_claim_does_not_wait_for_another() {
        captureSome(3);

        List<Outbox.Message> others = database.sql().inTransaction(tx -> {
            assertThat(Outbox.claim(tx, Kind.WEBHOOK, 2, Set.of(), null)).hasSize(2);
            return claim(database.anotherMachine(), 10);
        });

        assertThat(others).hasSize(1);
    }
}
