package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.lead.OperatorConsent.Grant;
import com.altcontext.lead.Unsubscribe.UnsubscribeRequest;
import com.altcontext.lead.Unsubscribe.UnsubscribeSource;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a form, an unsubscribe and an operator's entry do to each status of consent. */
class ConsentTransitionsTest extends LeadsFixture {
    private static final Email ADDRESS = new Email(JO.email());

    private static void act(String by, Instant at) {
        switch (by) {
            case "unsubscribe" -> withdraw(UnsubscribeSource.UNSUBSCRIBE, at);
            case "operator withdrawn" -> withdraw(UnsubscribeSource.OPERATOR, at);
            case "operator express" -> grant("default", at);
            default -> {
                String status = by.substring("form ".length()).toUpperCase(Locale.ROOT);
                capture(JO.at(at).consent(ConsentStatus.valueOf(status)));
            }
        }
    }

    private static void withdraw(UnsubscribeSource source, Instant at) {
        var _ = new Unsubscribe(database.sql())
                .byAddress(ADDRESS, null, new UnsubscribeRequest(source, null, null, at));
    }

    private static long grant(String property, Instant at) {
        return new OperatorConsent(database.sql())
                .record(new Grant(ADDRESS, property, Consent.DEFAULT_PURPOSE, "signed on paper", at));
    }

    @ParameterizedTest(name = "{0} and then {1}")
    @CsvSource({
        // step before, step, consent events added, status after
        "form pending, form pending, 0, pending",
        "form pending, form implied, 1, implied",
        "form pending, form express, 1, express",
        "form pending, unsubscribe, 1, withdrawn",
        "form pending, operator withdrawn, 1, withdrawn",
        "form pending, operator express, 1, express",
        "form implied, form pending, 0, implied",
        "form implied, form implied, 1, implied",
        "form implied, form express, 1, express",
        "form implied, unsubscribe, 1, withdrawn",
        "form implied, operator withdrawn, 1, withdrawn",
        "form implied, operator express, 1, express",
        "form express, form pending, 0, express",
        "form express, form implied, 0, express",
        "form express, form express, 1, express",
        "form express, unsubscribe, 1, withdrawn",
        "form express, operator withdrawn, 1, withdrawn",
        "form express, operator express, 1, express",
        "unsubscribe, form pending, 0, withdrawn",
        "unsubscribe, form implied, 0, withdrawn",
        "unsubscribe, form express, 0, withdrawn",
        "unsubscribe, unsubscribe, 0, withdrawn",
        "unsubscribe, operator withdrawn, 0, withdrawn",
        "unsubscribe, operator express, 1, express",
        "operator withdrawn, form pending, 0, withdrawn",
        "operator withdrawn, form implied, 0, withdrawn",
        "operator withdrawn, form express, 0, withdrawn",
        "operator withdrawn, unsubscribe, 0, withdrawn",
        "operator withdrawn, operator withdrawn, 0, withdrawn",
        "operator withdrawn, operator express, 1, express",
        "operator express, form pending, 0, express",
        "operator express, form implied, 0, express",
        "operator express, form express, 1, express",
        "operator express, unsubscribe, 1, withdrawn",
        "operator express, operator withdrawn, 1, withdrawn",
        "operator express, operator express, 1, express",
    })
    void each_step(String before, String by, long recorded, String after) {
        if (!before.startsWith("form")) {
            capture(JO.form("an earlier form"));
        }
        act(before, NOW.plusSeconds(60));
        long rows = rows("consent_events");
        long submissions = rows("form_submissions");
        act(by, NOW.plusSeconds(120));

        assertThat(database.texts("SELECT consent_status FROM leads")).containsExactly(after);
        assertThat(database.count("SELECT count(*) FROM leads WHERE (consent_expires_at IS NOT NULL) ="
                        + " (consent_status = 'implied')"))
                .isOne();
        assertThat(rows("consent_events") - rows).isEqualTo(recorded);
        assertThat(rows("form_submissions") - submissions).isEqualTo(by.startsWith("form") ? 1 : 0);
    }

    @Test
    void an_operator_s_entry_says_how_the_consent_was_given_and_is_audited() {
        capture(JO);
        withdraw(UnsubscribeSource.ONE_CLICK, NOW.plusSeconds(60));

        assertThat(grant("default", NOW.plusSeconds(120))).isOne();
        assertThat(database.texts("SELECT concat_ws('|', status, source, form_name, purpose, reason, ip_hash)"
                        + " FROM consent_events ORDER BY id DESC LIMIT 1"))
                .containsExactly("express|operator|newsletter|signed on paper");
        assertThat(database.texts(
                        "SELECT concat_ws('|', done_by, action, property_id, consent_status, row_count) FROM audit_log"
                                + " WHERE done_at = ?",
                        NOW.plusSeconds(120)))
                .contains("altops|lead_consent|default|express|1");
    }

    @Test
    void after_a_withdrawal_a_grant_restores_consent_only_for_its_purpose() {
        capture(JO.purpose("sales").consent(ConsentStatus.EXPRESS));
        withdraw(UnsubscribeSource.UNSUBSCRIBE, NOW.plusSeconds(60));
        grant("default", NOW.plusSeconds(120));
        long rows = rows("consent_events");

        capture(JO.purpose("sales").at(NOW.plusSeconds(180)).consent(ConsentStatus.EXPRESS));
        capture(JO.purpose("events").at(NOW.plusSeconds(240)).consent(ConsentStatus.EXPRESS));
        assertThat(rows("consent_events")).as("both purposes stay withdrawn").isEqualTo(rows);

        capture(JO.at(NOW.plusSeconds(300)).consent(ConsentStatus.EXPRESS));
        assertThat(rows("consent_events")).as("a renewal").isEqualTo(rows + 1);
    }

    @Test
    void a_grant_for_an_address_on_several_properties_applies_to_the_named_one() {
        capture(JO);
        capture(JO.property("docs"));

        OperatorConsent operator = new OperatorConsent(database.sql());
        Grant unclear = new Grant(ADDRESS, null, "newsletter", "signed", NOW);
        assertThat(operator.record(unclear)).isEqualTo(2);
        assertThat(operator.record(new Grant(new Email("unknown@x.ca"), null, "newsletter", "signed", NOW)))
                .isZero();
        assertThat(database.count("SELECT count(*) FROM leads WHERE consent_status = 'express'"))
                .isZero();

        assertThat(grant("docs", NOW)).isOne();
        assertThat(database.texts("SELECT property_id FROM leads WHERE consent_status = 'express'"))
                .containsExactly("docs");
    }
}
