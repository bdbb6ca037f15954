package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.lead.Unsubscribe.UnsubscribeRequest;
import com.altcontext.lead.Unsubscribe.UnsubscribeSource;
import com.altcontext.testing.TestForm;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each purpose has its own consent. The lead shows the strongest one. */
class ConsentPurposesTest extends LeadsFixture {
    private static final TestForm SALES = JO.purpose("sales");

    private static final String END = String.valueOf(
                    Consent.given(ConsentStatus.IMPLIED, NOW, 6).expiresAt())
            .substring(0, 10);

    private static List<String> record() {
        return database.texts(
                "SELECT concat_ws(' ', coalesce(purpose, 'all'), status) FROM consent_events ORDER BY id");
    }

    private static List<String> strongest() {
        return database.texts("SELECT consent_status FROM leads");
    }

    @Test
    void each_purpose_has_its_own_first_status_and_changes() {
        capture(JO.consent(ConsentStatus.EXPRESS));
        capture(SALES.at(NOW.plusSeconds(60)));
        capture(SALES.at(NOW.plusSeconds(120)));
        capture(SALES.at(NOW.plusSeconds(180)).consent(ConsentStatus.IMPLIED));

        assertThat(record()).containsExactly("newsletter express", "sales pending", "sales implied");
        assertThat(strongest()).containsExactly("express");
    }

    @Test
    void a_withdrawal_applies_to_all_purposes() {
        capture(JO.consent(ConsentStatus.EXPRESS));
        capture(SALES.at(NOW.plusSeconds(60)).consent(ConsentStatus.IMPLIED));
        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        new Email(JO.email()),
                        null,
                        new UnsubscribeRequest(UnsubscribeSource.UNSUBSCRIBE, null, null, NOW.plusSeconds(90)));
        capture(JO.purpose("events").at(NOW.plusSeconds(120)).consent(ConsentStatus.IMPLIED));
        capture(SALES.at(NOW.plusSeconds(180)).consent(ConsentStatus.IMPLIED));

        assertThat(record()).containsExactly("newsletter express", "sales implied", "all withdrawn");
        assertThat(strongest()).containsExactly("withdrawn");
        assertThat(rows("form_submissions")).isEqualTo(4);
    }

    @Test
    void a_renewal_that_arrives_late_records_the_end_that_is_in_force() {
        capture(JO.consent(ConsentStatus.IMPLIED));
        capture(JO.consent(ConsentStatus.IMPLIED).at(NOW.minus(Duration.ofDays(5))));

        assertThat(database.count("SELECT count(*) FROM consent_events c JOIN leads l ON l.id = c.lead_id"
                        + " WHERE c.expires_at = l.consent_expires_at"))
                .isEqualTo(2);
    }

    @Test
    void a_message_about_a_form_contains_the_consent_for_its_purpose() {
        capture(JO.consent(ConsentStatus.EXPRESS));
        capture(JO.consent(ConsentStatus.IMPLIED).purpose("events").at(NOW.plusSeconds(60)));
        capture(SALES.at(NOW.plusSeconds(120)));
        Instant later = NOW.plus(Duration.ofDays(365));
        capture(JO.purpose("events").at(later));
        capture(SALES.byBot()
                .visitor("visitor-0002")
                .consent(ConsentStatus.EXPRESS)
                .at(later.plusSeconds(60)));

        assertThat(database.texts("SELECT concat_ws(' ', body::jsonb #>> '{data,consentPurpose}',"
                        + " body::jsonb #>> '{data,consentStatus}', left(body::jsonb #>> '{data,consentExpiresAt}', 10))"
                        + " FROM outbox ORDER BY created_at"))
                .containsExactly(
                        "newsletter express",
                        "events implied " + END,
                        "sales pending",
                        "events expired " + END,
                        "sales pending");
    }

    @Test
    void the_same_form_for_another_purpose_is_another_submission() {
        capture(JO);
        capture(SALES);

        assertThat(rows("form_submissions")).isEqualTo(2);
    }

    @Test
    void the_fixed_purpose_of_the_previous_release_is_stored_as_the_default() {
        capture(JO);
        database.run(
                "INSERT INTO consent_events (lead_id, property_id, status, source, form_name, purpose, occurred_at)"
                        + " SELECT id, 'default', 'express', 'form', 'x', 'commercial electronic messages', now() FROM leads",
                "INSERT INTO consent_events (lead_id, property_id, status, source, purpose, occurred_at)"
                        + " SELECT id, 'default', 'withdrawn', 'operator', 'commercial electronic messages', now() FROM leads");

        assertThat(record()).containsExactly("newsletter pending", "newsletter express", "all withdrawn");
    }
}
