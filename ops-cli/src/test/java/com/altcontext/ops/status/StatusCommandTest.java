package com.altcontext.ops.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.OperatorConnections;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StatusCommandTest {
    private static final String WAITING = """
            SELECT count(*) FROM pg_locks
            WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """;

    private final MigratedDatabase database = MigratedDatabase.fresh();

    @Test
    void the_status_of_a_database_without_problems_lists_its_contents() {
        database.event("default", 2);
        database.event("default", 1);
        database.event("default", 1);
        database.lead("default", "jo@example.ca");
        database.lead("default", "kim@example.ca");
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("retention", "purge").exit()).isEqualTo(Exit.DONE);
        CommandRun ran = database.altops("status");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exit()).as(ran.out()).isEqualTo(Exit.DONE);
        assertThat(ran.out())
                .containsPattern("(?m)^schema +version \\d+, as this release needs$")
                .containsPattern("(?m)^events +from " + CommandRun.TODAY.minusDays(2) + "T12:00:00Z to "
                        + CommandRun.TODAY.minusDays(1) + "T12:00:00Z$")
                .containsPattern("(?m)^partitions +7 days ahead, default partition empty$")
                .containsPattern("(?m)^rollups +through 20\\d\\d-\\d\\d-\\d\\d, at .*, 0 days behind, no gaps$")
                .containsPattern("(?m)^leads +express 2$")
                .containsPattern("(?m)^mails +none waiting$")
                .containsPattern("(?m)^webhooks +none waiting$")
                .containsPattern("(?m)^last purge +20\\d\\d-.*Z, removed 0 events$")
                .containsPattern("(?m)^last erasure +never$")
                .containsPattern("(?m)^lead list +never exported$")
                .containsPattern("(?m)^events +3 rows +\\d+\\.\\d [kM]B$")
                .containsPattern("(?m)^leads +2 rows ")
                .doesNotContain("example.ca", "problem");
    }

    @Test
    void json_output_has_the_same_contents() {
        database.event("default", 1);
        CommandRun ran = database.altops("status", "--json");

        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out())
                .startsWith("{\"ok\":false,\"problems\":[\"rollups are late: ")
                .contains("\"schema\":{\"version\":", "{\"name\":\"events\",\"rows\":1,\"estimated\":false,\"bytes\":")
                .contains(
                        "\"partitionsAhead\":7,\"inDefaultPartition\":0}",
                        "\"lastPurge\":null,\"lastErasure\":null,\"lastLeadList\":null}")
                .hasLineCount(1);
    }

    /** If few events are stored, all are counted first, and no partition can be dropped from then on. */
    @Test
    @Tag("single-node")
    void a_purge_that_drops_a_partition_meanwhile_does_not_disturb_the_status() throws Exception {
        LocalDate first = CommandRun.TODAY.minusDays(300);
        LocalDate expired = first.plusDays(1);
        String locked = "events_" + DateTimeFormatter.BASIC_ISO_DATE.format(first);
        database.event("default", 1);
        // The size of a partition is read before the list, and waits for a lock unless the partition has its own
        // partitions.
        database.run(
                "ALTER TABLE events ADD COLUMN filler text",
                "ALTER TABLE events ALTER COLUMN filler SET STORAGE EXTERNAL",
                "UPDATE events SET filler = repeat('x', 20000000)",
                "CREATE TABLE " + locked + " PARTITION OF events FOR VALUES FROM ('" + first + "') TO ('" + expired
                        + "') PARTITION BY LIST (bucket)");
        assertThat(database.number("SELECT ensure_event_partition('" + expired + "')::int"))
                .isEqualTo(1);

        Future<CommandRun> status;
        try (ExecutorService thread = Executors.newSingleThreadExecutor();
                OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(database.url()))) {
            status = new Sql(connections).inTransaction(tx -> {
                tx.update("LOCK TABLE " + locked + " IN ACCESS EXCLUSIVE MODE");
                Future<CommandRun> started = thread.submit(() -> database.altops("status"));
                Awaitility.await("a status that reads the partitions")
                        .until(() -> started.isDone() || database.number(WAITING) > 0);
                var _ = database.texts("SELECT drop_event_partition('" + expired + "')");
                return started;
            });
        }

        assertThat(status.get().err()).isEmpty();
        assertThat(status.get().out())
                .containsPattern("(?m)^partitions +7 days ahead, default partition empty$")
                .doesNotContain("the schema is older");
    }

    /** On a cluster, the rows on all nodes. */
    @Test
    void the_size_of_a_table_includes_all_that_is_stored() {
        database.event("default", 1);
        long events = database.number(
                "SELECT sum(stored_bytes(inhrelid))::bigint FROM pg_inherits WHERE inhparent = 'events'::regclass");
        long sessions = database.number("SELECT stored_bytes('sessions')");

        assertThat(database.altops("status", "--json").out())
                .contains(
                        "{\"name\":\"events\",\"rows\":1,\"estimated\":false,\"bytes\":" + events + "}",
                        "{\"name\":\"sessions\",\"rows\":1,\"estimated\":false,\"bytes\":" + sessions + "}");
    }

    @Test
    void one_row_is_singular_and_a_missing_purge_is_shown_with_its_command() {
        database.event("default", 1);

        assertThat(database.altops("status").out())
                .containsPattern("(?m)^events +1 row  +\\d+\\.\\d [kM]B$")
                .containsPattern("(?m)^leads +0 rows +\\d+\\.\\d kB$")
                .doesNotContain("1 rows")
                .containsPattern("(?m)^last purge +never: run altops retention purge every day$");
    }

    @Test
    void the_last_export_of_leads_is_shown_with_where_it_was_made() {
        database.run("INSERT INTO audit_log (done_at, done_by, action, row_count, ip_hash)"
                + " VALUES ('2026-01-01T10:00:00Z', 'api', 'leads_csv', 7, sha256('')),"
                + " ('2026-01-02T10:00:00Z', 'dashboard', 'leads_csv', 1200, sha256(''))");

        assertThat(database.altops("status").out())
                .containsPattern("(?m)^lead list +last exported 2026-01-02T10:00:00Z, 1 200 leads, by the dashboard$");
        assertThat(database.altops("status", "--json").out())
                .contains("\"lastLeadList\":{\"at\":\"2026-01-02T10:00:00Z\",\"by\":\"dashboard\",\"rows\":1200}}");
        assertThat(database.altops("lead", "mailable").exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("status").out()).containsPattern("(?m)^lead list .*, 0 leads, by altops$");
    }

    @Test
    void the_last_erasure_of_a_person_is_shown() {
        database.run("INSERT INTO erasure_log (erased_at, erased_by, email_hash, counts) VALUES"
                + " ('2026-01-01T10:00:00Z', 'altops', sha256(''), '{\"leads\": 1, \"visitors\": 1}'),"
                + " ('2026-01-01T11:00:00Z', 'api', sha256(''), '{\"leads\": 1, \"visitors\": 0}'),"
                + " ('2026-01-01T12:00:00Z', 'altops demo', sha256(''), '{\"leads\": 5}'),"
                + " ('2026-01-01T13:00:00Z', 'retention', sha256(''), '{\"leads\": 2}')");

        assertThat(database.altops("status").out()).containsPattern("(?m)^last erasure +2026-01-01T11:00:00Z$");
    }

    @Test
    void an_empty_database_is_shown_as_empty() {
        CommandRun ran = database.altops("status");

        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out()).containsPattern("(?m)^events +none$").containsPattern("(?m)^leads +none$");
    }

    @Test
    void each_problem_is_shown_with_what_to_do() {
        assertThat(database.altops("rollup", "--quiet").exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("status", "--quiet")).isEqualTo(new CommandRun(Exit.DONE, "", ""));

        database.event("default", 300);
        assertThat(database.altops("status").out())
                .contains("default partition 1 event", "problem       events are in the default partition");
        database.run("DELETE FROM events_default");
        database.run("DROP TABLE events_" + DateTimeFormatter.BASIC_ISO_DATE.format(CommandRun.TODAY.plusDays(1)));
        assertThat(database.altops("status").out()).contains("problem       tomorrow has no partition");
        database.run("DELETE FROM rollup_days WHERE day >= '" + CommandRun.TODAY.minusDays(1) + "'");
        assertThat(database.altops("status").out())
                .contains("2 days behind, missing: " + CommandRun.TODAY.minusDays(1))
                .contains("problem       rollups have gaps: run altops rollup")
                .doesNotContain("rollups are late");
        database.run("DELETE FROM rollup_days WHERE day >= '" + CommandRun.TODAY.minusDays(2) + "'");
        assertThat(database.altops("status").out()).contains("problem       rollups are late");
    }

    @Test
    void events_that_are_kept_longer_than_their_retention_are_a_problem() {
        database.number("SELECT ensure_event_partition('" + CommandRun.TODAY.minusDays(92) + "')::int");
        database.number("SELECT ensure_event_partition('" + CommandRun.TODAY.minusDays(93) + "')::int");
        database.event("default", 92);
        assertThat(database.altops("rollup", "--quiet").exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("status", "--quiet").exit())
                .as("one missed purge is not a problem")
                .isEqualTo(Exit.DONE);
        assertThat(CommandRun.altops(database.with(Map.of("RAW_EVENT_RETENTION_DAYS", "89")), "status")
                        .out())
                .contains("problem       events are kept 3 days longer than the 89 of RAW_EVENT_RETENTION_DAYS");

        database.event("default", 93);
        assertThat(database.altops("rollup", "--quiet").exit()).isEqualTo(Exit.DONE);
        CommandRun ran = database.altops("status");
        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out())
                .contains(
                        "problem       events are kept 3 days longer than the 90 of RAW_EVENT_RETENTION_DAYS: run altops"
                                + " retention purge, and check its schedule");

        assertThat(database.altops("retention", "purge").exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("status", "--quiet").exit()).isEqualTo(Exit.DONE);
    }

    @Test
    void with_an_old_schema_only_the_version_is_shown() {
        String empty = TestDatabase.fresh();
        CommandRun ran = CommandRun.altopsOn(empty, "status");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out())
                .startsWith("schema        version 0, but this release needs ")
                .endsWith("\n\nproblem       the schema is older than this release needs: run altops migrate\n")
                .doesNotContain("\n\n\n");
    }

    @Test
    void leads_in_review_and_messages_that_wait_or_were_set_aside_are_shown() {
        database.lead("default", "jo@example.ca");
        database.run(
                "UPDATE leads SET in_review = true",
                "INSERT INTO outbox (id, kind, event, body, created_at, set_aside_at, next_attempt_at) VALUES"
                        + " (gen_random_uuid(), 'mail', 'confirmation', '{}', '2026-01-02T10:00:00Z', NULL, now()),"
                        + " (gen_random_uuid(), 'mail', 'lead.alert', '{}', '2026-01-01T10:00:00Z', NULL, 'infinity'),"
                        + " (gen_random_uuid(), 'webhook', 'lead.captured', '{}', now(), now(), now())");

        assertThat(database.altops("status").out())
                .containsPattern("(?m)^in review +1 lead: altops lead review$")
                .containsPattern("(?m)^mails +1 waiting since 2026-01-02T10:00:00Z$")
                .containsPattern("(?m)^webhooks +none waiting, 1 set aside$")
                .contains("problem       webhooks did not accept messages for three days: run altops webhook list")
                .doesNotContain("problem       mails");
        assertThat(database.altops("status", "--json").out())
                .contains(
                        "\"leadsInReview\":1,\"mails\":{\"waiting\":1,\"oldest\":\"2026-01-02T10:00:00Z\",\"setAside\":0},"
                                + "\"webhooks\":{\"waiting\":0,\"oldest\":null,\"setAside\":1}");

        database.run("UPDATE outbox SET set_aside_at = now() WHERE event = 'confirmation'");
        assertThat(database.altops("status").out())
                .containsPattern("(?m)^mails +none waiting, 1 set aside$")
                .contains(
                        "problem       mails could not be sent: run altops mail list, check SMTP_URL, then altops mail replay");
    }
}
