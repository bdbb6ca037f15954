package com.altcontext.ops;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.ops.command.OperatorConnections;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A database with the whole schema, commands that run on it, and shortcuts to its rows. */
public record MigratedDatabase(String url) {
    public static MigratedDatabase fresh() {
        return new MigratedDatabase(Database.migrated().url());
    }

    public CommandRun altops(String... args) {
        return CommandRun.altopsOn(url, args);
    }

    /** The environment of a run on this database: DATABASE_URL and the given variables. */
    public Map<String, String> with(Map<String, String> others) {
        Map<String, String> environment = new HashMap<>(others);
        environment.put("DATABASE_URL", url);
        return environment;
    }

    public void run(String... statements) {
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(url))) {
            var _ = new Sql(connections).inTransaction(tx -> {
                for (String statement : statements) {
                    tx.update(statement);
                }
                return statements.length;
            });
        }
    }

    /** Stores a page view of a new visitor, at noon UTC of the day that was {@code daysAgo} days ago. */
    public void event(String property, int daysAgo) {
        Instant at = CommandRun.NOW.minus(Duration.ofDays(daysAgo));
        Event view = TestEvent.view(UUID.randomUUID().toString(), at, "/")
                .property(property)
                .event();
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(url))) {
            var _ = new Sql(connections)
                    .inTransaction(
                            tx -> new EventStore(new SessionRule(Duration.ofMinutes(30))).write(tx, List.of(view)));
        }
    }

    /** Stores a lead with express consent. */
    public void lead(String property, String email) {
        run("""
                WITH l AS (INSERT INTO leads VALUES (
                    gen_random_uuid(), '%1$s', '%2$s', '%3$s', '%3$s', NULL, 'express', NULL) RETURNING id)
                INSERT INTO consent_events (lead_id, property_id, status, source, form_name, purpose, occurred_at)
                SELECT id, '%1$s', 'express', 'form', 'newsletter', 'news', '%3$s' FROM l
                """.formatted(property, email, CommandRun.NOW));
    }

    /** The number of tables that have rows but no planner statistics. */
    public long tablesWithoutStatistics() {
        return number("""
                SELECT count(*) FROM pg_class AS c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
                  AND NOT EXISTS (SELECT FROM pg_stats AS s WHERE s.schemaname = 'public' AND s.tablename = c.relname)
                """);
    }

    public long number(String query) {
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(url))) {
            return new Sql(connections).inTransaction(tx -> tx.queryOne(query, row -> row.number(1)));
        }
    }

    /** The first column of each row. */
    public List<String> texts(String query) {
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(url))) {
            return new Sql(connections).inTransaction(tx -> tx.query(query, row -> row.text(1)));
        }
    }
}
