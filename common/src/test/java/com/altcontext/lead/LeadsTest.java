package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.testing.TestForm;
import com.altcontext.value.Language;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LeadsTest extends LeadsFixture {
    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void a_capture_stores_all_its_rows() {
        Captured captured =
                capture(JO.channel("footer").consent(ConsentStatus.IMPLIED).payload("{\"plan\": \"pro\"}"));

        assertThat(captured.repeated()).isFalse();
        assertThat(captured.leadId().version()).isEqualTo(4);
        assertThat(database.texts(
                        "SELECT concat_ws(' ', property_id, email, source_channel, consent_status,"
                                + " consent_expires_at AT TIME ZONE 'UTC' = first_captured_at AT TIME ZONE 'UTC' + interval '6 months', last_captured_at - first_captured_at)"
                                + " FROM leads WHERE id = ? AND first_captured_at = ?",
                        captured.leadId(),
                        NOW))
                .containsExactly("default jo@example.ca footer implied t 00:00:00");
        assertThat(database.texts(
                        "SELECT concat_ws(' ', e.event_type, e.path, e.is_conversion, f.form_name, f.payload ->> 'plan',"
                                + " e.occurred_at = f.submitted_at, e.utm_source)"
                                + " FROM form_submissions f JOIN events e ON e.id = f.event_id AND e.session_id = f.session_id"
                                + " JOIN sessions s ON s.id = e.session_id JOIN visitors v ON v.visitor_id = s.visitor_id"
                                + " WHERE f.lead_id = ? AND f.visitor_id = ? AND f.session_id = ?",
                        captured.leadId(),
                        captured.visitorId(),
                        captured.sessionId()))
                .containsExactly("form_submit / t newsletter pro t spring");
        assertThat(database.texts(
                        "SELECT concat_ws(' ', source, confidence, property_id, linked_at = ?) FROM lead_identities"
                                + " WHERE lead_id = ? AND visitor_id = ?",
                        NOW,
                        captured.leadId(),
                        captured.visitorId()))
                .containsExactly("form_submit 1 default t");
        assertThat(database.texts(
                        "SELECT concat_ws(' ', property_id, status, source, form_name, path, policy_version, purpose,"
                                + " expires_at AT TIME ZONE 'UTC' = occurred_at AT TIME ZONE 'UTC' + interval '6 months', occurred_at = ?, octet_length(ip_hash))"
                                + " FROM consent_events WHERE lead_id = ?",
                        NOW,
                        captured.leadId()))
                .containsExactly("default implied form newsletter / 2026-01 newsletter t t 32");
        assertThat(rows("outbox")).isEqualTo(1);
    }

    @Test
    void a_double_click_is_stored_once_and_gets_the_same_answer() {
        Captured first = capture(JO.consent(ConsentStatus.EXPRESS));
        Captured again = capture(JO.consent(ConsentStatus.EXPRESS).at(NOW.plusSeconds(30)));

        assertThat(again).isEqualTo(new Captured(first.leadId(), first.visitorId(), first.sessionId(), 0, true));
        assertThat(counts()).containsExactly(1L, 1L, 1L, 1L, 1L);
    }

    @Test
    void the_second_click_may_be_stored_first() {
        capture(JO.at(NOW.plusSeconds(1)));

        assertThat(capture(JO).repeated()).isTrue();
    }

    @Test
    void the_same_content_later_is_another_submission() {
        Captured first = capture(JO);
        Captured later = capture(JO.at(NOW.plusSeconds(30).plusMillis(1)));

        assertThat(later).isEqualTo(new Captured(first.leadId(), first.visitorId(), first.sessionId(), 0, false));
        assertThat(counts()).containsExactly(1L, 2L, 2L, 1L, 2L);
    }

    @Test
    void different_content_at_the_same_time_is_another_submission() {
        capture(JO);
        capture(JO.payload("{\"plan\": \"pro\"}"));
        capture(JO.form("contact"));
        capture(JO.visitor("visitor-0002"));
        capture(JO.consent(ConsentStatus.EXPRESS));

        assertThat(counts()).containsExactly(1L, 5L, 5L, 2L, 5L);
    }

    @Test
    void two_addresses_that_a_visitor_submits_at_the_same_time_are_two_leads_and_two_events_of_one_session() {
        Captured jo = capture(JO);
        Captured kim = capture(JO.email("kim@example.ca"));

        assertThat(kim.leadId()).isNotEqualTo(jo.leadId());
        assertThat(kim.sessionId()).isEqualTo(jo.sessionId());
        assertThat(counts()).containsExactly(2L, 2L, 2L, 2L, 2L);
    }

    @Test
    void an_address_on_two_properties_is_two_leads_and_two_visitors() {
        Captured here = capture(JO);
        Captured there = capture(JO.property("docs"));

        assertThat(there.repeated()).isFalse();
        assertThat(there.leadId()).isNotEqualTo(here.leadId());
        assertThat(there.visitorId()).isNotEqualTo(here.visitorId());
        assertThat(there.heuristicLinksCreated()).isZero();
        assertThat(database.texts("SELECT property_id FROM leads ORDER BY property_id"))
                .containsExactly("default", "docs");
    }

    @Test
    void a_channel_is_kept_until_another_is_sent() {
        capture(JO.channel("footer"));
        capture(JO.form("contact"));
        assertThat(database.texts("SELECT source_channel FROM leads")).containsExactly("footer");

        capture(JO.form("demo").channel("popup"));
        assertThat(database.texts("SELECT source_channel FROM leads")).containsExactly("popup");
    }

    /** Captures a form from a browser that prefers this language. */
    private static void capture(TestForm form, @Nullable Language language) {
        Capture sent = form.capture();
        var _ = leads(database.sql())
                .capture(new Capture(
                        sent.form(),
                        sent.visitor(),
                        sent.origin(),
                        sent.receivedAt(),
                        sent.confirms(),
                        language,
                        sent.forReview()));
    }

    @Test
    void a_lead_keeps_its_first_known_language() {
        List<String> languages = new ArrayList<>();
        Instant at = NOW;
        for (Language language : Arrays.asList(null, Language.FRENCH, null, Language.ENGLISH)) {
            at = at.plusSeconds(60);
            capture(JO.at(at), language);
            languages.addAll(database.texts("SELECT language FROM leads"));
        }

        assertThat(languages).containsExactly("null", "fr", "fr", "fr");
    }

    @Test
    void the_language_of_a_bot_is_not_that_of_the_person_who_comes_later() {
        capture(JO.byBot(), Language.ENGLISH);
        capture(JO.at(NOW.plusSeconds(60)), Language.FRENCH);
        capture(JO.byBot().at(NOW.plusSeconds(120)), Language.ENGLISH);

        assertThat(database.texts("SELECT language FROM leads")).containsExactly("fr");
    }

    @Test
    void a_capture_that_arrives_late_does_not_move_the_last_capture_back() {
        capture(JO.at(NOW.plusSeconds(120)));
        capture(JO);

        assertThat(database.count(
                        "SELECT count(*) FROM leads WHERE first_captured_at = ? AND last_captured_at = ?",
                        NOW,
                        NOW.plusSeconds(120)))
                .isEqualTo(1);
    }

    @Test
    void every_grant_is_recorded_and_a_weaker_status_is_not() {
        ConsentStatus[] given = {
            ConsentStatus.PENDING,
            ConsentStatus.PENDING,
            ConsentStatus.IMPLIED,
            ConsentStatus.PENDING,
            ConsentStatus.IMPLIED,
            ConsentStatus.EXPRESS,
            ConsentStatus.IMPLIED,
            ConsentStatus.EXPRESS
        };
        for (int i = 0; i < given.length; i++) {
            capture(JO.consent(given[i]).at(NOW.plus(Duration.ofMinutes(i))));
        }

        assertThat(database.texts(
                        "SELECT status || ' ' || (occurred_at - ?::timestamptz) FROM consent_events ORDER BY id", NOW))
                .containsExactly(
                        "pending 00:00:00",
                        "implied 00:02:00",
                        "implied 00:04:00",
                        "express 00:05:00",
                        "express 00:07:00");
        assertThat(database.texts("SELECT concat_ws(' ', consent_status, consent_expires_at) FROM leads"))
                .containsExactly("express");
    }

    @Test
    void implied_consent_given_again_lasts_longer() {
        capture(JO.consent(ConsentStatus.IMPLIED).at(NOW.minus(Duration.ofDays(5))));
        capture(JO.consent(ConsentStatus.IMPLIED));

        assertThat(database.count(
                        "SELECT count(*) FROM leads WHERE consent_expires_at AT TIME ZONE 'UTC' = ?::timestamptz"
                                + " AT TIME ZONE 'UTC' + interval '6 months'",
                        NOW))
                .isEqualTo(1);
        assertThat(database.count("SELECT count(DISTINCT expires_at) FROM consent_events"))
                .isEqualTo(2);
    }

    @Test
    void a_form_cannot_withdraw_consent() {
        assertThatThrownBy(() -> JO.consent(ConsentStatus.WITHDRAWN).capture())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_failed_capture_leaves_nothing() {
        TestForm broken = JO.payload("no json");

        assertThatThrownBy(() -> capture(broken)).hasMessageNotContaining("jo@example.ca");

        assertThat(counts()).containsOnly(0L);
        assertThat(rows("visitors") + rows("sessions")).isZero();
    }

    @Test
    void no_message_is_written_without_a_receiver() {
        LeadRules quiet = new LeadRules(true, Duration.ofMinutes(15), 6, LeadMessages.NONE);

        new Leads(database.sql(), EVENTS, quiet).capture(JO.capture());

        assertThat(counts()).containsExactly(1L, 1L, 1L, 1L, 0L);
    }

    @Test
    void the_record_of_consent_cannot_be_changed() {
        UUID lead = capture(JO).leadId();

        for (String change : List.of(
                "UPDATE consent_events SET status = 'express'",
                "DELETE FROM consent_events",
                "TRUNCATE consent_events",
                "TRUNCATE leads CASCADE",
                "UPDATE erasure_log SET erased_by = 'another'",
                "DELETE FROM erasure_log",
                "TRUNCATE erasure_log")) {
            assertThatThrownBy(() -> database.run(change)).as(change).hasMessageContaining("23001");
        }
        assertThat(database.count("SELECT count(*) FROM consent_events WHERE lead_id = ?", lead))
                .isEqualTo(1);
    }

    @Test
    void consent_can_be_deleted_only_in_the_transaction_of_a_logged_erasure() {
        capture(JO);
        database.run("INSERT INTO erasure_log (erased_at, erased_by, email_hash, counts)"
                + " VALUES (now(), 'test', sha256(''), '{}')");

        assertThatThrownBy(() -> database.run("DELETE FROM consent_events")).hasMessageContaining("23001");

        TestForm.removeAll(database);
        assertThat(counts()).containsOnly(0L);
    }
}
