package com.altcontext.ops.migration;

import static com.altcontext.ops.CommandRun.altopsOn;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.ops.CommandRun;
import com.altcontext.ops.command.Exit;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class MigrateCommandTest {
    private final String url = TestDatabase.fresh();

    @Test
    void a_dry_run_says_what_a_run_then_does() throws SQLException {
        CommandRun planned = altopsOn(url, "migrate", "--dry-run");
        assertThat(tables()).isZero();
        CommandRun applied = altopsOn(url, "migrate");

        assertThat(planned.exit()).isEqualTo(Exit.DONE);
        assertThat(applied.exit()).isEqualTo(Exit.DONE);
        assertThat(planned.out()).startsWith("would apply 1 ");
        assertThat(applied.out()).isEqualTo(planned.out().replace("would apply", "applied"));
        assertThat(tables()).isPositive();
        assertThat(altopsOn(url, "migrate").out())
                .isEqualTo("nothing to apply: the schema is what this release needs\n");
    }

    @Test
    void status_lists_every_migration_and_its_state() {
        assertThat(altopsOn(url, "migrate", "status").out())
                .contains("1    pending")
                .containsPattern("\n0 of \\d+ applied\n$");
        altopsOn(url, "migrate");
        assertThat(altopsOn(url, "migrate", "status").out())
                .containsPattern("^1 +applied +20\\d\\d-")
                .doesNotContain("pending");
    }

    @Test
    void a_schema_of_a_later_release_can_be_allowed() throws SQLException {
        altopsOn(url, "migrate");
        DatabaseUrl database = DatabaseUrl.parse(url);
        try (Connection connection =
                        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "INSERT INTO flyway_schema_history SELECT max(installed_rank) + 1, '9999', 'later', 'SQL',"
                            + " 'V9999__later.sql', 1, 'later', now(), 1, true FROM flyway_schema_history");
        }

        CommandRun verified = altopsOn(url, "migrate", "verify");
        assertThat(verified.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(verified.out()).isEqualTo("9999 (later) is in the database and newer than this release\n");
        assertThat(altopsOn(url, "migrate", "verify", "--allow-newer").exit()).isEqualTo(Exit.DONE);
        assertThat(altopsOn(url, "status").out()).startsWith("schema        version 9999, newer than this release's ");
    }

    @Test
    void verification_fails_until_the_schema_is_migrated() {
        CommandRun before = altopsOn(url, "migrate", "verify");
        altopsOn(url, "migrate");
        CommandRun after = altopsOn(url, "migrate", "verify");

        assertThat(before.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(before.out()).startsWith("1 (events) is not applied\n");
        assertThat(after.exit()).isEqualTo(Exit.DONE);
        assertThat(after.out()).isEqualTo("the schema is what this release needs\n");
    }

    @Test
    void json_output_is_one_line() {
        assertThat(altopsOn(url, "migrate", "verify", "--json").out())
                .startsWith("{\"ok\":false,\"differences\":[{\"version\":\"1\",\"description\":\"")
                .endsWith("}]}\n");
        assertThat(altopsOn(url, "migrate", "--dry-run", "--json").out())
                .startsWith("{\"ok\":true,\"pending\":[{\"version\":\"1\",\"description\":\"");
        assertThat(altopsOn(url, "migrate", "--json").out()).contains("\"state\":\"applied\",\"appliedAt\":\"20");
        assertThat(altopsOn(url, "--json", "migrate", "status").out()).startsWith("{\"ok\":true,\"migrations\":[{");
    }

    @Test
    void quiet_prints_nothing_and_keeps_the_exit_code() {
        CommandRun ran = altopsOn(url, "migrate", "verify", "--quiet");

        assertThat(ran).isEqualTo(new CommandRun(Exit.CHECK_FAILED, "", ""));
        assertThat(altopsOn(url, "--quiet", "migrate")).isEqualTo(new CommandRun(Exit.DONE, "", ""));
    }

    @Test
    void a_database_url_on_the_command_line_overrides_the_environment() throws SQLException {
        CommandRun ran = CommandRun.altops(
                Map.of("DATABASE_URL", "postgres://none@127.0.0.1:1/x"), "migrate", "--database-url", url);

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(tables()).isPositive();
    }

    @Test
    void two_runs_at_once_both_succeed_and_apply_each_migration_once() throws Exception {
        Callable<CommandRun> run = () -> altopsOn(url, "migrate", "--json");
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<CommandRun>> runs = threads.invokeAll(List.of(run, run));
            assertThat(runs.get(0).get().exit()).isEqualTo(Exit.DONE);
            assertThat(runs.get(1).get().exit()).isEqualTo(Exit.DONE);
            String both = runs.get(0).get().out() + runs.get(1).get().out();
            assertThat(both.split("\"version\":\"1\"", -1)).as("applied once").hasSize(2);
        }
    }

    private int tables() throws SQLException {
        DatabaseUrl database = DatabaseUrl.parse(url);
        try (Connection connection =
                        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) {
            row.next();
            return row.getInt(1);
        }
    }
}
