package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Logged;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator's requests on behalf of a person: deletion and export. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.OBSERVED))
class PersonTest {
    @Inject
    Sql sql;

    @Inject
    StoredRows stored;

    private final String email = Forms.email();

    @Test
    void a_deletion_answers_with_counts_and_leaves_nothing() {
        ObjectNode form = Forms.sendPerson(email);
        Call.Answer deleted = Call.erasure(Forms.minimal(" " + email.toUpperCase(Locale.ROOT)))
                .send();

        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.text())
                .isEqualTo("{\"ok\":true,\"deleted\":true,\"leads\":1,\"submissions\":1,\"consents\":1,\"links\":1,"
                        + "\"messages\":0,\"visitors\":1,\"sessions\":1,\"events\":2,\"changed\":0}");
        assertThat(stored.leads(email)).isEmpty();
        assertThat(stored.visitors(form.path("anonId").asText())).isEmpty();
        JsonNode log = stored.rows("SELECT to_jsonb(e)::text FROM erasure_log e ORDER BY id")
                .getLast();
        assertThat(log.path("erased_by").asText()).isEqualTo("api");
        assertThat(log.toString()).doesNotContain(email);
        JsonNode audit = stored.rows(
                        "SELECT to_jsonb(a)::text FROM audit_log a WHERE action = 'lead_delete' ORDER BY id")
                .getLast();
        assertThat(audit.path("done_by").asText()).isEqualTo("api");
        assertThat(audit.path("done_at")).isEqualTo(log.path("erased_at"));
        assertThat(audit.path("row_count").asInt()).isEqualTo(1);
        assertThat(audit.path("ip_hash").asText()).matches("\\\\x[0-9a-f]{64}");
    }

    @Test
    void deleting_twice_or_an_unknown_address_is_not_found_and_leaves_no_entry() {
        Forms.sendPerson(email);
        Call.erasure(Forms.minimal(email)).send();
        int entries = stored.rows("SELECT to_jsonb(e)::text FROM erasure_log e").size();
        for (String unknown : List.of(email, Forms.email())) {
            Call.Answer answer = Call.erasure(Forms.minimal(unknown)).send();

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"not_found\"}");
        }
        assertThat(stored.rows("SELECT to_jsonb(e)::text FROM erasure_log e")).hasSize(entries);
    }

    @Test
    void an_export_holds_everything_in_one_document() {
        ObjectNode form = Forms.sendPerson(email);
        Call.Answer answer = Call.export(Forms.minimal(email)).send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).startsWith("application/json");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.text()).startsWith("{\"ok\":true,");
        JsonNode document = answer.json();
        assertThat(document.path("email").asText()).isEqualTo(email);
        JsonNode lead = document.path("leads").get(0);
        assertThat(lead.path("consent").get(0).path("policyVersion").asText()).isEqualTo("2026-01");
        assertThat(lead.path("submissions")
                        .get(0)
                        .path("payload")
                        .path("write to")
                        .asText())
                .isEqualTo(email);
        JsonNode visitor = document.path("visitors").get(0);
        assertThat(visitor.path("anonId")).isEqualTo(form.path("anonId"));
        assertThat(visitor.path("sessions")).hasSize(1);
        assertThat(visitor.path("events").findValuesAsText("eventType")).containsExactly("page_view", "form_submit");

        String url = lead.path("unsubscribeUrl").asText();
        assertThat(url).startsWith("https://api.example.com/v1/leads/unsubscribe/");
        assertThat(Call.of("POST", url.substring("https://api.example.com".length()))
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(stored.lead(email).path("consent_status").asText()).isEqualTo("withdrawn");
    }

    @Test
    void an_export_of_an_unknown_address_is_not_found() {
        Call.Answer answer = Call.export(Forms.minimal()).send();

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"not_found\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"email\":null}",
                "{\"email\":\"not-an-address\"}",
                "{\"email\":[\"jo@example.ca\"]}",
                "[",
                "[]"
            })
    void without_an_address_nothing_is_done(String body) {
        for (Call call : List.of(Call.erasure(body), Call.export(body))) {
            Call.Answer answer = call.send();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("issues")).isNotEmpty();
        }
    }

    @Test
    void an_address_in_the_query_is_ignored() {
        Forms.sendPerson(email);
        assertThat(Call.erasure("{}").send().status()).isEqualTo(400);
        assertThat(Call.of("POST", "/v1/leads/delete?email=" + email)
                        .header("x-admin-key", TestService.ADMIN_KEY)
                        .json("{}")
                        .send()
                        .status())
                .isEqualTo(400);
        assertThat(stored.leads(email)).hasSize(1);
    }

    // --- two addresses on one visitor: a stranger who knows an anonId can send a form with it

    /** The address of a stranger who knows the visitor's {@code anonId}. */
    private final String stranger = Forms.email();

    /** Moves the visitor's session two hours back, so that the next event begins another one. */
    private void letTwoHoursPass(String anonId) {
        stored.execute("""
                UPDATE sessions AS s
                SET started_at = (started_at AT TIME ZONE 'UTC' - interval '2 hours') AT TIME ZONE 'UTC',
                    last_event_at = (last_event_at AT TIME ZONE 'UTC' - interval '2 hours') AT TIME ZONE 'UTC'
                FROM visitors AS v WHERE v.bucket = s.bucket AND v.visitor_id = s.visitor_id AND v.anon_id = ?
                """, anonId);
        stored.execute("""
                UPDATE events AS e
                SET occurred_at = (occurred_at AT TIME ZONE 'UTC' - interval '2 hours') AT TIME ZONE 'UTC',
                    day = (occurred_at AT TIME ZONE 'UTC' - interval '2 hours')::date
                FROM visitors AS v WHERE v.bucket = e.bucket AND v.visitor_id = e.visitor_id AND v.anon_id = ?
                """, anonId);
    }

    /** Sends a form with the stranger's address and the visitor's id. */
    private Call.Answer intrude(ObjectNode form) {
        letTwoHoursPass(form.path("anonId").asText());
        Call.Answer intruded = Call.capture(Forms.minimal(stranger)
                        .put("anonId", form.path("anonId").asText()))
                .send();
        assertThat(intruded.status()).isEqualTo(200);
        return intruded;
    }

    @Test
    void the_export_of_a_second_address_on_a_visitor_has_only_the_session_of_its_own_form() {
        ObjectNode form = Forms.sendPerson(email);
        String sessionOfForm = intrude(form).field("sessionId");

        JsonNode document = Call.export(Forms.minimal(stranger)).send().json();

        assertThat(document.findValuesAsText("id"))
                .as("the ids of the session, the event, the lead, its submission and its consent")
                .hasSize(5)
                .contains(sessionOfForm);
        JsonNode visitor = document.path("visitors").get(0);
        assertThat(visitor.path("sharedWithOthers").asBoolean()).isTrue();
        assertThat(visitor.path("sessions").findValuesAsText("id")).containsExactly(sessionOfForm);
        assertThat(visitor.path("events").findValuesAsText("eventType")).containsExactly("form_submit");
        assertThat(document.toString()).doesNotContain(email, "page_view", "firstSeenAt");

        JsonNode own = Call.export(Forms.minimal(email)).send().json();
        assertThat(own.path("visitors").get(0).path("sessions"))
                .singleElement()
                .satisfies(session -> assertThat(session.path("id").asText()).isNotEqualTo(sessionOfForm));
        assertThat(own.path("visitors").get(0).path("events").findValuesAsText("eventType"))
                .containsExactly("page_view", "form_submit");
    }

    @Test
    void erasing_a_person_leaves_nothing_of_their_visitor_to_a_second_address() {
        ObjectNode form = Forms.sendPerson(email);
        String anonId = form.path("anonId").asText();
        String visitorId = intrude(form).field("visitorId");

        JsonNode deleted = Call.erasure(Forms.minimal(email)).send().json();

        assertThat(deleted.path("visitors").asInt()).isEqualTo(1);
        assertThat(deleted.path("events").asInt()).isEqualTo(3);
        assertThat(stored.visitors(anonId)).isEmpty();
        assertThat(stored.rows("SELECT to_jsonb(e)::text FROM events e WHERE visitor_id = ?::uuid", visitorId))
                .isEmpty();
        assertThat(stored.consents(stranger)).containsExactly("pending");
        JsonNode submission =
                stored.ofLead(StoredRows.LeadTable.SUBMISSIONS, stranger).getFirst();
        assertThat(submission.path("visitor_id").isNull()).isTrue();
        assertThat(submission.path("session_id").isNull()).isTrue();
        assertThat(submission.path("event_id").isNull()).isTrue();
        assertThat(stored.ofLead(StoredRows.LeadTable.LINKS, stranger)).isEmpty();

        Call.Answer shown = Call.export(Forms.minimal(stranger)).send();
        assertThat(shown.json().path("leads").get(0).path("submissions")).hasSize(1);
        assertThat(shown.json().path("visitors")).isEmpty();
        assertThat(Call.capture(Forms.minimal(stranger).put("anonId", anonId))
                        .send()
                        .status())
                .isEqualTo(200);
    }

    /** A deletion removes too much rather than too little. This is why an anonId must not be guessable. */
    @Test
    void deleting_the_second_address_deletes_the_visitor_too_but_not_the_first_lead() {
        ObjectNode form = Forms.sendPerson(email);
        intrude(form);

        assertThat(Call.erasure(Forms.minimal(stranger))
                        .send()
                        .json()
                        .path("events")
                        .asInt())
                .isEqualTo(3);

        assertThat(stored.visitors(form.path("anonId").asText())).isEmpty();
        assertThat(stored.lead(email).path("consent_status").asText()).isEqualTo("express");
    }

    // --- the audit log of exports

    private List<JsonNode> shown() {
        return stored.rows("SELECT to_jsonb(a)::text FROM audit_log a WHERE action = 'lead_export' ORDER BY id");
    }

    @Test
    void each_export_leaves_a_row_without_the_address_and_one_that_finds_nothing_leaves_none() {
        Forms.sendPerson(email);
        int before = shown().size();
        Call.export(Forms.minimal(email)).send();
        Call.export(Forms.minimal(email)).send();
        Call.export(Forms.minimal()).send();

        assertThat(shown().subList(before, shown().size())).hasSize(2).allSatisfy(row -> {
            assertThat(row.path("done_by").asText()).isEqualTo("api");
            assertThat(row.path("row_count").asInt()).isEqualTo(1);
            assertThat(row.path("ip_hash").asText()).matches("\\\\x[0-9a-f]{64}");
            assertThat(row.path("email_hash").asText()).matches("\\\\x[0-9a-f]{64}");
            assertThat(row.toString()).doesNotContain("@");
        });
    }

    // --- work that takes too long

    @Test
    void a_deletion_that_takes_too_long_changes_nothing_and_names_the_command_to_use() {
        Forms.sendPerson(email);
        sql.withTimeout(Duration.ofMinutes(1)).inTransaction(other -> {
            other.query(
                    "SELECT true FROM pg_advisory_xact_lock(hashtextextended('altcontext.lead:' || ?, 0))",
                    row -> row.flag(1),
                    email);
            CompletableFuture<Call.Answer> waiting = CompletableFuture.supplyAsync(
                    () -> Call.erasure(Forms.minimal(email)).send());
            StoredRows.await(this::cancelWaiting, 1L);
            Call.Answer answer = waiting.join();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.json().path("error").asText()).isEqualTo("took_too_long");
            assertThat(answer.json().path("remedy").asText()).contains("altops lead delete");
            return 0;
        });
        assertThat(stored.leads(email)).hasSize(1);
        assertThat(Call.erasure(Forms.minimal(email)).send().status()).isEqualTo(200);
    }

    /** Runs in a transaction of its own, because pg_stat_activity does not change within a transaction. */
    private long cancelWaiting() {
        return sql.inTransaction(tx -> tx.queryOne(
                "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND wait_event_type = 'Lock' AND query LIKE '%pg_advisory_xact_lock%'",
                row -> row.number(1)));
    }

    @Test
    void an_address_is_never_logged() {
        stored.execute("ALTER TABLE leads ADD CONSTRAINT poison CHECK (email NOT LIKE 'poison%') NOT VALID");
        String poison = "poison." + email;
        try (Logged logged = new Logged()) {
            Forms.sendPerson(email);
            assertThat(Call.capture(Forms.minimal(poison)).send().status()).isEqualTo(500);
            Call.form("email=" + email + "&consentStatus=withdrawn").send();
            Call.of("POST", "/v1/leads/unsubscribe").json(Forms.minimal(email)).send();
            Call.export(Forms.minimal(email)).send();
            Call.erasure(Forms.minimal(email)).send();
            Call.erasure(Forms.minimal(email)).send();

            assertThat(logged.lines())
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).doesNotContainIgnoringCase(email));
        } finally {
            stored.execute("ALTER TABLE leads DROP CONSTRAINT poison");
        }
    }
}
