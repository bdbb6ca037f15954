package com.altcontext.event;

import com.altcontext.db.Sql;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Writes events to a real database. */
abstract class EventStoreFixture {
    static final EventStore STORE = new EventStore(new SessionRule(Duration.ofMinutes(30)));

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        database.run("TRUNCATE visitors, sessions, events");
    }

    static List<Outcome> write(Sql sql, TestEvent... sent) {
        List<Event> events = Arrays.stream(sent).map(TestEvent::event).toList();
        return sql.inTransaction(tx -> STORE.write(tx, events));
    }

    static List<Outcome> write(TestEvent... sent) {
        return write(database.sql(), sent);
    }

    static Receipt receipt(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Stored stored -> stored.receipt();
            case Outcome.Duplicate duplicate -> duplicate.receipt();
            default -> throw new AssertionError("no receipt: " + outcome);
        };
    }

    static TestEvent visit(int minute) {
        return TestEvent.at("visitor-0001", NOW.plus(Duration.ofMinutes(minute)))
                .timestamp(NOW.plus(Duration.ofMinutes(minute)));
    }
}
