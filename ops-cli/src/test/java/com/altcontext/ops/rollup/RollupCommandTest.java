package com.altcontext.ops.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class RollupCommandTest {
    private final MigratedDatabase database = MigratedDatabase.fresh();
    private final LocalDate today = CommandRun.TODAY;

    @Test
    void without_a_day_every_day_that_needs_a_rollup_gets_one() {
        database.event("default", 1);
        CommandRun ran = database.altops("rollup");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(ran.out())
                .contains(today.minusDays(1) + "  1 event\n", today + "  0 events\n")
                .endsWith("rolled up 9 days\n");
        assertThat(database.number("SELECT sum(page_views) FROM daily_metric_rollups"))
                .isOne();
    }

    @Test
    void a_given_day_or_range_is_rolled_up() {
        assertThat(database.altops("rollup", "--day", today.toString()).out())
                .isEqualTo(today + "  0 events\nrolled up 1 day\n");
        assertThat(database.altops(
                                "rollup",
                                "--from",
                                today.minusDays(2).toString(),
                                "--to",
                                today.toString(),
                                "--property",
                                "default",
                                "--json")
                        .out())
                .startsWith("{\"ok\":true,\"property\":\"default\",\"days\":[{\"day\":\"" + today.minusDays(2)
                        + "\",\"events\":0,\"tookMs\":");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rollup --day yesterday",
                "rollup --day +999999999-12-31",
                "rollup --day -999999999-01-01",
                "rollup --from 2026-01-01 --to +999999999-12-31",
                "rollup check --day +999999999-12-31",
                "rollup --day 2026-01-01 --from 2026-01-01 --to 2026-01-02",
                "rollup --from 2026-01-01",
                "rollup --from 2026-01-02 --to 2026-01-01",
                "rollup --from 1900-01-01 --to 2026-01-01",
            })
    void invalid_days_are_wrong_usage(String line) {
        CommandRun ran = database.altops(line.split(" ", -1));

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).startsWith("altops: ").hasLineCount(1).doesNotContain("java");
    }

    @Test
    void a_day_without_raw_events_and_an_unknown_property_are_refused() {
        CommandRun gone =
                database.altops("rollup", "--day", today.minusDays(200).toString());
        CommandRun unknown = database.altops("rollup", "--property", "unknown");

        assertThat(gone.exit()).isEqualTo(Exit.FAILED);
        assertThat(gone.err()).contains("are gone", " — the figures are unchanged");
        assertThat(unknown.exit()).isEqualTo(Exit.FAILED);
        assertThat(unknown.err()).contains("there is no property unknown");
    }

    /** There are such days after weeks in which no service ran and nothing created partitions. */
    @Test
    void a_range_leaves_out_days_without_raw_events_and_names_them() {
        String[] range = {"rollup", "--from", today.minusDays(11).toString(), "--to", today.toString()};
        CommandRun ran = database.altops(range);

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.out())
                .startsWith(today.minusDays(9) + "  0 events\n")
                .contains("refused: the raw events of " + today.minusDays(11) + " are gone\n")
                .endsWith("refused: the raw events of " + today.minusDays(10) + " are gone\nrolled up 10 days\n");
        assertThat(database.altops(Stream.concat(Stream.of(range), Stream.of("--json"))
                                .toArray(String[]::new))
                        .out())
                .startsWith("{\"ok\":false,")
                .contains("\"refused\":[\"the raw events of " + today.minusDays(11));
    }

    @Test
    void a_clock_that_is_days_ahead_of_the_database_causes_no_rollup_of_future_days() {
        CommandRun ran = CommandRun.at(CommandRun.NOW.plus(Duration.ofDays(10)), database.with(Map.of()), "rollup");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .matches("altops: this machine's clock is (9|10) days ahead of the database's"
                        + " — nothing was rolled up; set the clock, then try again\n");
        assertThat(database.number("SELECT count(*) FROM rollup_days")).isZero();
    }

    @Test
    void a_read_only_database_is_reported() {
        database.run("""
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$
                """);

        assertThat(database.altops("rollup").err())
                .isEqualTo("altops: the database is read-only — it is a replica, or its disk is nearly full: use the"
                        + " primary (Fly: port 5432, not 5433), or extend the disk\n");
    }

    @Test
    void status_shows_how_fresh_the_rollups_are_and_fails_without_any() {
        CommandRun before = database.altops("rollup", "status");
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        CommandRun after = database.altops("rollup", "status");

        assertThat(before).isEqualTo(new CommandRun(Exit.CHECK_FAILED, "never rolled up\n", ""));
        assertThat(after.exit()).isEqualTo(Exit.DONE);
        assertThat(after.out()).startsWith("through " + today + ", at ").endsWith(", 0 days behind, no gaps\n");
        assertThat(database.altops("rollup", "status", "--json").out())
                .startsWith("{\"ok\":true,\"rollups\":{\"rolledUpThrough\":\"" + today + "\"");
    }

    @Test
    void a_figure_that_differs_from_the_raw_rows_is_named() {
        database.event("default", 1);
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("rollup", "check"))
                .isEqualTo(new CommandRun(Exit.DONE, "0 differences on 8 days\n", ""));

        database.run("UPDATE daily_metric_rollups SET page_views = 7 WHERE page_views = 1");
        CommandRun ran = database.altops("rollup", "check");
        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out())
                .contains(today.minusDays(1) + "  default  totalPageViews: rolled up 7.0, raw 1.0\n")
                .endsWith(" on 8 days\n");
        assertThat(database.altops(
                                "rollup", "check", "--day", today.minusDays(1).toString(), "--json")
                        .out())
                .startsWith("{\"ok\":false,\"days\":[\"" + today.minusDays(1) + "\"],\"differences\":[{\"day\":");
        assertThat(database.altops(
                                "rollup", "check", "--day", today.minusDays(2).toString())
                        .exit())
                .isEqualTo(Exit.DONE);
    }

    @Test
    void a_check_of_an_unknown_property_or_a_future_day_is_refused() {
        CommandRun unknown = database.altops("rollup", "check", "--property", "unknown");
        CommandRun future =
                database.altops("rollup", "check", "--day", today.plusDays(1).toString());

        assertThat(unknown.exit()).isEqualTo(Exit.FAILED);
        assertThat(unknown.err()).contains("there is no property unknown");
        assertThat(future.exit()).isEqualTo(Exit.FAILED);
        assertThat(future.err()).contains("is still to come");
    }

    @Test
    void the_view_is_created_and_then_refreshed() {
        assertThat(database.altops("rollup", "view")).isEqualTo(new CommandRun(Exit.DONE, "made the view\n", ""));
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("rollup", "view", "--json").out()).isEqualTo("{\"ok\":true,\"made\":false}\n");
        assertThat(database.number("SELECT count(*) FROM daily_figures")).isPositive();
    }

    @Test
    void a_purged_day_is_not_compared() {
        assertThat(database.altops("retention", "purge").exit()).isEqualTo(Exit.DONE);
        CommandRun ran =
                database.altops("rollup", "check", "--day", today.minusDays(200).toString());

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("the raw events of", "are gone — the figures are unchanged");
    }

    @Test
    void a_day_that_a_killed_purge_dropped_is_not_compared() {
        String day = today.minusDays(100).toString();
        database.number("SELECT ensure_event_partition('" + day + "')::int");
        database.event("default", 100);
        assertThat(database.altops("rollup", "--day", day).exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("rollup", "check", "--day", day).exit()).isEqualTo(Exit.DONE);

        database.run("DROP TABLE events_" + day.replace("-", ""));
        CommandRun ran = database.altops("rollup", "check", "--day", day);

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("the raw events of", "are gone — the figures are unchanged");
    }

    @Test
    void a_range_is_compared_although_its_first_day_was_purged() {
        database.event("default", 1);
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        String[] range = {
            "rollup",
            "check",
            "--from",
            today.minusDays(200).toString(),
            "--to",
            today.minusDays(1).toString()
        };
        database.run(
                "DROP TABLE IF EXISTS events_" + today.minusDays(200).toString().replace("-", ""));
        String yesterday = "'" + today.minusDays(1) + "'";
        database.run("UPDATE daily_metric_rollups SET page_views = 7 WHERE day = " + yesterday);

        CommandRun ran = database.altops(range);

        assertThat(ran.exit()).as(ran.err()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out())
                .contains(
                        "refused: the raw events of " + today.minusDays(200), "totalPageViews: rolled up 7.0, raw 1.0");
        database.run("UPDATE daily_metric_rollups SET page_views = 1 WHERE day = " + yesterday);
        assertThat(database.altops(range).exit()).isEqualTo(Exit.FAILED);
    }

    @Test
    void two_runs_at_once_both_succeed() throws Exception {
        database.event("default", 1);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<CommandRun>> runs =
                    threads.invokeAll(List.of(() -> database.altops("rollup"), () -> database.altops("rollup")));
            for (Future<CommandRun> run : runs) {
                assertThat(run.get().exit()).as(run.get().err()).isEqualTo(Exit.DONE);
            }
        }
        assertThat(database.number("SELECT sum(page_views) FROM daily_metric_rollups"))
                .isOne();
    }

    @Test
    void an_unknown_property_is_refused_with_the_command_that_lists_properties() {
        for (String command : List.of("rollup", "rollup check")) {
            CommandRun ran = database.altops((command + " --property nosuch").split(" "));

            assertThat(ran.exit()).isEqualTo(Exit.FAILED);
            assertThat(ran.err())
                    .isEqualTo("altops: there is no property nosuch — see them with: altops property list\n");
        }
    }
}
