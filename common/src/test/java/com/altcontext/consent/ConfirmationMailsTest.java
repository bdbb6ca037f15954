package com.altcontext.consent;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.consent.ConfirmationToken.Request;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.OneConnection;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Outbox;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.LeadReview;
import com.altcontext.lead.Leads;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.lead.Unsubscribe.UnsubscribeRequest;
import com.altcontext.lead.Unsubscribe.UnsubscribeSource;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which forms send a confirmation mail, and what the mail contains. */
class ConfirmationMailsTest extends ConfirmationFixture {
    @Test
    void an_address_that_does_not_answer_gets_one_mail_a_day_and_three_in_all() {
        List<Integer> mails = new ArrayList<>();
        for (int hour = 0; hour < 120; hour += 6) {
            capture(JO.at(NOW.plus(Duration.ofHours(hour))));
            mails.add(deliver().size());
        }

        assertThat(mails).startsWith(1, 0, 0, 0, 1, 0, 0, 0, 1, 0).containsSequence(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(mails.stream().mapToInt(Integer::intValue).sum()).isEqualTo(3);
        assertThat(database.count("SELECT count(*) FROM form_submissions")).isEqualTo(20);
        assertThat(database.count("SELECT count(*) FROM consent_events")).isEqualTo(3);
    }

    @Test
    void several_properties_together_send_an_address_no_more_mails_than_one() {
        List<Integer> mails = new ArrayList<>();
        for (int day = 0; day < 5; day++) {
            for (String property : List.of("default", "docs", "shop")) {
                capture(JO.property(property).at(NOW.plus(Duration.ofDays(day))));
            }
            mails.add(deliver().size());
        }

        assertThat(mails).containsExactly(1, 1, 1, 0, 0);
    }

    @Test
    void an_address_that_has_answered_may_be_asked_by_another_property() {
        for (int day = 0; day < 3; day++) {
            capture(JO.property("docs").at(NOW.plus(Duration.ofDays(day))));
            link = deliver().getFirst();
        }
        Instant answer = NOW.plus(Duration.ofDays(3));
        assertThat(confirm(link, answer)).isTrue();

        capture(JO.property("shop").at(answer.plusSeconds(60)));
        assertThat(deliver()).hasSize(1);
    }

    @Test
    void no_second_mail_is_created_while_one_waits_in_the_outbox_and_the_day_counts_from_delivery() {
        capture(JO);
        capture(JO.at(NOW.plus(Duration.ofHours(25))));
        assertThat(mails()).isEqualTo(1);

        database.sql().inTransaction(tx -> {
            Outbox.removeDelivered(
                    tx,
                    Outbox.claim(tx, Outbox.Kind.MAIL, 1, Set.of(), null).stream()
                            .map(Outbox.Message::id)
                            .toList());
            return true;
        });
        assertThat(mails()).isZero();
        assertThat(
                        database.count(
                                "SELECT count(*) FROM leads WHERE confirmation_mailed_at BETWEEN now() - interval '1 min' AND now()"))
                .isOne();
    }

    @Test
    void an_undeliverable_mail_does_not_prevent_another_mail_a_day_later() {
        capture(JO);
        database.run("UPDATE outbox SET set_aside_at = now()");

        capture(JO.at(NOW.plus(Duration.ofHours(25))));
        assertThat(mails()).isEqualTo(2);
    }

    @Test
    void an_address_that_has_answered_gets_three_mails_again() {
        for (int day = 0; day < 2; day++) {
            capture(JO.at(NOW.plus(Duration.ofDays(day))));
            link = deliver().getFirst();
        }
        assertThat(confirm(link, NOW.plus(Duration.ofHours(25)))).isTrue();

        List<Integer> mails = new ArrayList<>();
        for (int day = 2; day < 7; day++) {
            capture(JO.purpose("sales").at(NOW.plus(Duration.ofDays(day))));
            mails.add(deliver().size());
        }
        assertThat(mails).containsExactly(1, 1, 1, 0, 0);
    }

    @Test
    void after_an_answer_on_one_site_another_site_may_ask_at_once() {
        capture(JO.property("docs"));
        link = deliver().getFirst();
        capture(JO.at(NOW.plus(Duration.ofDays(1))));
        assertThat(deliver()).hasSize(1);
        assertThat(confirm(link, NOW.plus(Duration.ofHours(25)))).isTrue();

        capture(JO.purpose("sales").at(NOW.plus(Duration.ofHours(26))));

        assertThat(deliver()).as("two hours after the last mail").hasSize(1);
        for (int day = 1; day <= 3; day++) {
            capture(JO.purpose("sales").at(NOW.plus(Duration.ofHours(26)).plus(Duration.ofDays(day))));
            assertThat(deliver()).as("%s days later", day).hasSize(day < 3 ? 1 : 0);
        }
    }

    /** The forms arrive within a day, on four connections. */
    @Tag("slow")
    @Test
    void ten_thousand_forms_with_one_address_send_one_mail() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> running = new ArrayList<>();
            for (int machine = 0; machine < 4; machine++) {
                int first = machine;
                running.add(threads.submit(() -> {
                    DatabaseUrl url = DatabaseUrl.parse(database.url());
                    Leads leads = leads(
                            new Sql(new OneConnection(
                                    DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password()))),
                            WITH_MAIL);
                    for (int i = first; i < 10_000; i += 4) {
                        leads.capture(
                                JO.form("form " + i).at(NOW.plusSeconds(8L * i)).capture());
                    }
                    return 0;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }

        assertThat(database.count("SELECT count(*) FROM form_submissions")).isEqualTo(10_000);
        assertThat(mails()).isEqualTo(1);
        assertThat(database.texts("SELECT confirmation_mails::text FROM leads")).containsExactly("1");
        assertThat(database.count("SELECT count(*) FROM consent_events"))
                .as("the limit for one client")
                .isEqualTo(5);
    }

    @Test
    void a_lead_in_review_gets_its_mail_once_an_operator_has_accepted_it() {
        leads(database.sql(), WITH_MAIL).capture(JO.capture().markedForReview());
        capture(JO.form("another").at(NOW.plus(Duration.ofHours(25))));
        assertThat(mails()).isOne();
        assertThat(deliver()).as("mails that are due").isEmpty();

        assertThat(new LeadReview(database.sql()).accept("another-site", null, NOW))
                .isZero();
        assertThat(deliver()).isEmpty();
        assertThat(new LeadReview(database.sql()).accept(null, ADDRESS, NOW)).isOne();
        List<Request> links = deliver();
        assertThat(links).hasSize(1);
        assertThat(confirm(links.getFirst(), NOW)).isTrue();
        assertThat(status()).isEqualTo("express");
    }

    /** With consent in writing, a form sends no mail. A withdrawal that an operator recorded is not consent in writing. */
    @Test
    void a_form_after_a_withdrawal_that_an_operator_recorded_sends_a_mail_even_if_the_lead_is_in_review() {
        leads(database.sql(), WITH_MAIL).capture(JO.capture().markedForReview());
        var _ = new Unsubscribe(database.sql())
                .byAddress(ADDRESS, null, new UnsubscribeRequest(UnsubscribeSource.OPERATOR, null, null, NOW));
        assertThat(mails()).isZero();

        capture(JO.at(NOW.plus(Duration.ofHours(25))));
        assertThat(mails()).isOne();

        act("operator", NOW.plus(Duration.ofHours(26)));
        database.run("DELETE FROM outbox");
        capture(JO.at(NOW.plus(Duration.ofHours(60))));
        assertThat(mails()).as("with consent in writing").isZero();
    }

    @Test
    void a_mail_that_waits_for_a_review_does_not_delay_another_site_s_mail_and_is_sent_a_day_after_it() {
        leads(database.sql(), WITH_MAIL).capture(JO.property("docs").capture().markedForReview());
        capture(JO.property("shop").at(NOW.plus(Duration.ofHours(1))));
        assertThat(deliver()).hasSize(1);

        Instant accepted = NOW.plus(Duration.ofHours(2));
        assertThat(new LeadReview(database.sql()).accept("docs", null, accepted))
                .isOne();
        assertThat(deliver()).as("the other site sent its mail today").isEmpty();
        assertThat(database.count(
                        "SELECT count(*) FROM outbox WHERE next_attempt_at = ? AND retry_until = ?",
                        NOW.plus(Duration.ofHours(25)),
                        NOW.plus(Duration.ofHours(25 + 72))))
                .isOne();
    }

    @Test
    void several_marked_forms_with_one_address_create_one_mail() {
        for (String property : List.of("docs", "shop")) {
            leads(database.sql(), WITH_MAIL)
                    .capture(JO.property(property).capture().markedForReview());
        }
        assertThat(mails()).isOne();
        assertThat(new LeadReview(database.sql()).accept(null, null, NOW)).isEqualTo(2);
        assertThat(deliver()).hasSize(1);
    }

    @Test
    void a_bot_s_form_and_a_marked_form_of_a_known_lead_send_no_mail() {
        capture(JO.byBot());
        assertThat(mails()).isZero();
        capture(JO.consent(ConsentStatus.PENDING).at(NOW.plusSeconds(60)));
        leads(database.sql(), WITH_MAIL)
                .capture(JO.at(NOW.plusSeconds(120)).capture().markedForReview());
        assertThat(mails()).isZero();
    }

    @Test
    void an_unsubscribe_removes_the_mail_that_waits_in_the_outbox() {
        capture(JO);
        unsubscribe(NOW.plusSeconds(60));

        assertThat(mails()).isZero();
    }

    @Test
    void a_mail_is_in_the_lead_s_language_and_contains_only_the_purpose_of_the_form() {
        capture(JO.form("buy pills").purpose("sales"));

        assertThat(database.texts(
                        "SELECT concat_ws('|', o.language, l.language, o.property_id, o.destination) || o.body"
                                + " FROM outbox AS o JOIN leads AS l ON l.id = o.lead_id"))
                .allSatisfy(
                        row -> assertThat(row)
                                .matches(
                                        "fr\\|fr\\|default\\{\"site\": \"[^\"]+\", \"purposes\": \\[\"sales\"\\], \"consentId\": \\d+}"));
    }
}
