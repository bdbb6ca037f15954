package com.altcontext.consent;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Sql;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.testing.TestForm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Consent that holds only once the owner of the address has confirmed it. */
class ConfirmationTest extends ConfirmationFixture {
    /**
     * With a mail server, on a site that asks for confirmation. {@link com.altcontext.lead.ConsentTransitionsTest}
     * tests the other sites.
     */
    @ParameterizedTest(name = "{0} and then {1}")
    @CsvSource({
        // steps before, step, consent events added, mails sent, status after, verdict
        "form pending, form express, 1, 1, pending, may_not",
        "form implied, form express, 1, 1, implied, may_until",
        "form express, form express, 1, 1, pending, may_not",
        "form express, form pending, 0, 0, pending, may_not",
        "form express, form implied, 1, 0, implied, may_until",
        "form express, link, 1, 0, express, may",
        "form express, unsubscribe, 1, 0, withdrawn, may_not",
        "form express, operator, 1, 0, express, may",
        "form implied+form express, link, 1, 0, express, may",
        "form implied+form express, unsubscribe, 1, 0, withdrawn, may_not",
        "form express+link, form express, 0, 0, express, may",
        "form express+link, form implied, 0, 0, express, may",
        "form express+link, form pending, 0, 0, express, may",
        "form express+link, link, 0, 0, express, may",
        "form express+link, unsubscribe, 1, 0, withdrawn, may_not",
        "form express+link, operator, 1, 0, express, may",
        "form express+form express+link, form express, 0, 0, express, may",
        "form express+unsubscribe, old link, 0, 0, withdrawn, may_not",
        "form express+unsubscribe, unsubscribe, 0, 0, withdrawn, may_not",
        "form express+unsubscribe, form pending, 0, 0, withdrawn, may_not",
        "form express+unsubscribe, form implied, 0, 0, withdrawn, may_not",
        "form express+unsubscribe, form express, 1, 1, withdrawn, may_not",
        "form express+unsubscribe, operator, 1, 0, express, may",
        "form express+unsubscribe+form express, link, 1, 0, express, may",
        "form express+unsubscribe+form express, unsubscribe, 1, 0, withdrawn, may_not",
        "form express+unsubscribe+form express+unsubscribe, old link, 0, 0, withdrawn, may_not",
        "form express+link+unsubscribe, old link, 0, 0, withdrawn, may_not",
        "form express+link+unsubscribe, form express, 1, 1, withdrawn, may_not",
        "form express+link+unsubscribe+form express, link, 1, 0, express, may",
        "form pending+operator, form express, 1, 0, express, may",
        "form pending+operator, unsubscribe, 1, 0, withdrawn, may_not",
    })
    void each_step(String before, String step, long recorded, long mailed, String after, String verdict) {
        Instant at = NOW;
        for (String earlier : before.split("\\+", -1)) {
            act(earlier, at);
            at = at.plus(Duration.ofHours(25));
        }
        long rows = database.count("SELECT count(*) FROM consent_events");

        assertThat(act(step, at)).as("mails").isEqualTo(mailed);
        assertThat(database.count("SELECT count(*) FROM consent_events") - rows).isEqualTo(recorded);
        assertThat(status()).isEqualTo(after);
        assertThat(verdict(at)).isEqualTo(verdict);
        assertThat(database.count("SELECT count(*) FROM leads WHERE (consent_expires_at IS NOT NULL) ="
                        + " (consent_status = 'implied')"))
                .isOne();
    }

    @Test
    void a_confirmation_event_copies_the_event_of_the_form_and_refers_to_it() {
        act("form express", NOW);

        assertThat(new Confirmation(database.sql())
                        .confirm(link, List.of(link.consentId()), new byte[32], NOW.plusSeconds(60)))
                .isTrue();
        assertThat(
                        database.texts(
                                "SELECT concat_ws('|', c.status, c.source, c.form_name, c.path, c.policy_version, c.purpose,"
                                        + " c.occurred_at = f.occurred_at + interval '1 min', octet_length(c.ip_hash))"
                                        + " FROM consent_events AS c JOIN consent_events AS f ON f.id = c.confirms AND f.status = 'pending'"))
                .containsExactly("express|confirmed|newsletter|/|2026-01|newsletter|t|32");
    }

