package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.audit.Caller;
import com.altcontext.delivery.Webhook;
import com.altcontext.delivery.Webhooks;
import com.altcontext.lead.Captured;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadLock;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.privacy.ErasureFixture;
import com.altcontext.privacy.Export;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The leads, submissions and messages that a purge removes. */
class UnconfirmedLeadsTest extends ErasureFixture {
    private static final RetentionPolicy POLICY = new RetentionPolicy(90, 24, 30, 365);

    /** A lead whose form was sent at {@link #NOW} has just expired at this time. The form is in today's partition. */
    private static final Instant LATER = NOW.plus(Duration.ofDays(30)).plusMillis(1);

    @BeforeEach
    void emptyPurgeLog() {
        database.run("TRUNCATE purge_log");
    }

    private static void pending(String email, int mails) {
        capture(form(email, "visitor-" + email.replace("@x.ca", "")).consent(ConsentStatus.PENDING));
        database.run("UPDATE leads SET confirmation_mails = " + mails + ", confirmation_mailed_at = CASE WHEN " + mails
                + " > 0 THEN last_captured_at END WHERE email = '" + email + "'");
    }

    private static Purge purge() {
        return new Purge(database.sql(), new Purge.RetryPolicy(0, Duration.ZERO));
    }

    private static PurgeReceipt purged(Instant at) {
        PurgePlan plan = purge().plan(POLICY, at, true);
        PurgeReceipt receipt = purge().apply(plan, at, step -> {}).orElseThrow();
        assertThat(receipt).isEqualTo(plan.expected());
        return receipt;
    }

    private static List<String> addresses() {
        return database.texts("SELECT email FROM leads ORDER BY email");
    }

    @Test
    void a_lead_that_never_confirmed_is_removed_with_all_its_rows() {
        pending("never@x.ca", 1);
        pending("unasked@x.ca", 0);

        assertThat(purged(LATER.minusMillis(1)).count(PurgeCount.LEADS)).isZero();
        PurgeReceipt receipt = purged(LATER);

        assertThat(receipt.count(PurgeCount.LEADS)).isOne();
        assertThat(addresses()).containsExactly("unasked@x.ca");
        assertThat(rows("form_submissions")).isOne();
        assertThat(rows("consent_events")).isOne();
        assertThat(rows("lead_identities")).isOne();
        assertThat(columnsWith("never@x.ca")).isEmpty();
        assertThat(database.texts(
                        "SELECT concat_ws(' ', erased_by, counts) FROM erasure_log WHERE erased_by <> 'test'"))
                .contains("retention {\"leads\": 1}");
        assertThat(database.count("SELECT sum(leads) FROM purge_log")).isOne();
    }

    @Test
    void a_lead_that_got_no_mail_because_another_site_had_just_sent_one_is_removed_too() {
        Leads leads = new Leads(
                database.sql(),
                EVENTS,
                new LeadRules(false, Duration.ofMinutes(15), 6, new LeadMessages(true, false, true, List.of())));
        for (String property : List.of("docs", "shop")) {
            leads.capture(form("never@x.ca", "visitor-never")
                    .property(property)
                    .toConfirm()
                    .capture());
        }
        database.run("DELETE FROM outbox");
        assertThat(database.count("SELECT sum(confirmation_mails) FROM leads")).isOne();

        assertThat(purged(LATER).count(PurgeCount.LEADS)).isEqualTo(2);
        assertThat(columnsWith("never@x.ca")).isEmpty();
    }

    @Test
    void leads_with_a_grant_or_a_withdrawal_stay() {
        pending("implied@x.ca", 1);
        pending("withdrawn@x.ca", 1);
        pending("mailed-again@x.ca", 2);
        pending("wrote-again@x.ca", 2);
        database.run(
                "UPDATE leads SET consent_status = 'withdrawn' WHERE email = 'withdrawn@x.ca'",
                "INSERT INTO consent_events (lead_id, property_id, status, source, form_name, purpose, occurred_at)"
                        + " SELECT id, property_id, 'implied', 'form', 'f', 'workshops', now() FROM leads WHERE email = 'implied@x.ca'",
                "UPDATE leads SET confirmation_mailed_at = confirmation_mailed_at + interval '1 day' WHERE email = 'mailed-again@x.ca'",
                "UPDATE leads SET last_captured_at = last_captured_at + interval '1 day' WHERE email = 'wrote-again@x.ca'");

        assertThat(purged(LATER).count(PurgeCount.LEADS)).isZero();
        assertThat(addresses()).hasSize(4);
        assertThat(purged(LATER.plus(Duration.ofDays(1))).count(PurgeCount.LEADS))
                .isEqualTo(2);
        assertThat(addresses()).containsExactly("implied@x.ca", "withdrawn@x.ca");
    }

