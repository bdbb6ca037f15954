package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestForm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeadReviewTest extends LeadsFixture {
    private static void captureForReview(TestForm form) {
        var _ = leads(database.sql()).capture(form.capture().markedForReview());
    }

    private static List<String> leads() {
        return database.texts("SELECT concat_ws(' ', consent_status, in_review) FROM leads");
    }

    private static long mailable() {
        return database.count("SELECT count(*) FROM leads AS l WHERE " + EffectiveConsent.IS_MAILABLE, NOW);
    }

    @Test
    void a_lead_whose_first_form_is_marked_is_not_mailable_until_it_is_accepted() {
        captureForReview(JO.consent(ConsentStatus.EXPRESS));
        capture(JO.form("another").consent(ConsentStatus.EXPRESS).at(NOW.plusSeconds(60)));

        assertThat(leads()).containsExactly("express t");
        assertThat(mailable()).isZero();
        assertThat(database.texts("SELECT for_review::text FROM form_submissions ORDER BY submitted_at"))
                .containsExactly("true", "false");
        assertThat(database.texts("SELECT body::jsonb #>> '{data,consentStatus}' FROM outbox"))
                .containsExactly("pending", "pending");

        assertThat(new LeadReview(database.sql()).accept(null, null, NOW)).isOne();
        assertThat(leads()).containsExactly("express f");
        assertThat(mailable()).isOne();
    }

    @Test
    void consent_in_writing_counts_without_a_review_until_it_is_withdrawn() {
        captureForReview(JO.consent(ConsentStatus.EXPRESS));
        var _ = new OperatorConsent(database.sql())
                .record(new OperatorConsent.Grant(new Email(JO.email()), null, "newsletter", "on paper", NOW));
        assertThat(mailable()).isOne();

        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        new Email(JO.email()),
                        null,
                        new Unsubscribe.UnsubscribeRequest(
                                Unsubscribe.UnsubscribeSource.UNSUBSCRIBE, null, null, NOW.plusSeconds(60)));
        captureForReview(JO.consent(ConsentStatus.EXPRESS).at(NOW.plusSeconds(120)));
        assertThat(mailable()).isZero();
        Map<EffectiveConsent, Long> counts = database.sql().inTransaction(tx -> EffectiveConsent.count(tx, null, NOW));
        assertThat(counts).containsEntry(EffectiveConsent.WITHDRAWN, 1L);
    }

    @Test
    void a_marked_form_does_not_change_the_consent_of_a_known_lead() {
        capture(JO.consent(ConsentStatus.IMPLIED));
        captureForReview(JO.consent(ConsentStatus.EXPRESS).at(NOW.plusSeconds(60)));

        assertThat(leads()).containsExactly("implied f");
        assertThat(mailable()).isOne();
        assertThat(rows("consent_events")).isOne();
        assertThat(rows("form_submissions")).isEqualTo(2);
    }

    @Test
    void the_first_form_of_a_person_decides_whether_a_bot_s_lead_is_in_review() {
        capture(JO.byBot());
        captureForReview(JO.consent(ConsentStatus.EXPRESS).at(NOW.plusSeconds(60)));
        assertThat(leads()).containsExactly("express t");
        assertThat(mailable()).isZero();

        TestForm.removeAll(database);
        captureForReview(JO.byBot());
        capture(JO.consent(ConsentStatus.EXPRESS).at(NOW.plusSeconds(60)));
        assertThat(leads()).containsExactly("express f");
    }

    @Test
    void waiting_leads_are_counted_by_form_and_hour() {
        captureForReview(JO);
        captureForReview(JO.email("kim@example.ca"));
        captureForReview(JO.email("lee@example.ca").property("docs"));

        List<LeadReview.WaitingLeads> waiting = database.sql().inTransaction(tx -> LeadReview.waiting(tx, null));
        assertThat(waiting)
                .extracting(leads -> leads.propertyId() + " " + leads.form() + " " + leads.count())
                .containsExactly("default newsletter 2", "docs newsletter 1");
        List<LeadReview.WaitingLeads> ofDocs = database.sql().inTransaction(tx -> LeadReview.waiting(tx, "docs"));
        assertThat(ofDocs).hasSize(1);
    }
}