    @Test
    void a_link_confirms_only_the_purpose_of_its_form() {
        act("form express", NOW);
        capture(JO.purpose("sales").at(NOW.plusSeconds(60)));
        assertThat(mails()).as("one mail a day for all purposes together").isZero();
        assertThat(confirm(link, NOW.plusSeconds(120))).isTrue();

        assertThat(database.texts("SELECT purpose || ' ' || status FROM consent_events ORDER BY id"))
                .containsExactly("newsletter pending", "sales pending", "newsletter express");
        capture(JO.purpose("sales").at(NOW.plusSeconds(180)));
        assertThat(deliver())
                .as("after an answer, the address may be asked again at once")
                .hasSize(1);
    }

    @Test
    void simultaneous_clicks_are_one_confirmation() throws Exception {
        act("form express", NOW);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Boolean>> clicks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Sql machine = i % 2 == 0 ? database.sql() : database.anotherMachine();
                clicks.add(threads.submit(
                        () -> new Confirmation(machine).confirm(link, List.of(link.consentId()), null, NOW)));
            }
            for (Future<Boolean> click : clicks) {
                assertThat(click.get()).isTrue();
            }
        }

        assertThat(database.count("SELECT count(*) FROM consent_events WHERE source = 'confirmed'"))
                .isOne();
    }

    /** The mail server had accepted the mail, but the process ended before that was recorded. */
    @Test
    void an_answered_mail_is_removed_from_the_outbox_and_mails_to_others_stay() {
        capture(JO);
        capture(TestForm.by("kim@example.ca", NOW)
                .visitor("visitor-0002")
                .consent(ConsentStatus.EXPRESS)
                .toConfirm());
        UUID jo = UUID.fromString(database.texts("SELECT id FROM leads WHERE email = 'jo@example.ca'")
                .getFirst());
        long asked = database.count("SELECT id FROM consent_events WHERE lead_id = ?", jo);
        capture(JO.form("another").purpose("sales").at(NOW.plusSeconds(60)));
        assertThat(mails()).isEqualTo(2);

        // Jo's mail asks about the newsletter, but she confirms only sales. The request also contains an event of Kim.
        long other = database.count("SELECT id FROM consent_events WHERE lead_id = ? AND purpose = 'sales'", jo);
        long ofKim = database.count("SELECT id FROM consent_events WHERE lead_id <> ?", jo);
        link = new ConfirmationToken.Request(jo, asked, NOW.plus(ConfirmationToken.LIFETIME));
        assertThat(confirm(link, List.of(other, ofKim), NOW.plusSeconds(120))).isTrue();

        assertThat(database.texts(
                        "SELECT email FROM outbox JOIN leads ON leads.id = lead_id WHERE event = 'confirmation'"))
                .containsExactly("kim@example.ca");
    }

    @Test
    void a_mail_is_not_sent_once_its_form_is_confirmed_by_an_earlier_link() {
        act("form express", NOW);
        capture(JO.form("another").at(NOW.plus(Duration.ofHours(25))));
        assertThat(mails()).isOne();
        long asked = database.count("SELECT max(id) FROM consent_events");

        assertThat(confirm(link, NOW.plus(Duration.ofHours(26)))).isTrue();
        assertThat(mails()).as("the other form is not confirmed").isOne();
        assertThat(confirm(link, List.of(asked), NOW.plus(Duration.ofHours(26))))
                .isTrue();
        assertThat(mails()).isZero();
    }

    @Test
    void the_link_of_an_erased_lead_does_nothing() {
        act("form express", NOW);
        TestForm.removeAll(database);

        assertThat(confirm(link, NOW)).isFalse();
        assertThat(database.count("SELECT count(*) FROM consent_events")).isZero();
    }

    @Test
    void without_a_mail_server_or_on_a_site_that_asks_for_no_confirmation_a_form_gives_consent_at_once() {
        leads(database.sql(), WITHOUT_MAIL).capture(JO.capture());
        capture(TestForm.by("kim@example.ca", NOW).consent(ConsentStatus.EXPRESS));

        assertThat(database.texts("SELECT DISTINCT consent_status FROM leads")).containsExactly("express");
        assertThat(mails()).isZero();
    }
}
