package com.altcontext.ops.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.OperatorConnections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backup and restore with scripts in place of PostgreSQL's programs. deploy/bin/test/backup-test.sh runs real ones. */
@Tag("single-node") // On a cluster both commands refuse.
class BackupCommandTest {
    /** A script in place of pg_restore: it lists the contents of a backup, and loads nothing. */
    private static final String PG_RESTORE =
            "echo 'pg_restore (PostgreSQL) 15.1'\necho '1; 0 1 TABLE DATA public flyway_schema_history app'\n";

    private final MigratedDatabase database = MigratedDatabase.fresh();

    @TempDir
    Path directory = Path.of("");

    @Test
    void without_pg_dump_and_pg_restore_altops_says_what_to_install() {
        CommandRun backup = CommandRun.altops(path(), "backup", "--to", file("x.dump"));
        CommandRun restore = CommandRun.altops(path(), "restore", "--from", file("x.dump"), "--yes");

        assertThat(backup.exit()).isEqualTo(Exit.FAILED);
        assertThat(backup.err())
                .isEqualTo(
                        "altops: there is no pg_dump on the PATH — install PostgreSQL's client, of the server's version "
                                + "or newer\n");
        assertThat(restore.exit()).isEqualTo(Exit.FAILED);
        assertThat(restore.err()).startsWith("altops: there is no pg_restore on the PATH — ");
    }

    @Test
    void a_client_older_than_the_server_is_refused_with_where_to_get_a_newer_one() throws IOException {
        program("pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'\n");
        program("pg_restore", "echo 'pg_restore (PostgreSQL) 15.1'\n");
        CommandRun ran = CommandRun.altops(path(), "backup", "--to", file("x.dump"));

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .matches(
                        "altops: PostgreSQL's client here has version 9, but the server has version \\d+ — install a client of version \\d+ or "
                                + "newer, and put it first on the PATH: https://www.postgresql.org/download has those that "
                                + "your system's own packages lack\n");
    }

    @Test
    void a_failed_pg_dump_leaves_no_file_and_its_output_is_shown_without_addresses() throws IOException {
        program("pg_dump", """
                [ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" && exit
                echo "half" >"$(echo "$*" | sed 's/.*--file=\\([^ ]*\\).*/\\1/')"
                echo "connection to 10.1.2.3 as jo@example.ca failed: $PGPASSWORD $*" >&2
                exit 1
                """);
        program("pg_restore", "echo 'pg_restore (PostgreSQL) 15.1'\n");
        CommandRun ran = CommandRun.altops(path(), "backup", "--to", file("x.dump"));

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).startsWith("altops: pg_dump failed: connection to *** as *** failed: ***");
        assertThat(ran.err().substring(0, ran.err().indexOf("--format")))
                .as("pg_dump's arguments, which other users can see, have no login")
                .doesNotContain("postgres:postgres");
        assertThat(ran.err()).doesNotContain("10.1.2.3", "jo@example.ca");
        assertThat(Path.of(file("x.dump"))).doesNotExist();
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void pg_dump_gets_all_hosts_of_the_database_url() throws IOException {
        int dead = 1; // nothing listens on port 1
        program("pg_dump", """
                [ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" && exit
                echo "$PGHOST $PGPORT" >"%s"
                exit 1
                """.formatted(file("seen")));
        program("pg_restore", "echo 'pg_restore (PostgreSQL) 15.1'\n");
        Map<String, String> environment = new HashMap<>(path());
        environment.put("DATABASE_URL", database.url().replaceFirst("@", "@127.0.0.1:" + dead + ","));
        CommandRun ran = CommandRun.altops(environment, "backup", "--to", file("x.dump"));

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(Path.of(file("seen"))).content().matches("127\\.0\\.0\\.1,\\S+ " + dead + ",\\d+\n");
    }

    @Test
    void a_database_without_the_schema_is_not_backed_up() throws IOException {
        program("pg_dump", "echo 'pg_dump (PostgreSQL) 99.1'\n");
        program("pg_restore", PG_RESTORE);
        Map<String, String> environment = new HashMap<>(path());
        environment.put("DATABASE_URL", TestDatabase.fresh());
        CommandRun ran = CommandRun.altops(environment, "backup", "--to", file("x.dump"));

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .isEqualTo(
                        "altops: the database has no AltContext schema — check that DATABASE_URL names the right database\n");
        assertThat(Path.of(file("x.dump"))).doesNotExist();
    }

