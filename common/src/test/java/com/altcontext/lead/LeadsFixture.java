package com.altcontext.lead;

import com.altcontext.db.Sql;
import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A database that stores forms, with counts of their rows. */
abstract class LeadsFixture {
    static final EventStore EVENTS = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    static final LeadRules RULES = new LeadRules(true, Duration.ofMinutes(15), 6, TestForm.TO_WEBHOOKS);

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    static final TestForm JO = TestForm.by("jo@example.ca", NOW);

    static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
    }

    static Leads leads(Sql sql) {
        return new Leads(sql, EVENTS, RULES);
    }

    static Captured capture(TestForm submitted) {
        return leads(database.sql()).capture(submitted.capture());
    }

    static long rows(String table) {
        return database.count("SELECT count(*) FROM " + table);
    }

    /** The numbers of leads, submissions, events, consent events and messages. */
    static List<Long> counts() {
        return List.of(rows("leads"), rows("form_submissions"), rows("events"), rows("consent_events"), rows("outbox"));
    }
}
