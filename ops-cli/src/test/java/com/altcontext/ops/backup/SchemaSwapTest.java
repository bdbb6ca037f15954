package com.altcontext.ops.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.db.Sql;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.OperatorConnections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a restore keeps from the state before it. In place of a backup file there is a schema with copies of tables. */
@Tag("single-node") // On a cluster a restore refuses.
class SchemaSwapTest {
    /** The tables that are restored as they were in the backup. Rows that were added later are lost. */
    private static final Set<String> LOST = Set.of(
            "cluster",
            "daily_dimension_rollups",
            "daily_goal_rollups",
            "daily_ingest_rollups",
            "daily_metric_rollups",
            "dashboard_sessions", // all sessions are removed
            "events",
            "flyway_schema_history",
            "form_submissions",
            "goals",
            "ingest_rejections",
            "lead_identities",
            "properties",
            "purge_log",
            "rollup_days",
            "sessions",
            "unsubscribe_requests",
            "visitors",
            "webhooks");

    private static final List<String> TABLES =
            List.of("leads", "consent_events", "expired_consents", "recipients", "sent_reports", "outbox");

    private final MigratedDatabase database = MigratedDatabase.fresh();
    private final OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(database.url()));
    private final Sql sql = new Sql(connections);
    private final SchemaSwap swap = new SchemaSwap(sql);

    @AfterEach
    void close() {
        connections.close();
    }

    @Test
    void a_withdrawal_after_the_backup_survives_two_restores() {
        database.lead("default", "gone@example.ca");
        database.lead("default", "kept@example.ca");
        backUp();
        var _ = database.altops("lead", "unsubscribe", "--email", "gone@example.ca");
        database.lead("default", "later@example.ca");
        var _ = database.altops("lead", "unsubscribe", "--email", "later@example.ca");

        for (int carried : new int[] {1, 1}) {
            restore();

            assertThat(swap.carryOver()).containsEntry("consent_events", carried);
            assertThat(swap.carryOver())
                    .as("each withdrawal is carried over only once")
                    .containsEntry("consent_events", 0);
            swap.finish();
            assertThat(texts("SELECT email || ' ' || consent_status FROM leads ORDER BY 1"))
                    .containsExactly("gone@example.ca withdrawn", "kept@example.ca express");
            assertThat(texts("""
                            SELECT DISTINCT ON (email) email || ' ' || status || ' ' || source
                            FROM consent_events JOIN leads ON leads.id = lead_id ORDER BY email, consent_events.id DESC
                            """))
                    .containsExactly("gone@example.ca withdrawn operator", "kept@example.ca express form");
        }
    }

    @Test
    void the_ids_of_consent_events_are_never_used_again() {
        database.lead("default", "one@example.ca");
        backUp();
        database.lead("default", "two@example.ca");
        database.lead("default", "three@example.ca");
        long last = database.number("SELECT max(id) FROM consent_events");
        restore();
        var _ = swap.carryOver();
        swap.finish();
        database.lead("default", "four@example.ca");

        assertThat(database.number("SELECT max(id) FROM consent_events")).isGreaterThan(last);
    }

    @Test
    void a_recipient_who_unsubscribed_gets_no_more_mails() {
        var _ = database.altops("property", "add", "docs", "--name", "Docs");
        database.run("""
                INSERT INTO recipients (id, property_id, kind, email, created_at)
                SELECT gen_random_uuid(), 'docs', kind, 'boss@example.ca', now() FROM unnest(ARRAY['alert', 'report']) AS kind
                """);
        backUp();
        database.run("UPDATE recipients SET stopped_at = now() WHERE kind = 'report'");
        restore();
        var _ = swap.carryOver();
        swap.finish();

        assertThat(texts("SELECT kind FROM recipients WHERE stopped_at IS NOT NULL"))
                .containsExactly("report");
    }

    @Test
    void a_message_that_was_delivered_after_the_backup_is_not_sent_again() {
        database.lead("default", "one@example.ca");
        message("delivered", "lead.captured", "granted");
        message("waiting", "lead.captured", "granted");
        backUp();
        database.run("DELETE FROM outbox WHERE destination = 'delivered'");
        message("grant", "consent.changed", "granted");
        message("question", "confirmation", "granted");
        database.lead("default", "later@example.ca");
        message("lost", "lead.captured", "granted");
        message("withdrawal", "consent.changed", "withdrawn");
        database.run(
                "INSERT INTO outbox (id, event, destination, body) VALUES (gen_random_uuid(), 'lead.erased', 'erasure', '{}')");
        restore();
        var _ = swap.carryOver();
        swap.finish();

        assertThat(texts("SELECT destination FROM outbox ORDER BY 1"))
                .containsExactly("erasure", "grant", "waiting", "withdrawal");
    }

    @Test
    void an_expired_consent_that_was_reported_after_the_backup_is_not_reported_again() {
        database.lead("default", "one@example.ca");
        backUp();
        database.run("INSERT INTO expired_consents (consent_id, noted_at) SELECT id, now() FROM consent_events");
        database.lead("default", "later@example.ca");
        database.run("INSERT INTO expired_consents (consent_id, noted_at) SELECT max(id), now() FROM consent_events");
        restore();
        var _ = swap.carryOver();
        swap.finish();

        assertThat(texts("SELECT email FROM expired_consents JOIN consent_events AS c ON c.id = consent_id"
                        + " JOIN leads ON leads.id = lead_id"))
                .containsExactly("one@example.ca");
        assertThat(database.number("SELECT count(*) FROM expired_consents")).isOne();
    }

    @Test
    void confirmation_mails_that_were_sent_after_the_backup_still_count() {
        database.lead("default", "asked@example.ca");
        database.lead("default", "answered@example.ca");
        database.run(
                "UPDATE leads SET confirmation_mails = 2, confirmation_mailed_at = '2026-01-02T00:00:00Z' WHERE email = 'answered@example.ca'");
        database.lead("default", "waits@example.ca");
        backUp();
        message("question", "confirmation", "granted");
        database.run(
                "UPDATE leads SET confirmation_mails = 1, confirmation_mailed_at = '2026-01-06T00:00:00Z' WHERE email = 'waits@example.ca'",
                "UPDATE leads SET confirmation_mails = 3, confirmation_mailed_at = '2026-01-05T00:00:00Z' WHERE email = 'asked@example.ca'",
                "UPDATE leads SET confirmation_mails = 0, confirmation_mailed_at = NULL WHERE email = 'answered@example.ca'");
        restore();
        var _ = swap.carryOver();
        swap.finish();

        assertThat(texts(
                        "SELECT concat_ws(' ', email, confirmation_mails, (confirmation_mailed_at AT TIME ZONE 'UTC')::date)"
                                + " FROM leads ORDER BY 1"))
                .containsExactly(
                        "answered@example.ca 2 2026-01-02", "asked@example.ca 3 2026-01-05", "waits@example.ca 0");
    }

    @Test
    void messages_that_wait_in_a_backup_are_sent_from_a_new_database() {
        database.lead("default", "one@example.ca");
        message("waiting", "lead.captured", "granted");
        backUp();
        database.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public");
        var _ = Migrations.of(DatabaseUrl.parse(database.url())).apply();
        database.lead("default", "two@example.ca");
        restore();
        var _ = swap.carryOver();

        assertThat(texts("SELECT destination FROM outbox")).containsExactly("waiting");
    }

    @Test
    void a_restore_into_an_empty_database_carries_nothing_over() {
        database.lead("default", "kept@example.ca");
        backUp();
        database.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public");
        restore();

        assertThat(swap.carryOver()).containsEntry("consent_events", 0);
        swap.finish();
        assertThat(texts("SELECT consent_status FROM leads")).containsExactly("express");
    }

    @Test
    void each_table_is_carried_over_or_named_as_lost() {
        List<String> named = Stream.concat(
                        CarriedTable.ALL.stream().map(CarriedTable::name).distinct(), LOST.stream())
                .toList();

        assertThat(texts("""
                        SELECT relname FROM pg_class
                        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                        """)).containsExactlyInAnyOrderElementsOf(named);
    }

    /** Adds a message about the newest lead to the outbox. */
    private void message(String destination, String event, String change) {
        database.run("""
                INSERT INTO outbox (id, event, destination, lead_id, body)
                SELECT gen_random_uuid(), '%s', '%s', lead_id, '{"data": {"change": "%s"}}'
                FROM consent_events ORDER BY id DESC LIMIT 1
                """.formatted(event, destination, change));
    }

    private void backUp() {
        database.run("CREATE SCHEMA backup");
        TABLES.forEach(table -> database.run("CREATE TABLE backup.%1$s AS TABLE public.%1$s".formatted(table)));
    }

    /** Loads the copies as pg_restore does, and sets the sequence of consent ids to its value in the backup. */
    private void restore() {
        swap.moveAside();
        var _ = Migrations.of(DatabaseUrl.parse(database.url())).apply();
        database.run("""
                INSERT INTO public.properties (id, name) SELECT DISTINCT property_id, 'Docs' FROM backup.recipients
                ON CONFLICT DO NOTHING
                """);
        TABLES.forEach(table -> database.run(
                "INSERT INTO public.%1$s OVERRIDING SYSTEM VALUE SELECT * FROM backup.%1$s".formatted(table)));
        database.number(
                "SELECT setval('public.consent_events_id_seq', coalesce(max(id), 1)) FROM public.consent_events");
    }

    private List<String> texts(String query) {
        return sql.inTransaction(tx -> tx.query(query, row -> row.text(1)));
    }
}
