package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.audit.Caller;
import com.altcontext.event.EventStore;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ExportColumnsTest {
    private static final EventStore EVENTS = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    private static final LeadRules RULES = new LeadRules(false, Duration.ofMinutes(15), 6, TestForm.TO_WEBHOOKS);
    private static final Database DATABASE = Database.migrated();

    private static final Export EXPORT =
            new Export(DATABASE.sql(), (lead, property) -> null, new KeyedHash("a pepper of the tests"));

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static final Export.ExportRequest REQUEST =
            new Export.ExportRequest(new Email("bob@x.ca"), new Caller("api", null, new byte[32]), NOW);

    /** Fails when a new column is missing from the export. */
    @Test
    void every_column_is_exported() {
        TestForm form = TestForm.by("bob@x.ca", NOW).visitor("visitor-bob1").consent(ConsentStatus.IMPLIED);
        var _ = new Leads(DATABASE.sql(), EVENTS, RULES).capture(form.capture());
        StringBuilder out = new StringBuilder();
        assertThat(EXPORT.write(REQUEST, out)).isTrue();
        String document = out.toString();

        assertShown(document, "$.leads[0]", "leads");
        assertShown(document, "$.leads[0].consent[0]", "consent_events", "lead_id", "property_id");
        assertShown(document, "$.leads[0].submissions[0]", "form_submissions", "lead_id", "property_id");
        assertShown(document, "$.leads[0].visitors[0]", "lead_identities", "lead_id", "property_id");
        assertShown(document, "$.leads[0].messages[0]", "outbox", "lead_id", "property_id");
        assertShown(document, "$.visitors[0]", "visitors", "bucket");
        assertShown(
                document,
                "$.visitors[0].sessions[0]",
                "sessions",
                "bucket",
                "visitor_id",
                "property_id",
                "may_hold_address");
        assertShown(
                document,
                "$.visitors[0].events[0]",
                "events",
                "bucket",
                "visitor_id",
                "property_id",
                "day",
                "may_hold_address");
    }

    /** @param implied columns whose value the surrounding object or another column shows */
    private static void assertShown(String document, String path, String table, String... implied) {
        List<String> columns = DATABASE.texts(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema AND table_name = ?",
                table);
        columns.removeAll(List.of(implied));
        assertThat(columns).isNotEmpty();
        List<String> shown = DATABASE.texts(
                "SELECT jsonb_path_query(?::jsonb, ?::jsonpath)::text", document, path + ".keyvalue().key");
        assertThat(shown)
                .as(table)
                .containsAll(columns.stream().map(ExportColumnsTest::camelCase).toList());
    }

    private static String camelCase(String column) {
        StringBuilder name = new StringBuilder("\"");
        boolean upper = false;
        for (int i = 0; i < column.length(); i++) {
            char c = column.charAt(i);
            name.append(upper ? String.valueOf(c).toUpperCase(Locale.ROOT) : c == '_' ? "" : String.valueOf(c));
            upper = c == '_';
        }
        return name.append('"').toString();
    }
}
