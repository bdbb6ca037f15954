package com.altcontext.ops.imports.original;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that the earlier system's own code would not have written, or whose visitor or lead is missing. */
class ImportedOddRowsTest {
    private static final String ANON_ID = "8f14e45f-ceea-467f-a0e6-1a2b3c4d5e6f";

    private final MigratedDatabase database = MigratedDatabase.fresh();
    private final OriginalDatabase original = OriginalDatabase.empty().visitWithForm("v1", ANON_ID);

    private CommandRun importOriginal() {
        return database.altops("import", "original", "--from", original.url());
    }

    private void event(String id, String visitor, String time, String props) {
        original.run("""
                INSERT INTO events (id, visitor_id, session_id, event_type, path, "timestamp", props)
                VALUES ('%s', '%s', 'v1-1', 'page_view', '/odd', '%s', '%s')
                """.formatted(id, visitor, time, props));
    }

    @Test
    void events_of_the_future_or_from_before_1970_are_skipped() {
        event("e1", "v1", "infinity", "{}");
        event("e2", "v1", "-infinity", "{}");
        event("e3", "v1", "0044-03-15 BC", "{}");
        event("e4", "v1", "294276-12-31", "{}");

        CommandRun ran = importOriginal();

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(ran.out())
                .contains(
                        "imported 3 events\n",
                        "skipped 2 events of the future\n",
                        "skipped 2 events from before 1970\n")
                .doesNotContain("purged");
    }

    @ParameterizedTest
    @CsvSource({
        "leads, first_captured_at",
        "leads, last_captured_at",
        "lead_identities, linked_at",
        "form_submissions, submitted_at",
        "consent_events, timestamp"
    })
    void an_infinite_time_of_a_lead_is_refused_and_its_column_is_named(String table, String column) {
        original.run("UPDATE %s SET \"%s\" = 'infinity'".formatted(table, column));

        CommandRun ran = importOriginal();

        assertThat(ran.err())
                .isEqualTo("altops: the earlier system has times before the year 1 or after 9999 in " + table + "."
                        + column + " — correct or remove these rows there; nothing was stored\n");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(database.number("SELECT count(*) FROM events")).isZero();
    }

    @Test
    void rows_without_their_visitor_or_lead_are_counted() {
        original.run(
                "ALTER TABLE events DROP CONSTRAINT events_visitor_id_fkey",
                "ALTER TABLE lead_identities DROP CONSTRAINT lead_identities_visitor_id_fkey",
                "ALTER TABLE lead_identities DROP CONSTRAINT lead_identities_lead_id_fkey",
                "ALTER TABLE consent_events DROP CONSTRAINT consent_events_lead_id_fkey",
                "INSERT INTO form_submissions (form_name, submitted_at, validation_status) VALUES ('x', now(), 'rejected')");
        event("e1", "nobody", "2026-01-01", "{}");
        original.link("l1", "nobody", "form_submit", 5)
                .link("nobody", "v1", "form_submit", 5)
                .consent("nobody", "express", "newsletter", 5);

        CommandRun ran = importOriginal();

        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .contains(
                        "skipped 1 events without a visitor\n",
                        "skipped 3 links, submissions and consents without a lead\n")
                .contains("skipped 1 links that are here already, or to visitors without events on the property\n");
    }

    @Test
    void props_and_payloads_that_are_not_objects_are_counted() {
        event("e1", "v1", OriginalDatabase.START.toString().replace("Z", ""), "[1, 2]");
        original.run("UPDATE form_submissions SET payload = '\"text\"'");

        CommandRun ran = importOriginal();

        assertThat(ran.out())
                .contains("imported 4 events\n", "changed 1 events without their props, which were not an object\n")
                .contains("changed 1 submissions without their payload, which was not an object\n");
        assertThat(database.texts("SELECT path FROM events WHERE props IS NULL"))
                .containsExactly("/odd");
    }

    /** In this visit the second page view is two minutes after the first, and the form five minutes. */
    @Test
    void an_imported_visit_ends_after_the_configured_inactivity() {
        assertThat(CommandRun.altops(
                                database.with(Map.of("SESSION_INACTIVITY_MINUTES", "2")),
                                "import",
                                "original",
                                "--from",
                                original.url())
                        .out())
                .contains("imported 3 events\n", "imported 2 sessions\n");
    }
}
