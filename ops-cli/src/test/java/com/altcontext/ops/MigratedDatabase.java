package com.altcontext.ops;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import java.util.HashMap;
import java.util.Map;

/** A database with the whole schema, the commands that are run on it, and short ways to look into it. */
record MigratedDatabase(String url) {
    static MigratedDatabase fresh() {
        MigratedDatabase database = new MigratedDatabase(TestDatabase.fresh());
        var _ = Migrations.of(DatabaseUrl.parse(database.url)).apply();
        return database;
    }

    CommandRun altops(String... args) {
        return CommandRun.altopsOn(url, args);
    }

    /** The variables of a run on this database, and others. */
    Map<String, String> with(Map<String, String> others) {
        Map<String, String> environment = new HashMap<>(others);
        environment.put("DATABASE_URL", url);
        return environment;
    }

    void run(String... statements) {
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(url))) {
            var _ = new Sql(connections).inTransaction(tx -> {
                for (String statement : statements) {
                    var _ = tx.update(statement);
                }
                return statements.length;
            });
        }
    }

    /** A visitor's page view, so many days ago, at noon UTC. */
    void event(String property, int daysAgo) {
        run("""
                WITH at AS (SELECT date_trunc('day', now(), 'UTC') - interval '%d days' + interval '12 hours' AS t),
                v AS (INSERT INTO visitors
                      SELECT gen_random_uuid(), '%s', 'visitor-' || random(), t FROM at RETURNING visitor_id),
                s AS (INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device)
                      SELECT visitor_id, gen_random_uuid(), '%s', t, t, 'direct', 'desktop' FROM v, at
                      RETURNING visitor_id, id)
                INSERT INTO events (visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type,
                                    path, traffic_source, device, is_conversion)
                SELECT visitor_id, gen_random_uuid(), (t AT TIME ZONE 'UTC')::date, id, '%s', t, t, 'page_view',
                       '/', 'direct', 'desktop', false
                FROM s, at
                """.formatted(daysAgo, property, property, property));
    }

    /** A lead who has agreed to hear more. */
    void lead(String property, String email) {
        run("""
                WITH l AS (INSERT INTO leads VALUES (
                    gen_random_uuid(), '%s', '%s', now(), now(), NULL, 'express', NULL) RETURNING id)
                INSERT INTO consent_events (lead_id, property_id, status, source, form_name, purpose, occurred_at)
                SELECT id, '%s', 'express', 'form', 'newsletter', 'news', now() FROM l
                """.formatted(property, email, property));
    }

    long number(String query) {
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(url))) {
            return new Sql(connections)
                    .inTransaction(tx -> tx.query(query, row -> row.number(1)))
                    .getFirst();
        }
    }
}
