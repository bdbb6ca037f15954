package com.altcontext.ops.imports.original;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.ops.CommandRun;
import com.altcontext.ops.command.OperatorConnections;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;

/** A database of the earlier system, with rows that a test adds. Times are minutes after START, two days ago. */
record OriginalDatabase(String url) {
    static final Instant START = CommandRun.NOW.minusSeconds(2 * 86_400);

    /** A database with the tables of the earlier system, and no rows. */
    static OriginalDatabase empty() {
        OriginalDatabase made = new OriginalDatabase(TestDatabase.fresh());
        try (InputStream tables = OriginalDatabase.class.getResourceAsStream("/original.sql")) {
            made.run(new String(Objects.requireNonNull(tables).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return made;
    }

    void run(String... statements) {
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(url))) {
            var _ = new Sql(connections).inTransaction(tx -> tx.update(String.join(";\n", statements)));
        }
    }

    OriginalDatabase visitor(String id, String anonId) {
        run("INSERT INTO visitors (id, anon_id, first_seen_at, last_seen_at) VALUES ('%s', '%s', now(), now())"
                .formatted(id, anonId));
        return this;
    }

    /** @param campaign the utm_source of a link in an e-mail; empty for none */
    OriginalDatabase session(String id, String visitor, String referrer, String campaign) {
        run("""
                INSERT INTO sessions (id, visitor_id, started_at, last_event_at, referrer, utm_source, utm_medium)
                VALUES ('%s', '%s', now(), now(), nullif('%s', ''), nullif('%4$s', ''), CASE '%4$s' WHEN '' THEN NULL ELSE 'email' END)
                """.formatted(id, visitor, referrer, campaign));
        return this;
    }

    /** @param property empty for none */
    OriginalDatabase event(String session, String type, String path, int minute, String property) {
        run("""
                INSERT INTO events (id, visitor_id, session_id, event_type, path, "timestamp", ip_hash, ua_hash, props,
                                    property_id, traffic_source, device_type, country_code, is_entrance)
                SELECT gen_random_uuid()::text, visitor_id, id, '%2$s', '%3$s', %4$s, repeat('ab', 32), repeat('cd', 32),
                       '{"place":"top"}', nullif('%5$s', ''), 'direct', 'mobile', 'ca', true
                FROM sessions WHERE id = '%1$s'
                """.formatted(session, type, path, at(minute), property));
        return this;
    }

    OriginalDatabase lead(String id, String email, String status, int minute) {
        run("INSERT INTO leads VALUES ('%s', '%s', 'example.com', '%s', %4$s, %4$s, 'website')"
                .formatted(id, email, status, at(minute)));
        return this;
    }

    OriginalDatabase link(String lead, String visitor, String source, int minute) {
        run(
                "INSERT INTO lead_identities (lead_id, visitor_id, link_source, confidence, linked_at) VALUES ('%s', '%s', '%s', 1, %s)"
                        .formatted(lead, visitor, source, at(minute)));
        return this;
    }

    OriginalDatabase form(String lead, String visitor, String status, int minute) {
        run("INSERT INTO form_submissions (lead_id, visitor_id, form_name, payload, submitted_at, validation_status)"
                + " VALUES ('%s', '%s', 'newsletter', '{\"often\":\"weekly\"}', %s, '%s')"
                        .formatted(lead, visitor, at(minute), status));
        return this;
    }

    OriginalDatabase consent(String lead, String status, String source, int minute) {
        run(
                "INSERT INTO consent_events (lead_id, status, source, ip_hash, \"timestamp\") VALUES ('%s', '%s', '%s', repeat('ab', 32), %s)"
                        .formatted(lead, status, source, at(minute)));
        return this;
    }

    /** A visit of two pages that the earlier system split into two sessions, with a form on the second page. */
    OriginalDatabase visitWithForm(String visitor, String anonId) {
        String first = visitor + "-1";
        String second = visitor + "-2";
        return visitor(visitor, anonId)
                .session(first, visitor, "https://mail.example.org/inbox", "letter")
                .session(second, visitor, "https://www.example.com/", "")
                .event(first, "page_view", "/", 0, "")
                .event(second, "page_view", "/pricing", 2, "")
                .event(second, "form_submit", "/pricing", 5, "")
                .lead("l1", "ada@example.com", "express", 5)
                .link("l1", visitor, "form_submit", 5)
                .form("l1", visitor, "accepted", 5)
                .form("l1", visitor, "rejected", 4)
                .consent("l1", "pending", "newsletter", 5)
                .consent("l1", "express", "newsletter", 6);
    }

    private static String at(int minute) {
        return "'" + START.plusSeconds(60L * minute).toString().replace("Z", "") + "'::timestamp";
    }
}
