package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The source of a consent is set by the system; the name of a form cannot imitate it. */
class ConsentSourceTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
    private static final String CONSENTS =
            "SELECT concat_ws(' ', status, source, coalesce('of ' || form_name, '-'), reason)"
                    + " FROM consent_events ORDER BY id";

    @Test
    void a_form_with_the_name_of_another_source_is_still_recorded_as_a_form() {
        Database database = Database.migrated();
        Leads leads = new Leads(
                database.sql(),
                new EventStore(new SessionRule(Duration.ofMinutes(30))),
                new LeadRules(false, Duration.ofMinutes(15), 6, LeadMessages.NONE));
        for (String name : List.of("operator", "one_click", "unsubscribe", "form", "newsletter")) {
            var _ = leads.capture(TestForm.by(name + "@x.ca", NOW)
                    .form(name)
                    .consent(ConsentStatus.EXPRESS)
                    .capture());
        }
        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        new Email("operator@x.ca"),
                        null,
                        new Unsubscribe.UnsubscribeRequest(
                                Unsubscribe.UnsubscribeSource.OPERATOR, "by phone", null, NOW));

        assertThat(database.texts(CONSENTS))
                .containsExactly(
                        "express form of operator",
                        "express form of one_click",
                        "express form of unsubscribe",
                        "express form of form",
                        "express form of newsletter",
                        "withdrawn operator - by phone");
        assertThatThrownBy(
                        () -> database.run(
                                "INSERT INTO consent_events (lead_id, property_id, status, source, purpose,"
                                        + " occurred_at, form_name) SELECT id, 'default', 'express', 'newsletter', 'news', now(), 'x' FROM leads"))
                .as("an unknown source is refused")
                .hasMessageContaining("23514");
    }

    @Test
    void consent_that_an_operator_records_has_no_form() {
        Database database = Database.migrated();
        database.run("INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status)"
                + " VALUES (gen_random_uuid(), 'default', 'jo@x.ca', now(), now(), 'express')");
        database.run("INSERT INTO consent_events (lead_id, property_id, status, source, purpose, reason, occurred_at)"
                + " SELECT id, 'default', 'express', 'operator', 'newsletter', 'in writing', now() FROM leads");

        assertThat(database.texts(CONSENTS)).containsExactly("express operator - in writing");
    }

    @Test
    void earlier_records_get_a_source_and_cannot_be_changed() throws IOException, SQLException {
        Database database = Database.at(TestDatabase.fresh());
        apply(database, 1, 6);
        record(database, "express", "operator", "null");
        record(database, "implied", "newsletter", "null");
        record(database, "withdrawn", "operator", "'by phone'");
        record(database, "withdrawn", "one_click", "null");
        record(database, "withdrawn", "by hand", "null");
        apply(database, 7, 8);

        assertThat(database.texts(CONSENTS))
                .containsExactly(
                        "express form of operator",
                        "implied form of newsletter",
                        "withdrawn operator - by phone",
                        "withdrawn one_click -",
                        "withdrawn operator of by hand");
        assertThatThrownBy(() -> database.run("UPDATE consent_events SET source = 'operator'"))
                .hasMessageContaining("23001");

        record(database, "express", "one_click", "null");
        record(database, "withdrawn", "unsubscribe", "null");
        assertThat(database.texts(CONSENTS))
                .as("rows that the previous release adds until it is replaced")
                .endsWith("express form of one_click", "withdrawn unsubscribe -");
    }

    @Test
    void earlier_records_get_the_default_purpose_and_withdrawals_apply_to_all_purposes()
            throws IOException, SQLException {
        Database database = Database.at(TestDatabase.fresh());
        apply(database, 1, 18);
        record(database, "express", "newsletter", "null");
        record(database, "withdrawn", "operator", "'by phone'");
        apply(database, 19, 19);

        assertThat(database.texts(
                        "SELECT concat_ws(' ', status, coalesce(purpose, 'all')) FROM consent_events ORDER BY id"))
                .containsExactly("express newsletter", "withdrawn all");
        assertThatThrownBy(() -> database.run("UPDATE consent_events SET purpose = 'sales'"))
                .hasMessageContaining("23001");
    }

    private static void apply(Database database, int from, int to) throws IOException, SQLException {
        DatabaseUrl url = DatabaseUrl.parse(database.url());
        try (Stream<Path> files = Files.list(MIGRATIONS);
                Connection connection = DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password());
                Statement statement = connection.createStatement()) {
            for (Path file : files.filter(file -> version(file) >= from && version(file) <= to)
                    .sorted(Comparator.comparingInt(ConsentSourceTest::version))
                    .toList()) {
                statement.execute(Files.readString(file));
            }
        }
    }

    private static int version(Path file) {
        return Integer.parseInt(file.getFileName().toString().replaceFirst("^V([0-9]+)__.*", "$1"));
    }

    private static void record(Database database, String status, String source, String reason) {
        database.run(
                "INSERT INTO leads VALUES (gen_random_uuid(), 'default', gen_random_uuid() || '@x.ca', now(), now(), NULL, 'pending', NULL)",
                "INSERT INTO consent_events (lead_id, property_id, status, source, purpose, reason, occurred_at)"
                        + " SELECT id, 'default', '" + status + "', '" + source + "', 'news', " + reason
                        + ", now() FROM leads LIMIT 1");
    }
}