    @Test
    void a_backup_of_another_database_is_refused_and_replaces_nothing() throws IOException {
        program("pg_restore", "echo ';     TOC Entries: 2'\n");
        var _ = Files.writeString(Path.of(file("x.dump")), "a backup of an empty database");
        database.run("INSERT INTO consent_texts (version, language, content, content_hash, added_at)"
                + " VALUES ('v1', 'en', 'yes', sha256('yes'), now())");
        CommandRun ran = CommandRun.altops(path(), "restore", "--from", file("x.dump"), "--yes");

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err())
                .isEqualTo("altops: that file is not a backup of an AltContext database — name another with --from\n");
        assertThat(database.number("SELECT count(*) FROM consent_texts")).isEqualTo(1);
    }

    @Test
    void a_file_that_pg_restore_cannot_read_is_named_for_what_it_is() throws IOException {
        program("pg_restore", "echo 'pg_restore: error: too short' >&2\nexit 1\n");
        byte[] encrypted = {(byte) 0x84, 0x5e, 0x03};
        var _ = Files.writeString(Path.of(file("list.csv")), "email");
        var _ = Files.write(Path.of(file("none.dump")), new byte[0]);
        var _ = Files.write(Path.of(file("one.gpg")), encrypted);
        var _ = Files.writeString(Path.of(file("one.asc")), "-----BEGIN PGP MESSAGE-----\n");
        var _ = Files.writeString(Path.of(file("half.dump")), "PGDMP and no more");

        String words = ": pg_restore failed: pg_restore: error: too short — ";
        String other = "altops: that file is not a backup that altops made" + words + "name another with --from\n";
        assertThat(restore("list.csv")).isEqualTo(new CommandRun(Exit.USAGE, "", other));
        assertThat(restore("none.dump")).isEqualTo(new CommandRun(Exit.USAGE, "", other));
        String locked =
                "altops: that file is encrypted" + words + "decrypt it with gpg --decrypt, and name the result\n";
        assertThat(restore("one.gpg")).isEqualTo(new CommandRun(Exit.USAGE, "", locked));
        assertThat(restore("one.asc")).isEqualTo(new CommandRun(Exit.USAGE, "", locked));
        assertThat(restore("half.dump"))
                .isEqualTo(new CommandRun(
                        Exit.FAILED,
                        "",
                        "altops: that backup is damaged, or of a newer pg_dump" + words
                                + "name another with --from, or install a newer client of PostgreSQL\n"));
    }

    @Test
    void a_failed_restore_leaves_the_database_as_it_was() throws IOException {
        program("pg_restore", """
                [ "$1" = --list ] && echo '1; 0 1 TABLE DATA public flyway_schema_history app' && exit
                echo "no" >&2
                exit 1
                """);
        var _ = Files.writeString(Path.of(file("x.dump")), "a backup");
        CommandRun ran = CommandRun.altops(path(), "restore", "--from", file("x.dump"), "--yes");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).startsWith("altops: pg_restore failed: no — ");
        assertThat(database.altops("migrate", "verify").exit()).isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM pg_namespace WHERE nspname = 'altops_before'"))
                .isZero();
    }

    @Test
    void a_restore_leaves_the_database_of_another_program_alone() throws IOException {
        program("pg_restore", PG_RESTORE);
        var _ = Files.writeString(Path.of(file("x.dump")), "a backup");
        MigratedDatabase other = new MigratedDatabase(TestDatabase.fresh());
        other.run("CREATE TABLE invoices (id int)", "INSERT INTO invoices VALUES (7)");
        Map<String, String> environment = new HashMap<>(path());
        environment.put("DATABASE_URL", other.url());
        CommandRun ran = CommandRun.altops(environment, "restore", "--from", file("x.dump"), "--yes");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .isEqualTo("altops: the database holds tables that are not AltContext's — use an empty database\n");
        assertThat(other.number("SELECT id FROM invoices")).isEqualTo(7);
    }

    @Test
    void a_restore_keeps_the_current_keys_and_ends_all_dashboard_sessions() throws IOException {
        var _ = database.altops("key", "add", "kept", "--scope", "figures:read");
        var _ = database.altops("key", "add", "gone", "--scope", "figures:read");
        var _ = database.altops("key", "revoke", "gone");
        database.run("INSERT INTO dashboard_sessions (token_hash, admin_key_hash, created_at, expires_at)"
                + " VALUES (sha256('x'), sha256('y'), now(), now() + interval '1 hour')");
        program("pg_restore", PG_RESTORE);
        var _ = Files.writeString(Path.of(file("x.dump")), "a backup without keys");

        CommandRun ran = CommandRun.altops(path(), "restore", "--from", file("x.dump"), "--yes");

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("key", "list").out()).startsWith("kept ").hasLineCount(1);
        assertThat(database.altops("key", "list", "--all").out()).contains("revoked");
        assertThat(database.number("SELECT count(*) FROM dashboard_sessions")).isZero();
        assertThat(database.number(
                        "SELECT count(*) FROM audit_log WHERE action = 'key_revoked' AND key_id IS NOT NULL"))
                .isEqualTo(1);
    }

    @Test
    void after_a_restore_every_table_has_planner_statistics() throws IOException {
        program("pg_restore", PG_RESTORE);
        var _ = Files.writeString(Path.of(file("x.dump")), "a backup");

        CommandRun ran = CommandRun.altops(path(), "restore", "--from", file("x.dump"), "--yes");

        assertThat(ran.exit()).as(ran.err()).isEqualTo(Exit.DONE);
        assertThat(database.tablesWithoutStatistics()).isZero();
    }

    /**
     * Some providers close a connection that is idle in a transaction. The connection that holds the restore's lock is
     * idle while pg_restore runs.
     */
    @Test
    void a_restore_may_take_longer_than_the_timeout_of_idle_transactions() throws IOException {
        database.run("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = 1000',"
                + " current_database()); END $$");
        program("pg_restore", PG_RESTORE + "[ \"$1\" = --list ] || sleep 1.5\n");
        var _ = Files.writeString(Path.of(file("x.dump")), "a backup");

        CommandRun ran = CommandRun.altops(path(), "restore", "--from", file("x.dump"), "--yes");

        assertThat(ran.exit()).as(ran.err()).isEqualTo(Exit.DONE);
    }

    @Test
    void a_second_restore_at_the_same_time_is_refused() throws IOException {
        program("pg_restore", PG_RESTORE);
        var _ = Files.writeString(Path.of(file("x.dump")), "a backup");
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(database.url()))) {
            CommandRun ran = new Sql(connections).inTransaction(other -> {
                var _ = other.query(
                        "SELECT pg_advisory_xact_lock(hashtextextended('altcontext.restore', 0))", row -> true);
                return CommandRun.altops(path(), "restore", "--from", file("x.dump"), "--yes");
            });

            assertThat(ran.exit()).isEqualTo(Exit.FAILED);
            assertThat(ran.err()).startsWith("altops: another altops restore is under way — ");
        }
    }

    /**
     * A killed restore leaves the schema altops_before. The backup is loaded, but later erasures and withdrawals are
     * not carried over yet.
     */
    @Test
    void after_an_interrupted_restore_other_commands_are_refused_until_it_has_run_again() throws IOException {
        program("pg_dump", "exit 0\n");
        program("pg_restore", PG_RESTORE);
        var _ = Files.writeString(Path.of(file("x.dump")), "a backup");
        assertThat(CommandRun.altops(path(), "restore", "--from", file("x.dump"), "--yes")
                        .exit())
                .isEqualTo(Exit.DONE);
        database.run("CREATE SCHEMA altops_before");

        for (String[] args : new String[][] {
            {"status"},
            {"migrate"},
            {"migrate", "verify"},
            {"backup", "--to", file("y.dump")},
            {"lead", "delete", "--email", "jo@example.ca", "--yes"},
            {"lead", "unsubscribe", "--email", "jo@example.ca"},
            {"lead", "mailable"},
            {"key", "list"},
            {"rollup"},
            {"retention", "purge"}
        }) {
            CommandRun ran = CommandRun.altops(path(), args);
            assertThat(ran.exit()).as(String.join(" ", args)).isEqualTo(Exit.CHECK_FAILED);
            assertThat(ran.err()).startsWith("altops: a restore is under way or was interrupted — run altops restore");
        }

        assertThat(CommandRun.altops(path(), "restore", "--from", file("x.dump"), "--yes")
                        .exit())
                .isEqualTo(Exit.DONE);
        assertThat(database.altops("migrate", "verify").exit()).isEqualTo(Exit.DONE);
    }

    @Test
    void a_restore_without_the_pepper_names_it_and_changes_nothing() throws IOException {
        program("pg_restore", PG_RESTORE);
        var _ = Files.writeString(Path.of(file("x.dump")), "a backup");
        Map<String, String> environment = new HashMap<>(path());
        environment.put("IP_HASH_PEPPER", "");
        CommandRun ran = CommandRun.altops(environment, "restore", "--from", file("x.dump"), "--yes");

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).startsWith("altops: IP_HASH_PEPPER is missing or wrong — set it to at least 16");
        assertThat(database.altops("migrate", "verify").exit()).isEqualTo(Exit.DONE);
    }

    private CommandRun restore(String name) {
        return CommandRun.altops(path(), "restore", "--from", file(name), "--yes");
    }

    private Map<String, String> path() {
        return database.with(Map.of("PATH", directory + ":/nowhere", "IP_HASH_PEPPER", "a pepper of sixteen or more"));
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private void program(String name, String words) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\nPATH=/usr/bin:/bin\n" + words);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
