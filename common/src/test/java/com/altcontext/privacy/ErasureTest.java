package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.delivery.Webhook;
import com.altcontext.delivery.Webhooks;
import com.altcontext.lead.Captured;
import com.altcontext.lead.ConsentMessages;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ErasureTest extends ErasureFixture {
    @Test
    void a_person_is_erased_on_every_property_and_others_are_not() {
        capture(form("bob@x.ca", "visitor-bob1").payload("{\"name\": \"Bob\"}"));
        capture(form("Bob@X.ca", "visitor-bob2").property("docs"));
        send(visit("visitor-bob1", "default"));
        Captured ann = capture(form("ann@x.ca", "visitor-ann1"));
        send(visit("visitor-0009", "default"));

        Erased erased = erase(BOB).orElseThrow();

        assertThat(erased).isEqualTo(new Erased(2, 2, 2, 2, 2, 2, 2, 3, 0));
        assertThat(columnsWith("bob@x.ca")).isEmpty();
        assertThat(columnsWith("visitor-bob")).isEmpty();
        assertThat(database.texts("SELECT id::text FROM leads"))
                .containsExactly(ann.leadId().toString());
        assertThat(database.texts("SELECT anon_id FROM visitors ORDER BY 1"))
                .containsExactly("visitor-0009", "visitor-ann1");
        assertThat(List.of(rows("events"), rows("sessions"), rows("form_submissions"), rows("consent_events")))
                .containsExactly(2L, 2L, 1L, 1L);
    }

    @Test
    void the_record_of_an_expired_consent_is_erased_with_the_consent() {
        capture(form("bob@x.ca", "visitor-bob1").consent(ConsentStatus.IMPLIED));
        capture(form("ann@x.ca", "visitor-ann1").consent(ConsentStatus.IMPLIED));
        ConsentMessages.putExpired(database.sql(), NOW.plus(Duration.ofDays(365)));
        assertThat(rows("expired_consents")).isEqualTo(2);

        erase(BOB);

        assertThat(database.texts("SELECT email FROM expired_consents JOIN consent_events AS c ON c.id = consent_id"
                        + " JOIN leads AS l ON l.id = c.lead_id"))
                .containsExactly("ann@x.ca");
        assertThat(rows("expired_consents")).isOne();
    }

    @Test
    void an_erasure_is_logged_with_its_time_operator_and_counts() {
        capture(form("bob@x.ca", "visitor-bob1"));
        long before = rows("erasure_log");

        erase(BOB);

        assertThat(rows("erasure_log")).isEqualTo(before + 1);
        assertThat(database.texts(
                        "SELECT concat_ws(' ', erased_by, counts ->> 'leads', counts ->> 'events', octet_length(email_hash))"
                                + " FROM erasure_log WHERE erased_at = ? ORDER BY id DESC LIMIT 1",
                        NOW))
                .containsExactly("altops 1 1 32");
        assertThat(database.count(
                        "SELECT count(*) FROM erasure_log WHERE email_hash = ?", (Object) HASH.of("bob@x.ca")))
                .as("the hash differs from hashes of the address elsewhere")
                .isZero();
    }

    @Test
    void an_unknown_address_is_not_found_and_erasing_twice_is_safe() {
        capture(form("bob@x.ca", "visitor-bob1"));
        long before = rows("erasure_log");

        assertThat(erase(new Email("unknown@x.ca"))).isEmpty();
        assertThat(erase(BOB)).isPresent();
        assertThat(erase(BOB)).isEmpty();

        assertThat(rows("erasure_log")).isEqualTo(before + 1);
    }

    @Test
    void a_shared_browser_is_erased_with_one_person_and_the_other_keeps_their_own_rows() {
        Captured bob = capture(form("bob@x.ca", "visitor-home"));
        send(visit("visitor-home", "default").path("/in between"));
        Captured ann = capture(form("ann@x.ca", "visitor-home").at(NOW.plusSeconds(60)));
        Captured elsewhere = capture(form("ann@x.ca", "visitor-ann1").at(NOW.plusSeconds(120)));
        assertThat(ann.visitorId()).isEqualTo(bob.visitorId());

        Erased erased = erase(BOB).orElseThrow();

        assertThat(erased).isEqualTo(new Erased(1, 1, 1, 2, 1, 1, 1, 3, 0));
        assertThat(columnsWith("visitor-home")).isEmpty();
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-ann1");
        assertThat(List.of(rows("events"), rows("sessions"))).containsOnly(1L);
        assertThat(database.texts("SELECT email || ' ' || consent_status FROM leads"))
                .containsExactly("ann@x.ca express");
        assertThat(rows("consent_events")).isEqualTo(2);
        assertThat(database.texts("SELECT visitor_id::text FROM lead_identities"))
                .containsExactly(elsewhere.visitorId().toString());
        assertThat(database.texts("""
                SELECT concat_ws(' ', form_name, coalesce(f.visitor_id::text, 'gone'), (f.session_id IS NULL) = (s.id IS NULL),
                                 (f.event_id IS NULL) = (e.id IS NULL))
                FROM form_submissions AS f
                LEFT JOIN sessions AS s ON s.visitor_id = f.visitor_id AND s.id = f.session_id
                LEFT JOIN events AS e ON e.visitor_id = f.visitor_id AND e.id = f.event_id
                ORDER BY submitted_at
                """))
                .containsExactly("newsletter gone t t", "newsletter " + elsewhere.visitorId() + " t t");
    }

    @Test
    void a_form_is_not_a_repeat_after_its_visitor_was_erased_with_another_lead() {
        capture(form("bob@x.ca", "visitor-home"));
        Captured ann = capture(form("ann@x.ca", "visitor-home").at(NOW.plusSeconds(1)));
        erase(BOB);

        Captured again = capture(form("ann@x.ca", "visitor-home").at(NOW.plusSeconds(5)));

        assertThat(again.repeated()).isFalse();
        assertThat(again.leadId()).isEqualTo(ann.leadId());
        assertThat(List.of(rows("visitors"), rows("sessions"), rows("events"), rows("lead_identities")))
                .containsOnly(1L);
    }

    @Test
    void a_second_address_of_a_visitor_does_not_protect_the_data_of_the_first() {
        capture(form("bob@x.ca", "visitor-bob1"));
        send(visit("visitor-bob1", "default").path("/a"));
        send(visit("visitor-bob1", "default").path("/b"));
        capture(form("stranger@x.ca", "visitor-bob1").at(NOW.plusSeconds(60)));

        assertThat(erase(BOB).orElseThrow().events()).isEqualTo(4);

        assertThat(List.of(rows("visitors"), rows("sessions"), rows("events"), rows("lead_identities")))
                .containsOnly(0L);
        assertThat(rows("leads")).isEqualTo(1);
    }

    @Test
    void a_visitor_with_only_a_heuristic_link_stays_and_the_link_is_erased() {
        TestEvent neighbour = TestEvent.at("visitor-0005", NOW.minusSeconds(60));
        send(neighbour);
        UUID guessed = neighbour.event().visitor().id();
        Captured bob = capture(form("bob@x.ca", "visitor-bob1"));
        database.run("INSERT INTO lead_identities VALUES ('" + bob.leadId() + "', '" + guessed
                + "', 'default', 'same_ip_ua_window', 0.35, now())");

        Erased erased = erase(BOB).orElseThrow();

        assertThat(erased.links()).isEqualTo(2);
        assertThat(rows("lead_identities")).isZero();
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0005");
    }

    /** Fails when a new column for sent values is not searched by an erasure. */
    @Test
    void every_text_column_of_the_schema_is_searched_or_listed_as_our_own() {
        List<String> unknown = database.texts("""
                SELECT c.table_name || '.' || c.column_name
                FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
                WHERE c.table_schema = current_schema AND t.table_type = 'BASE TABLE'
                  AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY')
                  AND c.table_name !~ '^events_|^flyway_' AND c.column_name <> 'property_id'
                """);
        List<PersonalDataColumns> columns = new ArrayList<>(PersonalDataColumns.OTHERS);
        columns.add(PersonalDataColumns.EVENTS);
        columns.add(PersonalDataColumns.SESSIONS);
        columns.forEach(place -> {
            place.texts().forEach(column -> unknown.remove(place.table() + "." + column));
            place.documents().forEach(column -> unknown.remove(place.table() + "." + column));
        });

        assertThat(unknown)
                .as("columns with our own values or the lead's, or searched separately")
                .containsExactlyInAnyOrder(OUR_OWN.toArray(String[]::new));
    }

    private static final List<String> OUR_OWN = List.of(
            "properties.id",
            "properties.name",
            "properties.domains",
            "properties.time_zone",
            "properties.excluded_networks",
            "properties.excluded_paths",
            "properties.mail_language",
            "recipients.kind",
            "recipients.email",
            "webhooks.name",
            "webhooks.url",
            "webhooks.events",
            "goals.name",
            "goals.path_pattern",
            "goals.event_type",
            "goals.prop_key",
            "goals.prop_value",
            "daily_goal_rollups.goal",
            "daily_metric_rollups.time_zone",
            "daily_dimension_rollups.dimension",
            "daily_ingest_rollups.reasons",
            "daily_ingest_rollups.rejected",
            "visitors.anon_id",
            "sessions.traffic_source",
            "sessions.device",
            "sessions.country",
            "events.traffic_source",
            "events.device",
            "events.country",
            "ingest_rejections.endpoint",
            "ingest_rejections.reason",
            "leads.email",
            "leads.consent_status",
            "leads.language",
            "outbox.kind",
            "outbox.event",
            "outbox.language",
            "outbox.last_error",
            "leads.capture_traffic_source",
            "leads.first_traffic_source",
            "lead_identities.source",
            "consent_texts.version",
            "consent_texts.language",
            "consent_texts.content",
            "consent_events.status",
            "consent_events.source",
            "consent_events.form_name",
            "consent_events.path",
            "consent_events.policy_version",
            "consent_events.purpose",
            "consent_events.reason",
            "audit_log.action",
            "audit_log.consent_status",
            "audit_log.done_by",
            "access_keys.name",
            "access_keys.prefix",
            "access_keys.properties",
            "access_keys.scopes",
            "erasure_log.erased_by",
            "erasure_log.counts");

    @Test
    void webhooks_get_only_the_ids_of_erased_leads_and_only_if_something_was_erased() {
        var _ = database.sql()
                .inTransaction(tx -> Webhooks.add(
                        tx, Webhook.of("crm", "https://crm.example/", List.of("lead.captured", "lead.erased"), NOW)));
        Captured captured = capture(form("bob@x.ca", "visitor-bob1"));
        capture(form("bob@x.ca", "visitor-bob2").property("docs"));
        database.run("INSERT INTO recipients (id, property_id, kind, email, created_at)"
                + " VALUES (gen_random_uuid(), 'default', 'report', 'bob@x.ca', now())");
        // A mail to the person about another lead, which waits in the outbox.
        database.run("INSERT INTO outbox (id, kind, event, destination, body)"
                + " VALUES (gen_random_uuid(), 'mail', 'lead.alert', 'bob@x.ca', '{}')");
        assertThat(erase(new Email("ann@x.ca"))).isEmpty();
        assertThat(database.count("SELECT count(*) FROM outbox WHERE event = 'lead.erased'"))
                .isZero();

        assertThat(erase(BOB).orElseThrow().messages()).isEqualTo(2 * 2 + 2);

        assertThat(database.texts(
                        "SELECT concat_ws(' ', event, destination, lead_id, property_id) FROM outbox ORDER BY 1"))
                .containsExactly("lead.erased crm default", "lead.erased crm docs");
        assertThat(database.texts(
                        "SELECT (body::jsonb -> 'data' = jsonb_build_object('leadId', ?::text, 'propertyId', 'default'))::text"
                                + " FROM outbox WHERE property_id = 'default'",
                        captured.leadId().toString()))
                .containsExactly("true");
        assertThat(columnsWith("bob@x.ca")).isEmpty();
        assertThat(erase(BOB)).isEmpty();
        assertThat(rows("outbox")).isEqualTo(2);
    }
}