    /** Their mails are held until an operator accepts them, and their forms can be confirmed for fourteen days only. */
    @Test
    void leads_in_review_that_were_to_confirm_are_removed_with_their_held_mails() {
        Leads leads = new Leads(
                database.sql(),
                EVENTS,
                new LeadRules(
                        false, Duration.ofMinutes(15), 6, new LeadMessages(true, false, true, List.of("a@firm.ca"))));
        var _ = leads.capture(
                form("never@x.ca", "visitor-never").toConfirm().capture().markedForReview());
        var _ = leads.capture(form("granted@x.ca", "visitor-granted").capture().markedForReview());
        var _ = leads.capture(form("unasked@x.ca", "visitor-unasked")
                .consent(ConsentStatus.PENDING)
                .capture()
                .markedForReview());
        assertThat(database.count("SELECT count(*) FROM leads WHERE in_review")).isEqualTo(3);
        assertThat(database.count("SELECT count(*) FROM outbox WHERE next_attempt_at = 'infinity'"))
                .as("an alert about each, and a mail to confirm")
                .isEqualTo(4);

        assertThat(purged(LATER.minusMillis(1)).count(PurgeCount.LEADS)).isZero();
        assertThat(purged(LATER).count(PurgeCount.LEADS)).isOne();

        assertThat(addresses()).containsExactly("granted@x.ca", "unasked@x.ca");
        assertThat(database.texts(
                        "SELECT l.email FROM outbox AS o LEFT JOIN leads AS l ON l.id = o.lead_id ORDER BY 1"))
                .containsExactly("granted@x.ca", "unasked@x.ca");
        assertThat(columnsWith("never@x.ca")).isEmpty();
    }

    /** Otherwise the other person's export would show what the removed lead did before. */
    @Test
    void a_visitor_that_a_removed_lead_shared_with_another_person_still_counts_as_shared() {
        Captured never = capture(form("never@x.ca", "visitor-home")
                .consent(ConsentStatus.PENDING)
                .at(NOW.minus(Duration.ofHours(2))));
        database.run("UPDATE leads SET confirmation_mails = 1, confirmation_mailed_at = last_captured_at");
        Captured bob = capture(form("bob@x.ca", "visitor-home"));
        assertThat(bob.visitorId()).isEqualTo(never.visitorId());
        assertThat(purged(LATER).count(PurgeCount.LEADS)).isOne();

        StringBuilder document = new StringBuilder();
        var request = new Export.ExportRequest(BOB, new Caller("api", null, new byte[32]), NOW);
        assertThat(new Export(database.sql(), (lead, property) -> null, HASH).write(request, document))
                .isTrue();

        assertThat(database.texts(
                        "SELECT jsonb_path_query(?::jsonb, '$.visitors[*].sessions[*].id')::text", document.toString()))
                .containsExactly("\"" + bob.sessionId() + "\"");
        assertThat(document.toString()).contains("\"sharedWithOthers\":true").doesNotContain("visitor-home");
    }

    @Test
    void more_leads_than_one_transaction_deletes_are_removed_and_webhooks_get_the_id_of_each() {
        var _ = database.sql()
                .inTransaction(
                        tx -> Webhooks.add(tx, Webhook.of("crm", "https://crm.example/", List.of("lead.erased"), NOW)));
        database.run("""
                INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status,
                    confirmation_mails, confirmation_mailed_at)
                SELECT gen_random_uuid(), 'default', 'lead-' || n || '@x.ca', now() - interval '1 year', now() - interval '1 year',
                    'pending', 1, now() - interval '1 year'
                FROM generate_series(1, 250) AS n
                """);
        List<String> ids = database.texts("SELECT id FROM leads ORDER BY 1");

        assertThat(purged(NOW).count(PurgeCount.LEADS)).isEqualTo(250);
        assertThat(rows("leads")).isZero();
        assertThat(database.texts("SELECT body::jsonb #>> '{data,leadId}' FROM outbox ORDER BY 1"))
                .isEqualTo(ids);
        assertThat(columnsWith("@x.ca")).isEmpty();
    }

