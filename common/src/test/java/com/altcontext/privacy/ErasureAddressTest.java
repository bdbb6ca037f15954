package com.altcontext.privacy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.lead.Captured;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The address of an erased person in data that others have sent. */
class ErasureAddressTest extends ErasureFixture {
    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void the_address_is_erased_in_all_data_that_others_have_sent_and_the_rest_stays() {
        String document = """
                {"Mail": "Bob@X.ca", "list": [1, "<bob@x.ca>", {"bob@x.ca": true}], "url": "/?m=bob%40x.ca",
                 "line": "one\\nbob@x.ca", "other": "jimbob@x.ca", "longer": "bob@x.ca.example", "n": 1.50, "none": null}""";
        send(visit("visitor-0007", "docs").props(document).path("/hello/bob@x.ca"));
        send(visit("visitor-0008", "docs").utmSource("bob@x.ca"));
        send(visit("of bob@x.ca", "docs"));
        Captured ann = capture(form("ann@x.ca", "visitor-ann1")
                .form("friend of bob@x.ca")
                .channel("bob@x.ca")
                .payload("{\"friend\": \"BOB@x.ca\"}"));
        database.run(
                "INSERT INTO consent_events (lead_id, property_id, status, source, purpose, path, reason, occurred_at) VALUES ('"
                        + ann.leadId()
                        + "', 'default', 'withdrawn', 'unsubscribe', 'news', '/for/bob%40x.ca', 'ask bob@x.ca', now())",
                "INSERT INTO lead_identities VALUES ('" + ann.leadId()
                        + "', (SELECT visitor_id FROM visitors WHERE anon_id = 'of bob@x.ca'), 'default', 'same_ip_ua_window', 0.35, now())");
        List<String> consentIds = database.texts("SELECT id::text FROM consent_events ORDER BY id");
        assertThat(columnsWith("bob@x.ca")).hasSizeGreaterThan(10);

        Erased erased = erase(BOB).orElseThrow();

        assertThat(erased.leads()).isZero();
        assertThat(erased.visitors()).isEqualTo(1);
        assertThat(database.texts(
                        "SELECT (props = ?::jsonb)::text FROM events WHERE props IS NOT NULL AND event_type <> 'form_submit'",
                        """
                {"Mail": "[erased]", "list": [1, "[erased]", {"[erased]": true}], "url": "[erased]",
                 "line": "[erased]", "other": "jimbob@x.ca", "longer": "bob@x.ca.example", "n": 1.50, "none": null}"""))
                .containsExactly("true");
        assertThat(columnsWith("bob%40x.ca")).isEmpty();
        assertThat(columnsWith("bob@x.ca"))
                .as("longer addresses that contain it")
                .containsExactly("events|props 1");
        assertThat(database.texts("SELECT id::text FROM consent_events ORDER BY id"))
                .isEqualTo(consentIds);
        assertThat(database.texts(
                        "SELECT status || ' ' || coalesce(reason, form_name) FROM consent_events ORDER BY id"))
                .containsExactly("express [erased]", "withdrawn [erased]");
        assertThat(database.texts("SELECT source_channel FROM leads")).containsExactly("[erased]");
        assertThat(rows("lead_identities")).as("ann's link to her own visitor").isEqualTo(1);
        assertThat(erase(BOB)).as("nothing is left to erase").isEmpty();
    }

    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void an_address_in_json_that_was_sent_as_text_is_erased_and_another_with_the_same_end_stays() {
        String inText = """
                {"j": "{\\"m\\":\\"hello\\\\nbob@x.ca\\"}", "h": "{\\"to\\":\\"\\\\u003cbob@x.ca\\\\u003e\\"}"}""";
        String ofAnother = """
                {"j": "{\\"to\\":\\"nbob@x.ca\\"}"}""";
        send(visit("visitor-0007", "docs").props(inText));
        send(visit("visitor-0008", "docs").props(ofAnother));
        capture(form("ann@x.ca", "visitor-ann1").payload(inText));
        capture(form("amy@x.ca", "visitor-amy1").payload(ofAnother));

        assertThat(erase(BOB).orElseThrow().changed()).isEqualTo(3);

        assertThat(
                        database.texts(
                                "SELECT props::text FROM events WHERE event_type <> 'form_submit' ORDER BY length(props::text)"))
                .containsExactly(
                        "{\"j\": \"{\\\"to\\\":\\\"nbob@x.ca\\\"}\"}", "{\"h\": \"[erased]\", \"j\": \"[erased]\"}");
        assertThat(columnsWith("bob@x.ca"))
                .as("the other address, nbob@x.ca")
                .containsExactlyInAnyOrder("events|props 1", "form_submissions|payload 1", "outbox|body 1");
        assertThat(erase(BOB)).as("nothing is left to erase").isEmpty();
    }

    /** Programs that write JSON for HTML pages escape the at sign. Facebook's API does so. */
    private static final String ESCAPED = "{\"j\": \"{\\\"to\\\":\\\"bob\\\\u0040x.ca\\\"}\"}";

    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void an_address_with_an_escaped_at_sign_is_erased() {
        sendEscaped();

        assertThat(erase(BOB).orElseThrow().changed()).isEqualTo(5);

        assertThat(columnsWith("u0040")).isEmpty();
        assertThat(database.texts("SELECT props::text FROM events WHERE props -> 'j' IS NOT NULL"))
                .containsExactly("{\"j\": \"[erased]\"}");
        assertThat(erase(BOB)).as("nothing is left to erase").isEmpty();
    }

    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void an_address_with_an_escaped_at_sign_is_erased_if_it_was_stored_before_the_migration() throws IOException {
        database.run(
                """
                CREATE OR REPLACE FUNCTION holds_at_sign(content text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
                RETURN content LIKE '%@%' OR content LIKE '%\\%%40%'
                """,
                "REINDEX INDEX form_submissions_with_at_sign", "REINDEX INDEX daily_dimension_rollups_with_at_sign");
        sendEscaped();
        database.run(
                "UPDATE events SET may_hold_address = NULL",
                "UPDATE sessions SET may_hold_address = NULL",
                "INSERT INTO daily_dimension_rollups SELECT 'docs', 'path', day, 1, path, 1, 1, 0 FROM events WHERE path LIKE '%u0040%'");

        try (InputStream migration = Erasure.class.getResourceAsStream("/db/migration/V26__escaped_at_signs.sql")) {
            database.run(new String(requireNonNull(migration).readAllBytes(), UTF_8));
        }

        assertThat(erase(BOB).orElseThrow().changed()).isEqualTo(6);
        assertThat(columnsWith("u0040")).isEmpty();
    }

    private void sendEscaped() {
        send(visit("visitor-0007", "docs").props(ESCAPED));
        send(visit("visitor-0008", "docs").path("/?to={\"m\":\"bob\\u0040x.ca\"}"));
        capture(form("ann@x.ca", "visitor-ann1").payload(ESCAPED));
    }
}
