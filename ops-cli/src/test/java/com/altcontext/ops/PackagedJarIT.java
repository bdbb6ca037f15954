package com.altcontext.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar that operators get, started as they start it: everything it needs is inside, and it says nothing of its own. */
class PackagedJarIT {
    private final String url = TestDatabase.fresh();

    @TempDir
    private Path directory;

    @Test
    void it_migrates_and_verifies_a_database() throws Exception {
        assertThat(altops("migrate", "verify").exit()).isEqualTo(Exit.WANTING);

        Ran migrated = altops("migrate");
        assertThat(migrated.err()).isEmpty();
        assertThat(migrated.out()).startsWith("applied 1 ");
        assertThat(migrated.exit()).isEqualTo(Exit.DONE);

        assertThat(altops("migrate", "verify"))
                .isEqualTo(new Ran(Exit.DONE, "the schema is what this release needs\n", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP"})
    void a_signal_ends_the_proxy_that_it_started(String signal) throws Exception {
        StandInFly fly = new StandInFly(directory);
        Process process = started(fly.environment(url), "migrate", "--fly-app", "hangs");
        while (fly.started().isEmpty()) {
            assertThat(process.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        assertThat(fly.isLeft()).isTrue();

        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();

        assertThat(process.waitFor()).isGreaterThan(128);
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void through_the_proxy_it_migrates() throws Exception {
        StandInFly fly = new StandInFly(directory);
        Process process = started(fly.environment(url), "migrate", "--quiet", "--fly-app", "app-db");

        assertThat(process.waitFor()).isEqualTo(Exit.DONE);
        assertThat(altops("migrate", "verify").exit()).isEqualTo(Exit.DONE);
        assertThat(fly.isLeft()).isFalse();
    }

    /** One expired day is gone and the next is in use when it is killed. */
    @Test
    void a_purge_that_is_killed_leaves_a_receipt_that_says_so() throws Exception {
        assertThat(altops("migrate", "--quiet").exit()).isEqualTo(Exit.DONE);
        Migrated database = new Migrated(url);
        var _ = database.number("SELECT count(ensure_event_partition((now() AT TIME ZONE 'UTC')::date - d))"
                + " FROM generate_series(100, 101) d");
        database.event("default", 101);
        database.event("default", 100);
        assertThat(altops("rollup", "--quiet").exit()).isEqualTo(Exit.DONE);

        try (Connections connections = new Connections(DatabaseUrl.parse(url))) {
            var _ = new Sql(connections).inTransaction(reader -> {
                var _ = reader.update(
                        "DO $$ BEGIN EXECUTE 'LOCK TABLE events_' || to_char((now() AT TIME ZONE 'UTC')::date - 100, 'YYYYMMDD')"
                                + " || ' IN ACCESS SHARE MODE'; END $$");
                Process purge = begun("retention", "purge");
                await(() -> database.number("SELECT count(*) FROM purge_log WHERE days = 1") == 1);
                assertThat(altopsNow("status").out()).containsPattern("(?m)^last purge .*, at work, 1 event so far$");
                var _ = purge.destroyForcibly();
                return reader;
            });
        }

        await(() -> altopsNow("status").out().contains("begun and not finished, 1 event of 1 day had gone"));
        Ran status = altops("status");
        assertThat(status.exit()).isEqualTo(Exit.WANTING);
        assertThat(status.out()).contains("wanting       the last purge did not end: altops retention purge");
        assertThat(altops("status", "--json").out()).contains("\"finished\":false,\"events\":1,");

        assertThat(altops("retention", "purge").out()).contains("removed 1 event of 1 day");
        assertThat(altops("status", "--quiet")).isEqualTo(new Ran(Exit.DONE, "", ""));
        assertThat(database.number("SELECT count(*) FROM purge_log WHERE finished_at IS NULL"))
                .as("what the first receipt says stays")
                .isOne();
    }

    private static void await(BooleanSupplier fact) {
        Instant end = Instant.now().plus(Duration.ofMinutes(1));
        while (!fact.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(end);
        }
    }

    private Ran altopsNow(String... args) {
        return Ran.altopsOn(url, args);
    }

    private Process begun(String... args) {
        try {
            return started(Map.of("DATABASE_URL", url), args);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void it_knows_its_version() throws Exception {
        assertThat(altops("--version").out()).matches("altops \\d+\\.\\d+.*\n");
    }

    @Test
    void it_holds_no_embedded_database() throws Exception {
        Process listing = new ProcessBuilder(program("jar"), "--list", "--file", "target/altops.jar").start();
        String names = new String(listing.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(names).contains("com/altcontext/ops/Altops.class").doesNotContain("devdb", ".txz");
    }

    private Ran altops(String... args) throws IOException, InterruptedException {
        Process process = started(Map.of("DATABASE_URL", url), args);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        return new Ran(exit, out, Files.readString(directory.resolve("err")));
    }

    /** A shell may have started the tests with SIGINT ignored, which every process below it would inherit. */
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