    @Test
    void a_lead_whose_address_is_locked_is_left_to_the_next_purge() {
        pending("busy@x.ca", 1);
        PurgePlan plan = purge().plan(POLICY, LATER, true);
        var _ = database.sql().inTransaction(tx -> {
            LeadLock.take(tx, new Email("busy@x.ca"));
            assertThat(new Purge(database.anotherMachine(), new Purge.RetryPolicy(0, Duration.ZERO))
                            .apply(plan, LATER, step -> {})
                            .orElseThrow()
                            .count(PurgeCount.LEADS))
                    .isZero();
            return true;
        });
        assertThat(purged(LATER).count(PurgeCount.LEADS)).isOne();
    }

    /** The second connection is that of a person who confirms between the search and the deletion. */
    @Test
    void a_lead_that_is_confirmed_between_the_search_and_the_deletion_stays() {
        pending("late@x.ca", 1);
        pending("never@x.ca", 1);
        List<UnconfirmedLeads.FoundLead> found = UnconfirmedLeads.find(database.sql(), LATER, null);
        assertThat(found).hasSize(2);

        database.anotherMachine().inTransaction(tx -> {
            LeadLock.take(tx, new Email("late@x.ca"));
            tx.update("UPDATE leads SET consent_status = 'express' WHERE email = 'late@x.ca'");
            assertThat(UnconfirmedLeads.delete(database.sql(), found, LATER, LATER))
                    .as("the locked lead is not deleted")
                    .isOne();
            return true;
        });
        assertThat(UnconfirmedLeads.delete(database.sql(), found, LATER, LATER)).isZero();
        assertThat(addresses()).containsExactly("late@x.ca");
        assertThat(rows("form_submissions")).isOne();
    }

    @Test
    void submissions_are_removed_after_their_days_and_the_lead_stays() {
        capture(form("bob@x.ca", "visitor-bob1").payload("{\"company\": \"Bob Ltd\"}"));
        RetentionPolicy forever = new RetentionPolicy(90, 24, 30, null);
        database.run("UPDATE form_submissions SET submitted_at = submitted_at - interval '365 days'");

        assertThat(purge().plan(forever, NOW.plusMillis(1), true).expected().count(PurgeCount.SUBMISSIONS))
                .isZero();
        assertThat(purged(NOW).count(PurgeCount.SUBMISSIONS)).isZero();
        assertThat(purged(NOW.plusMillis(1)).count(PurgeCount.SUBMISSIONS)).isOne();
        assertThat(rows("form_submissions")).isZero();
        assertThat(addresses()).containsExactly("bob@x.ca");
        assertThat(rows("consent_events")).isOne();
    }

    @Test
    void messages_that_were_set_aside_are_removed_after_thirty_days() {
        capture(form("bob@x.ca", "visitor-bob1"));
        capture(form("ann@x.ca", "visitor-ann1"));
        database.run("UPDATE outbox SET set_aside_at = '" + NOW + "' WHERE body LIKE '%bob@x.ca%'");

        assertThat(purged(LATER.minusMillis(1)).count(PurgeCount.MESSAGES)).isZero();
        assertThat(purged(LATER).count(PurgeCount.MESSAGES)).isOne();
        assertThat(database.texts("SELECT body::jsonb #>> '{data,email}' FROM outbox"))
                .containsExactly("ann@x.ca");
    }

    /** Otherwise each part of the deletion would read all leads again. */
    @Test
    void unconfirmed_leads_are_found_in_the_order_of_their_key() {
        List<String> plan = database.sql().inTransaction(tx -> {
            var _ = UnconfirmedLeads.find(tx, LATER, null);
            return tx.query("EXPLAIN (COSTS OFF) " + UnconfirmedLeads.FIND, row -> row.text(1), LATER, null, null, 100);
        });

        assertThat(String.join("\n", plan))
                .contains("Index Scan using leads_pkey on leads l")
                .doesNotContain("Seq Scan", "Sort");
    }
}
