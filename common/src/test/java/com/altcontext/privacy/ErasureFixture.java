package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Sql;
import com.altcontext.event.EventStore;
import com.altcontext.lead.Captured;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.testing.TestForm;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A database for forms, events and erasures of several people. */
public abstract class ErasureFixture {
    protected static final EventStore EVENTS = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    protected static final LeadRules RULES = new LeadRules(true, Duration.ofMinutes(15), 6, TestForm.TO_WEBHOOKS);
    protected static final KeyedHash HASH = new KeyedHash("a pepper of the tests");
    protected static final Email BOB = new Email("bob@x.ca");

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    protected static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    protected static Database database;

    @BeforeAll
    protected static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
        database.run("TRUNCATE daily_dimension_rollups");
    }

    protected static Erasure erasure() {
        return new Erasure(database.sql(), HASH);
    }

    protected static Optional<Erased> erase(Email email) {
        return erasure().erase(email, "altops", NOW);
    }

    protected static Captured capture(Sql sql, TestForm submitted) {
        return new Leads(sql, EVENTS, RULES).capture(submitted.capture());
    }

    protected static Captured capture(TestForm submitted) {
        return capture(database.sql(), submitted);
    }

    protected static TestForm form(String email, String anonId) {
        return TestForm.by(email, NOW)
                .visitor(anonId)
                .from("192.0.2." + Math.floorMod(anonId.hashCode(), 250), "Firefox")
                .consent(ConsentStatus.EXPRESS);
    }

    protected static void send(TestEvent sent) {
        var _ = database.sql().inTransaction(tx -> EVENTS.write(tx, List.of(sent.event())));
    }

    protected static TestEvent visit(String anonId, String property) {
        return TestEvent.at(anonId, NOW).property(property).address("198.51.100.7");
    }

    protected static long rows(String table) {
        return database.count("SELECT count(*) FROM " + table);
    }

    /** Each table and column of the schema that contains the text, ignoring case, with the number of rows. */
    protected static List<String> columnsWith(String text) {
        List<String> found = new ArrayList<>();
        List<String> columns = database.texts("""
                SELECT c.table_name || '|' || c.column_name
                FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
                WHERE c.table_schema = current_schema AND t.table_type = 'BASE TABLE'
                  AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'name', 'character')
                  AND c.table_name !~ '^events_' -- partitions, whose rows are found in events
                ORDER BY 1
                """);
        assertThat(columns).contains("events|props", "events|path", "consent_events|reason", "properties|domains");
        for (String column : columns) {
            String[] parts = column.split("\\|", -1);
            long rows = database.count(
                    "SELECT count(*) FROM " + parts[0] + " WHERE strpos(lower(" + parts[1] + "::text), ?) > 0", text);
            if (rows > 0) {
                found.add(column + " " + rows);
            }
        }
        return found;
    }

    protected static void assertWhole() {
        assertThat(rows("leads")).isLessThanOrEqualTo(1);
        assertThat(rows("leads")).isEqualTo(database.count("SELECT count(DISTINCT lead_id) FROM form_submissions"));
        assertThat(rows("leads")).isEqualTo(database.count("SELECT count(DISTINCT lead_id) FROM consent_events"));
        assertThat(rows("leads")).isEqualTo(database.count("SELECT count(DISTINCT lead_id) FROM lead_identities"));
        assertThat(database.count("""
                SELECT count(*) FROM form_submissions AS f
                WHERE NOT EXISTS (SELECT FROM events e WHERE e.id = f.event_id AND e.visitor_id = f.visitor_id)
                   OR NOT EXISTS (SELECT FROM sessions s WHERE s.id = f.session_id AND s.visitor_id = f.visitor_id)
                   OR NOT EXISTS (SELECT FROM visitors v WHERE v.visitor_id = f.visitor_id)
                   OR NOT EXISTS (SELECT FROM lead_identities i WHERE i.visitor_id = f.visitor_id AND i.lead_id = f.lead_id)
                """)).isZero();
        assertThat(database.count("""
                SELECT count(*) FROM events AS e
                WHERE NOT EXISTS (SELECT FROM form_submissions f WHERE f.event_id = e.id)
                """)).as("events of erased submissions").isZero();
    }
}
