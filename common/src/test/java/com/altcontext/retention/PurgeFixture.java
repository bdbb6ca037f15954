package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A database for old visits and their purge. */
abstract class PurgeFixture {
    static final EventStore STORE = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    static final RetentionPolicy POLICY = RetentionPolicy.DEFAULT;

    @SuppressWarnings("TimeInStaticInitializer") // No partition is created for days that are too far from today.
    static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    static final LocalDate TODAY = LocalDate.ofInstant(NOW, ZoneOffset.UTC);

    static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        database.run(
                "UPDATE properties SET time_zone = 'UTC'",
                "TRUNCATE visitors, sessions, events",
                "TRUNCATE daily_metric_rollups, daily_dimension_rollups, daily_goal_rollups, daily_ingest_rollups, rollup_days",
                "TRUNCATE ingest_rejections, purge_log");
        database.texts(
                "SELECT drop_event_partition((now() AT TIME ZONE 'UTC')::date - d) FROM generate_series(20, 200) d");
    }

    static Instant daysAgo(int days) {
        return NOW.minus(Duration.ofDays(days));
    }

    /** Stores a visitor's page view of this many days ago. */
    static void visit(String anonId, int daysAgo) {
        visitAt(anonId, daysAgo(daysAgo));
    }

    static void visitAt(String anonId, Instant at) {
        store(TestEvent.at(anonId, at).event());
    }

    static void store(Event event) {
        var _ = database.sql().inTransaction(tx -> STORE.write(tx, List.of(event)));
    }

    static void partition(int daysAgo) {
        database.texts("SELECT ensure_event_partition(?)", TODAY.minusDays(daysAgo));
    }

    static void rolledUp(int daysAgo) {
        rolledUp("default", daysAgo);
    }

    static void rolledUp(String property, int daysAgo) {
        var _ = database.sql()
                .inTransaction(tx -> tx.update(
                        "INSERT INTO daily_metric_rollups (property_id, day) VALUES (?, ?)",
                        property,
                        TODAY.minusDays(daysAgo)));
    }

    static Purge purge() {
        return new Purge(database.sql(), new Purge.RetryPolicy(0, Duration.ZERO));
    }

    /** Purges, and checks that the receipt says what the plan expected. */
    static PurgeReceipt purgeNow(boolean force) {
        PurgePlan plan = purge().plan(POLICY, NOW, force);
        PurgeReceipt receipt = purge().apply(plan, NOW, step -> {}).orElseThrow();
        assertThat(receipt).isEqualTo(plan.expected());
        return receipt;
    }

    static long events() {
        return database.count("SELECT count(*) FROM events");
    }

    static boolean hasPartition(int daysAgo) {
        String name = "events_" + TODAY.minusDays(daysAgo).toString().replace("-", "");
        return database.count("SELECT count(*) FROM pg_class WHERE relname = ?", name) == 1;
    }
}
