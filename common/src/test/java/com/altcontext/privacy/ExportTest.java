package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.audit.Caller;
import com.altcontext.db.SqlFailure;
import com.altcontext.delivery.Webhook;
import com.altcontext.delivery.Webhooks;
import com.altcontext.event.EventStore;
import com.altcontext.lead.Captured;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.testing.TestForm;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ExportTest {
    private static final EventStore EVENTS = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    private static final LeadRules RULES = new LeadRules(false, Duration.ofMinutes(15), 6, TestForm.TO_WEBHOOKS);
    private static final Email BOB = new Email("bob@x.ca");
    private static final Email ANN = new Email("ann@x.ca");
    private static final KeyedHash HASH = new KeyedHash("a pepper of the tests");

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
    }

    private static Captured capture(TestForm submitted) {
        return new Leads(database.sql(), EVENTS, RULES).capture(submitted.capture());
    }

    private static TestForm form(String email, String anonId) {
        return TestForm.by(email, NOW).visitor(anonId).consent(ConsentStatus.IMPLIED);
    }

    private static void visit(String anonId, Instant at, String props) {
        var _ = database.sql()
                .inTransaction(tx -> EVENTS.write(
                        tx,
                        List.of(TestEvent.at(anonId, at)
                                .timestamp(at)
                                .props(props)
                                .event())));
    }

    private static String exported(Email email) {
        StringBuilder out = new StringBuilder();
        Export export = export((lead, property) -> "https://example.ca/\"u\"/" + property);
        assertThat(export.write(request(email), out)).isTrue();
        return out.toString();
    }

    private static Export export(Export.UnsubscribeUrl url) {
        return new Export(database.sql(), url, HASH);
    }

    private static Export.ExportRequest request(Email email) {
        return new Export.ExportRequest(email, new Caller("api", null, new byte[32]), NOW);
    }

    /** The values at this SQL/JSON path of the document. */
    private static List<String> at(String document, String path) {
        return database.texts("SELECT jsonb_path_query(?::jsonb, ?::jsonpath)::text", document, path);
    }

    @Test
    void an_export_contains_all_data_about_a_person_on_every_property() {
        capture(form("bob@x.ca", "visitor-bob1").channel("footer").payload("{\"name\": \"Bob\"}"));
        capture(form("bob@x.ca", "visitor-bob2").property("docs"));
        visit("visitor-bob1", NOW.plusSeconds(60), "{\"k\": \"é\\n\"}");
        capture(form("ann@x.ca", "visitor-ann1"));

        String document = exported(BOB);

        assertThat(document).startsWith("{\"ok\":true,");
        assertThat(at(document, "$.email")).containsExactly("\"bob@x.ca\"");
        assertThat(at(document, "$.leads[*].propertyId")).containsExactly("\"default\"", "\"docs\"");
        assertThat(at(document, "$.leads[0].sourceChannel")).containsExactly("\"footer\"");
        assertThat(at(document, "$.leads[1].unsubscribeUrl")).containsExactly("\"https://example.ca/\\\"u\\\"/docs\"");
        assertThat(at(document, "$.leads[0].consent[*].status")).containsExactly("\"implied\"");
        assertThat(at(document, "$.leads[0].submissions[0].payload.name")).containsExactly("\"Bob\"");
        assertThat(at(document, "$.leads[0].messages.size()")).containsExactly("1");
        assertThat(at(document, "$.visitors[*].anonId"))
                .containsExactlyInAnyOrder("\"visitor-bob1\"", "\"visitor-bob2\"");
        assertThat(at(document, "$.visitors[*] ? (@.anonId == \"visitor-bob1\").events[*].eventType"))
                .containsExactly("\"form_submit\"", "\"page_view\"");
        assertThat(at(document, "$.visitors[*].events[*].props.k")).containsExactly("\"é\\n\"");
        assertThat(at(document, "$.visitors[0].sessions[0].ipHash")).allMatch(hash -> hash.matches("\"[0-9a-f]{64}\""));
        assertThat(at(document, "$.visitors[0].firstSeenAt"))
                .containsExactly("\"" + NOW.toString().replace("Z", "+00:00") + "\"");
        assertThat(document).doesNotContain("ann@x.ca").doesNotContain("visitor-ann1");
    }

    @Test
    void an_export_contains_the_mails_that_the_person_gets_about_properties() {
        database.run("INSERT INTO recipients (id, property_id, kind, email, created_at)"
                + " VALUES (gen_random_uuid(), 'default', 'report', 'bob@x.ca', now())");

        String document = exported(BOB);
        assertThat(at(document, "$.recipients[*].kind")).containsExactly("\"report\"");
        assertThat(at(document, "$.leads.size()")).containsExactly("0");
    }

    @Test
    void an_export_hides_the_addresses_of_the_operators_people_who_get_alerts() {
        var _ = database.sql()
                .inTransaction(tx ->
                        Webhooks.add(tx, Webhook.of("crm", "https://crm.example/", List.of("lead.captured"), NOW)));
        database.run("INSERT INTO recipients (id, property_id, kind, email, created_at) VALUES"
                + " (gen_random_uuid(), 'default', 'alert', 'boss@firm.ca', now()),"
                + " (gen_random_uuid(), 'default', 'alert', 'bob@x.ca', now())");
        LeadRules withMails =
                new LeadRules(false, Duration.ofMinutes(15), 6, new LeadMessages(true, false, true, List.of()));
        var _ = new Leads(database.sql(), EVENTS, withMails)
                .capture(form("bob@x.ca", "visitor-bob1").capture());

        String document = exported(BOB);

        assertThat(at(document, "$.leads[0].messages[*].destination"))
                .as("an alert to a colleague, one to Bob himself, and a webhook's message")
                .containsExactlyInAnyOrder("null", "\"bob@x.ca\"", "\"crm\"");
        assertThat(document).doesNotContain("boss@firm.ca");
    }

    @Test
    void nothing_is_written_for_an_unknown_address() {
        StringBuilder out = new StringBuilder();

        assertThat(export((lead, property) -> null).write(request(BOB), out)).isFalse();

        assertThat(out).isEmpty();
    }

    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void a_visitor_with_only_a_heuristic_link_is_counted_and_not_shown() {
        Captured bob = capture(form("bob@x.ca", "visitor-bob1"));
        visit("visitor-next", NOW, "{}");
        database.run(
                "INSERT INTO lead_identities VALUES ('" + bob.leadId()
                        + "', (SELECT visitor_id FROM visitors WHERE anon_id = 'visitor-next'), 'default', 'same_ip_ua_window', 0.35, now())");

        String document = exported(BOB);

        assertThat(at(document, "$.visitors.size()")).containsExactly("1");
        assertThat(at(document, "$.leads[0].mayAlsoBe")).containsExactly("1");
        assertThat(at(document, "$.leads[0].visitors.size()")).containsExactly("1");
        assertThat(document).doesNotContain("visitor-next");

        capture(form("ann@x.ca", "visitor-next").at(NOW.plusSeconds(60)));
        assertThat(at(exported(ANN), "$.visitorsSharedWithOthers"))
                .as("a heuristic link does not make a visitor shared")
                .containsExactly("0");
    }

    @Test
    void people_who_share_a_visitor_are_each_shown_the_sessions_of_their_own_forms() {
        visit("visitor-home", NOW.minusSeconds(7200), "{\"k\": \"before both\"}");
        Captured bob = capture(form("bob@x.ca", "visitor-home"));
        visit("visitor-home", NOW.plusSeconds(60), "{\"k\": \"after bob's form\"}");
        Captured ann = capture(form("ann@x.ca", "visitor-home").at(NOW.plusSeconds(7200)));
        visit("visitor-home", NOW.plusSeconds(7260), "{\"k\": \"after ann's form\"}");
        assertThat(ann.visitorId()).isEqualTo(bob.visitorId());

        String document = exported(BOB);

        assertThat(at(document, "$.visitorsSharedWithOthers")).containsExactly("1");
        assertThat(at(document, "$.visitors[*].visitorId")).containsExactly("\"" + bob.visitorId() + "\"");
        assertThat(at(document, "$.visitors[*].sharedWithOthers")).containsExactly("true");
        assertThat(at(document, "$.visitors[*].sessions[*].id")).containsExactly("\"" + bob.sessionId() + "\"");
        assertThat(at(document, "$.visitors[*].events[*].eventType"))
                .containsExactly("\"form_submit\"", "\"page_view\"");
        assertThat(at(document, "$.visitors[*].events[*].props.k")).containsExactly("\"after bob's form\"");
        assertThat(document)
                .as("neither the first visit nor the anonymous id of a shared visitor")
                .doesNotContain("visitor-home", "firstSeenAt");
        assertThat(at(exported(ANN), "$.visitors[*].events[*].props.k")).containsExactly("\"after ann's form\"");
    }

    @Test
    void an_export_is_logged_before_the_first_byte_and_without_the_address() {
        capture(form("bob@x.ca", "visitor-bob1"));
        capture(form("bob@x.ca", "visitor-bob2").property("docs"));
        long before = database.count("SELECT count(*) FROM audit_log");
        Appendable broken = new Appendable() {
            @Override
            public Appendable append(CharSequence text) throws IOException {
                assertThat(database.count("SELECT count(*) FROM audit_log")).isEqualTo(before + 1);
                throw new IOException("gone");
            }

            @Override
            public Appendable append(CharSequence text, int start, int end) throws IOException {
                return append(text);
            }

            @Override
            public Appendable append(char c) throws IOException {
                return append(String.valueOf(c));
            }
        };

        assertThatThrownBy(() -> export((lead, property) -> null).write(request(BOB), broken))
                .isInstanceOf(UncheckedIOException.class);

        assertThat(database.texts("""
                SELECT concat_ws(' ', done_at = ?, done_by, action, row_count, octet_length(ip_hash), octet_length(email_hash))
                FROM audit_log ORDER BY id DESC LIMIT 1
                """, NOW)).containsExactly("t api lead_export 2 32 32");
        assertThat(database.count("SELECT count(*) FROM audit_log WHERE audit_log::text LIKE '%@%'"))
                .isZero();
    }

    @Test
    void an_export_that_cannot_be_logged_is_not_written() {
        capture(form("bob@x.ca", "visitor-bob1"));
        StringBuilder out = new StringBuilder();

        assertThatThrownBy(() -> export((lead, property) -> null)
                        .write(new Export.ExportRequest(BOB, new Caller("api", null, new byte[5]), NOW), out))
                .isInstanceOf(SqlFailure.class);

        assertThat(out).isEmpty();
    }

    @Test
    void an_address_in_data_that_others_have_sent_is_counted_and_not_shown() {
        capture(form("bob@x.ca", "visitor-bob1").payload("{\"mail\": \"bob@x.ca\"}"));
        capture(form("ann@x.ca", "visitor-ann1").channel("by Bob@X.ca").payload("{\"friend\": \"bob@x.ca\"}"));
        visit("visitor-next", NOW, "{\"q\": \"write to bob%40x.ca\"}");
        visit("visitor-far", NOW, "{\"q\": \"jim.bob@x.ca\"}");

        String document = exported(BOB);

        assertThat(at(document, "$.mentions"))
                .containsExactly("{\"leads\": 1, \"events\": 1, \"outbox\": 1, \"sessions\": 0, \"consentEvents\": 0,"
                        + " \"formSubmissions\": 1, \"dailyDimensionRollups\": 0}");
        assertThat(document).doesNotContain("ann@x.ca").doesNotContain("visitor-next");
    }

    @Test
    void data_about_an_address_without_a_form_is_shown_until_it_is_erased() {
        visit("about bob@x.ca", NOW, "{\"k\": 1}");
        visit("visitor-next", NOW, "{\"q\": \"bob@x.ca\"}");

        String document = exported(BOB);

        assertThat(at(document, "$.leads.size()")).containsExactly("0");
        assertThat(at(document, "$.visitors[*].anonId")).containsExactly("\"about bob@x.ca\"");
        assertThat(at(document, "$.visitors[0].events[*].props.k")).containsExactly("1");
        assertThat(at(document, "$.mentions.events")).containsExactly("1");
        var _ = new Erasure(database.sql(), new KeyedHash("a pepper")).erase(BOB, "test", NOW);
        assertThat(export((lead, property) -> null).write(request(BOB), new StringBuilder()))
                .isFalse();
    }

    @Test
    @Tag("slow")
    void more_events_than_one_fetch_reads_are_all_exported() {
        capture(form("bob@x.ca", "visitor-bob1"));
        for (int i = 1; i <= 450; i++) {
            visit("visitor-bob1", NOW.plusSeconds(i), "{\"i\": " + i + "}");
        }

        assertThat(at(exported(BOB), "$.visitors[0].events.size()")).containsExactly("451");
    }

    /** A form that arrives during the export is in every part of the document or in none. */
    @Test
    void the_document_is_a_snapshot() {
        capture(form("bob@x.ca", "visitor-bob1"));
        AtomicBoolean late = new AtomicBoolean();
        Export export = export((lead, property) -> {
            if (late.compareAndSet(false, true)) {
                capture(form("bob@x.ca", "visitor-bob2").at(NOW.plusSeconds(90)));
            }
            return null;
        });
        StringBuilder out = new StringBuilder();

        export.write(request(BOB), out);

        assertThat(at(out.toString(), "$.leads[0].submissions.size()")).containsExactly("1");
        assertThat(at(out.toString(), "$.visitors.size()")).containsExactly("1");
        assertThat(at(exported(BOB), "$.visitors.size()")).containsExactly("2");
    }
}
