package com.altcontext.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.FakeFly;
import com.altcontext.ops.command.OperatorConnections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged jar, started as operators start it: it contains all it needs, and prints only its own output. */
class PackagedJarIT {
    /** Two JVMs have to start, on a machine that may be busy. */
    private static final Duration MAX_WAIT = Duration.ofMinutes(1);

    private final String url = TestDatabase.fresh();

    @TempDir
    private Path directory;

    @Test
    void it_migrates_and_verifies_a_database() throws Exception {
        assertThat(altops("migrate", "verify").exit()).isEqualTo(Exit.CHECK_FAILED);

        CommandRun migrated = altops("migrate");
        assertThat(migrated.err()).isEmpty();
        assertThat(migrated.out()).startsWith("applied 1 ");
        assertThat(migrated.exit()).isEqualTo(Exit.DONE);

        assertThat(altops("migrate", "verify"))
                .isEqualTo(new CommandRun(Exit.DONE, "the schema is what this release needs\n", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP"})
    void a_signal_also_ends_the_proxy_that_altops_started(String signal) throws Exception {
        FakeFly fly = new FakeFly(directory);
        Process process = started(fly.environment(url), "migrate", "--fly-app", "hangs");
        await().atMost(MAX_WAIT)
                .failFast("altops ended before it started fly", () -> !process.isAlive())
                .until(() -> !fly.started().isEmpty());
        assertThat(fly.isLeft()).isTrue();

        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();

        assertThat(process.waitFor()).isGreaterThan(128);
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void it_migrates_through_the_proxy() throws Exception {
        FakeFly fly = new FakeFly(directory);
        Process process = started(fly.environment(url), "migrate", "--quiet", "--fly-app", "app-db");

        assertThat(process.waitFor()).isEqualTo(Exit.DONE);
        assertThat(altops("migrate", "verify").exit()).isEqualTo(Exit.DONE);
        assertThat(fly.isLeft()).isFalse();
    }

    /** When the purge is killed, it has removed one expired day and waits for the next, which a reader has locked. */
    @Test
    void a_killed_purge_is_shown_as_not_finished() throws Exception {
        assertThat(altops("migrate", "--quiet").exit()).isEqualTo(Exit.DONE);
        MigratedDatabase database = new MigratedDatabase(url);
        var _ = database.number("SELECT count(ensure_event_partition(DATE '" + CommandRun.TODAY + "' - d))"
                + " FROM generate_series(100, 101) d");
        database.event("default", 101);
        database.event("default", 100);
        assertThat(altops("rollup", "--quiet").exit()).isEqualTo(Exit.DONE);

        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(url))) {
            var _ = new Sql(connections).inTransaction(reader -> {
                var _ = reader.update(
                        "LOCK TABLE events_" + DateTimeFormatter.BASIC_ISO_DATE.format(CommandRun.TODAY.minusDays(100))
                                + " IN ACCESS SHARE MODE");
                Process purge = begun("retention", "purge");
                await().atMost(MAX_WAIT)
                        .until(() -> database.number("SELECT count(*) FROM purge_log WHERE days = 1") == 1);
                assertThat(altopsNow("status").out())
                        .containsPattern("(?m)^last purge .*, running, removed 1 event so far$");
                var _ = purge.destroyForcibly();
                return reader;
            });
        }

        await().atMost(MAX_WAIT)
                .until(() -> altopsNow("status").out().contains("started but not finished, removed 1 event of 1 day"));
        CommandRun status = altops("status");
        assertThat(status.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(status.out()).contains("problem       the last purge did not end: altops retention purge");
        assertThat(altops("status", "--json").out()).contains("\"finished\":false,\"events\":1,");

        assertThat(altops("retention", "purge").out()).contains("removed 1 event of 1 day");
        assertThat(altops("status", "--quiet")).isEqualTo(new CommandRun(Exit.DONE, "", ""));
        assertThat(database.number("SELECT count(*) FROM purge_log WHERE finished_at IS NULL"))
                .as("the row of the killed purge is unchanged")
                .isOne();
    }

    /** Eight properties, each with more long paths, campaigns and sources than the 500 that a rollup keeps. */
    @Test
    void a_rollup_of_many_long_values_needs_little_memory() throws Exception {
        assertThat(altops("migrate", "--quiet").exit()).isEqualTo(Exit.DONE);
        MigratedDatabase database = new MigratedDatabase(url);
        LocalDate yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(1);
        database.run("""
                INSERT INTO properties (id, name) SELECT 'site-' || p, 'Site ' || p FROM generate_series(1, 8) AS p
                """, """
                INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device, events,
                                      page_views, entry_at, entry_path, exit_at, exit_path, utm_campaign, utm_source)
                SELECT md5(p || 'v' || n)::uuid, md5(p || 's' || n)::uuid, 'site-' || p, at, at, 'campaign', 'desktop', 1,
                       1, at, path, at, path, right(path, 250), right(path, 250)
                FROM generate_series(1, 8) AS p, generate_series(1, 550) AS n,
                     LATERAL (SELECT '/' || repeat('p', 2040) || n) AS pages(path), (SELECT timestamptz '%s 12:00Z') AS noon(at)
                """.formatted(yesterday), """
                INSERT INTO events (visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type, path,
                                    traffic_source, device, is_conversion)
                SELECT visitor_id, id, (started_at AT TIME ZONE 'UTC')::date, id, property_id, started_at, started_at, 'page_view', entry_path,
                       traffic_source, device, false
                FROM sessions
                """);

        Process rollup = started(
                Map.of("DATABASE_URL", url, "JDK_JAVA_OPTIONS", "-Xmx24m"), "rollup", "--day", yesterday.toString());

        assertThat(rollup.waitFor()).isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM daily_dimension_rollups WHERE dimension = 'exit_path'"))
                .isEqualTo(8 * 501);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void a_signal_during_a_backup_leaves_no_file(String signal) throws Exception {
        assertThat(altops("migrate", "--quiet").exit()).isEqualTo(Exit.DONE);
        Path programs = Files.createDirectory(directory.resolve("programs"));
        for (String program : List.of("pg_dump", "pg_restore")) {
            Path script = Files.writeString(programs.resolve(program), """
                    #!/bin/sh
                    [ "$1" = --version ] && echo "%s (PostgreSQL) 17.6" && exit
                    touch "%s/started"; exec sleep 300
                    """.formatted(program, programs));
            assertThat(script.toFile().setExecutable(true)).isTrue();
        }
        Path backups = Files.createDirectory(directory.resolve("backups"));
        Process backup = started(
                Map.of("DATABASE_URL", url, "PATH", programs + ":" + System.getenv("PATH")),
                "backup",
                "--to",
                backups.resolve("b.dump").toString());
        await().atMost(MAX_WAIT)
                .failFast("altops ended before it backed up", () -> !backup.isAlive())
                .until(() -> Files.exists(programs.resolve("started")));
        List<ProcessHandle> dump = backup.descendants().toList();
        assertThat(backups).isNotEmptyDirectory();

        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(backup.pid()))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(backup.waitFor()).isGreaterThan(128);
        dump.forEach(ProcessHandle::destroy);

        assertThat(backups).isEmptyDirectory();
    }

    private CommandRun altopsNow(String... args) {
        return CommandRun.altopsOn(url, args);
    }

    private Process begun(String... args) {
        try {
            return started(Map.of("DATABASE_URL", url), args);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"'>/dev/full',1,the output could not be written", "'| true',0,''"})
    void a_full_disk_is_a_failure_and_a_closed_pipe_is_not(String to, int exit, String said) throws Exception {
        String line = "set -o pipefail; '%s' -jar target/altops.jar completion bash %s".formatted(program("java"), to);
        Process process = new ProcessBuilder("bash", "-c", line)
                .redirectError(directory.resolve("err").toFile())
                .start();

        assertThat(process.waitFor()).isEqualTo(exit);
        assertThat(directory.resolve("err")).content().contains(said);
    }

    /** As in {@code altops key add … | pbcopy} on a machine without that program. */
    @Test
    void a_key_that_nobody_reads_is_not_stored() throws Exception {
        assertThat(altops("migrate", "--quiet").exit()).isEqualTo(Exit.DONE);
        String line = "set -o pipefail; '%s' -jar target/altops.jar key add reader --scope figures:read | true"
                .formatted(program("java"));
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", line)
                .redirectError(directory.resolve("err").toFile());
        builder.environment().put("DATABASE_URL", url);

        assertThat(builder.start().waitFor()).isEqualTo(Exit.FAILED);
        assertThat(directory.resolve("err"))
                .hasContent("altops: nobody reads the output — run it again, and store what it prints");
        assertThat(altops("key", "list").out()).isEqualTo("there are no keys\n");
    }

    @Test
    void it_knows_its_version() throws Exception {
        assertThat(altops("--version").out()).matches("altops \\d+\\.\\d+.*\n");
    }

    @Test
    void it_contains_no_embedded_database() throws Exception {
        Process listing = new ProcessBuilder(program("jar"), "--list", "--file", "target/altops.jar").start();
        String names = new String(listing.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(names).contains("com/altcontext/ops/Altops.class").doesNotContain("devdb", ".txz");
    }

    private CommandRun altops(String... args) throws IOException, InterruptedException {
        Process process = started(Map.of("DATABASE_URL", url), args);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        return new CommandRun(exit, out, Files.readString(directory.resolve("err")));
    }

    /** Resets SIGINT: a shell may have started the tests with SIGINT ignored, and child processes inherit that. */
    private Process started(Map<String, String> environment, String... args) throws IOException {
        List<String> command = new ArrayList<>(
                Files.exists(Path.of("/proc/self")) ? List.of("env", "--default-signal=INT") : List.of());
        command.addAll(List.of(program("java"), "-jar", "target/altops.jar"));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(directory.resolve("err").toFile());
        builder.environment().putAll(environment);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    private static String program(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }
}
