package com.altcontext.devdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class EmbeddedDatabaseTest {
    @TempDir
    Path directory;

    @Test
    void it_is_durable_and_speaks_utf8_and_utc() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.temporary()) {
            assertThat(database.url())
                    .matches("postgres://postgres:postgres@127\\.0\\.0\\.1:\\d+/postgres\\?sslmode=disable");
            assertThat(ask(database, "SHOW fsync")).isEqualTo("on");
            assertThat(ask(database, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(ask(database, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(ask(database, "SHOW max_connections")).isEqualTo("100");
            assertThat(ask(database, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'"))
                    .isEqualTo("C.UTF-8");
        }
    }

    @Test
    void committed_data_survives_a_stop_and_a_kill_on_the_same_port() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.temporary()) {
            String url = database.url();
            run(database, "CREATE TABLE kept (word text)");
            run(database, "INSERT INTO kept VALUES ('stopped')");

            database.stop();
            assertThatThrownBy(() -> ask(database, "SELECT 1")).isInstanceOf(SQLException.class);
            database.start();
            run(database, "INSERT INTO kept VALUES ('killed')");
            database.kill();
            assertThatThrownBy(() -> ask(database, "SELECT 1")).isInstanceOf(SQLException.class);
            database.start();

            assertThat(database.url()).isEqualTo(url);
            assertThat(ask(database, "SELECT string_agg(word, ' ' ORDER BY word) FROM kept"))
                    .isEqualTo("killed stopped");
        }
    }

    @Test
    void a_frozen_server_keeps_its_connections_and_does_not_answer_until_it_is_thawed() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.temporary();
                Connection open = TestDatabase.connect(database.url());
                Statement statement = open.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE kept AS SELECT 1 AS one");

            database.freeze();
            assertThatThrownBy(() -> ask(database.url() + "&socketTimeout=1", "SELECT 1"))
                    .hasRootCauseInstanceOf(SocketTimeoutException.class);
            database.thaw();

            assertThat(statement.executeQuery("SELECT one FROM kept").next()).isTrue();
            assertThat(ask(database, "SELECT 1")).isEqualTo("1");
            database.freeze();
        }
    }

    @Test
    void data_outlives_the_process_whatever_the_port() throws Exception {
        try (EmbeddedDatabase first = EmbeddedDatabase.at(directory)) {
            run(first, "CREATE TABLE kept AS SELECT 1 AS one");
        }
        try (EmbeddedDatabase second = EmbeddedDatabase.at(directory)) {
            assertThat(ask(second, "SELECT one FROM kept")).isEqualTo("1");
        }
    }

    @Test
    void a_second_start_on_the_same_data_says_that_it_is_in_use() {
        try (EmbeddedDatabase first = EmbeddedDatabase.at(directory)) {
            assertThatThrownBy(() -> EmbeddedDatabase.at(directory))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("another process is using the database in " + directory);
            assertThat(first.url()).isNotEmpty();
        }
    }

    @Test
    void a_refused_start_leaves_the_data_safe_from_other_processes() throws Exception {
        try (EmbeddedDatabase first = EmbeddedDatabase.at(directory)) {
            assertThatThrownBy(() -> EmbeddedDatabase.at(directory)).isInstanceOf(UncheckedIOException.class);

            Process other = start(directory, directory.resolve("ready"));
            try {
                assertThat(other.inputReader().readLine())
                        .as("the address of a server of its own")
                        .isNull();
                assertThat(other.waitFor()).isEqualTo(3);
                assertThat(ask(first, "SELECT 1")).isEqualTo("1");
            } finally {
                other.destroyForcibly();
            }
        }
    }

    @Test
    void data_of_another_version_are_refused_with_what_to_do() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.at(directory)) {
            assertThat(Files.readString(directory.resolve("data/PG_VERSION")).strip())
                    .as("data of the version that is required")
                    .isEqualTo(ask(database, "SELECT current_setting('server_version_num')::int / 10000"));
        }
        Files.writeString(directory.resolve("data/PG_VERSION"), "18\n");

        assertThatThrownBy(() -> EmbeddedDatabase.at(directory))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("are of PostgreSQL 18, and this is PostgreSQL ")
                .hasMessageContaining("remove that directory to begin anew");
        assertThat(directory.resolve("data/postgresql.conf")).exists();
    }

    @Test
    void two_directories_can_be_served_at_once() throws Exception {
        try (EmbeddedDatabase first = EmbeddedDatabase.at(directory.resolve("one"));
                EmbeddedDatabase second = EmbeddedDatabase.at(directory.resolve("two"))) {
            assertThat(first.url()).isNotEqualTo(second.url());
            assertThat(ask(second, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void the_server_that_a_killed_process_left_behind_is_taken_over() throws Exception {
        Path ready = directory.resolve("ready");
        Process owner = start(directory.resolve("data"), ready);
        assertThat(owner.inputReader().readLine()).startsWith("DATABASE_URL=postgres://");
        String orphanUrl = Files.readString(ready).strip();
        run(orphanUrl, "CREATE TABLE kept AS SELECT 1 AS one");
        owner.destroyForcibly().waitFor();
        assertThat(ask(orphanUrl, "SELECT one FROM kept"))
                .as("the orphan still serves")
                .isEqualTo("1");

        try (EmbeddedDatabase heir = EmbeddedDatabase.at(directory.resolve("data"))) {
            assertThat(ask(heir, "SELECT one FROM kept")).isEqualTo("1");
            assertThat(ask(heir, "SELECT pg_postmaster_start_time() > now() - interval '1 hour'"))
                    .isEqualTo("t");
        }
    }

    @Test
    void the_next_test_run_removes_the_temporary_files_of_a_killed_one() throws Exception {
        Path abandoned = Files.createTempDirectory("altcontext-database-");
        Path inUse = Files.createTempDirectory("altcontext-database-");
        Process owner = start(abandoned, directory.resolve("ready"));
        String orphanUrl = owner.inputReader().readLine().substring("DATABASE_URL=".length());
        owner.destroyForcibly().waitFor();
        FileTime longAgo = FileTime.fromMillis(0);
        try (EmbeddedDatabase neighbour = EmbeddedDatabase.at(inUse)) {
            Files.setLastModifiedTime(abandoned, longAgo);
            Files.setLastModifiedTime(inUse, longAgo);

            EmbeddedDatabase.temporary().close();

            assertThat(abandoned).doesNotExist();
            assertThatThrownBy(() -> ask(orphanUrl, "SELECT 1")).isInstanceOf(SQLException.class);
            assertThat(ask(neighbour, "SELECT 1")).isEqualTo("1");
        }
        DataDirectory.delete(inUse);
    }

    /** As if another process deleted it between two steps of this one. */
    @Test
    void a_temporary_directory_that_vanishes_meanwhile_is_passed_over() throws Exception {
        Path vanishing = Files.createTempDirectory(directory, "altcontext-database-");
        Files.createSymbolicLink(
                vanishing.resolve("lock"), directory.resolve("deleted").resolve("lock"));
        Files.setLastModifiedTime(vanishing, FileTime.fromMillis(0));

        assertThatCode(() -> EmbeddedDatabase.sweep(directory)).doesNotThrowAnyException();
    }

    @Test
    void a_number_of_a_dead_server_that_went_to_another_process_is_no_obstacle() throws Exception {
        try (EmbeddedDatabase first = EmbeddedDatabase.at(directory)) {
            run(first, "CREATE TABLE kept AS SELECT 1 AS one");
        }
        Files.write(
                directory.resolve("data/postmaster.pid"),
                List.of(Long.toString(ProcessHandle.current().pid()), directory.toString()));
        try (EmbeddedDatabase second = EmbeddedDatabase.at(directory)) {
            assertThat(ask(second, "SELECT one FROM kept")).isEqualTo("1");
        }
    }

    @Test
    void the_process_for_scripts_stops_its_server_on_request() throws Exception {
        Process process = start(directory, directory.resolve("ready"));
        String url = process.inputReader().readLine().substring("DATABASE_URL=".length());
        assertThat(ask(url, "SELECT 1")).isEqualTo("1");

        process.destroy();

        assertThat(process.waitFor()).isEqualTo(143);
        assertThatThrownBy(() -> ask(url, "SELECT 1")).isInstanceOf(SQLException.class);
        assertThat(directory.resolve("data/postmaster.pid")).doesNotExist();
    }

    @Test
    void the_process_for_scripts_says_how_it_is_used() throws Exception {
        Process process = start(directory);
        assertThat(process.errorReader().readLine()).startsWith("usage: ");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    void fresh_databases_are_empty_and_not_the_same() throws Exception {
        String one = TestDatabase.fresh();
        String other = TestDatabase.fresh();
        run(one, "CREATE TABLE mine (word text)");
        assertThat(ask(other, "SELECT to_regclass('mine') IS NULL")).isEqualTo("t");
        assertThat(ask(one, "SELECT to_regclass('mine') IS NULL")).isEqualTo("f");
    }

    private static Process start(Path... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RunDatabase.class.getName());
        Stream.of(arguments).map(Path::toString).forEach(builder.command()::add);
        return builder.start();
    }

    private static void run(EmbeddedDatabase database, String sql) throws SQLException {
        run(database.url(), sql);
    }

    private static void run(String url, String sql) throws SQLException {
        try (Connection connection = TestDatabase.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(EmbeddedDatabase database, String sql) throws SQLException {
        return ask(database.url(), sql);
    }

    private static String ask(String url, String sql) throws SQLException {
        try (Connection connection = TestDatabase.connect(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }
}
