package com.altcontext.ops.imports;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.command.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ImportCsvCommandTest extends ImportCsvFixture {
    private long sum(String column) {
        return database.number("SELECT sum(" + column + ")::bigint FROM daily_metric_rollups WHERE imported = 1");
    }

    @Test
    void imported_days_are_stored_as_totals_and_marked_as_imported() {
        CommandRun ran = importCsv();

        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .isEqualTo("imported 2 days of default, " + DAY + " to " + DAY.plusDays(1)
                        + ", with 39 page views\nskipped imported_browsers.csv, whose kind of figure is not stored\n");
        assertThat(database.tablesWithoutStatistics()).isZero();
        assertThat(sum("unique_visitors")).isEqualTo(18);
        assertThat(sum("sessions")).isEqualTo(20);
        assertThat(sum("bounces")).isEqualTo(11);
        assertThat(sum("from_organic_search")).isEqualTo(5);
        assertThat(sum("from_direct")).isEqualTo(3);
        assertThat(sum("from_email")).isEqualTo(2);
        // The source is unknown for one visit of the first day and for all eight of the second.
        assertThat(sum("from_unknown")).isEqualTo(1 + 8);
        assertThat(database.number("SELECT sessions * 100 + page_views FROM daily_dimension_rollups"
                        + " WHERE dimension = 'path' AND value = '/a,b'"))
                .isEqualTo(310);
        assertThat(database.number("SELECT sessions FROM daily_dimension_rollups WHERE dimension = 'utm_campaign'"
                        + " AND value = 'autumn, \"first\"'"))
                .isEqualTo(2);
        assertThat(
                        database.number(
                                "SELECT sessions FROM daily_dimension_rollups WHERE dimension = 'device' AND value = 'desktop'"))
                .isEqualTo(6);
    }

    @Test
    void another_import_replaces_imported_days_and_a_rollup_does_not() {
        importCsv();
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        CommandRun again = importCsv();

        assertThat(again.exit()).isEqualTo(Exit.DONE);
        assertThat(sum("imported")).isEqualTo(2);
        assertThat(sum("page_views")).isEqualTo(39);
        assertThat(database.number("SELECT count(*) FROM daily_dimension_rollups WHERE dimension = 'path'"
                        + " AND value IS NOT NULL"))
                .isEqualTo(2);
    }

    @Test
    void days_that_the_property_counted_itself_are_skipped() {
        database.event("default", 39);

        CommandRun ran = importCsv();

        assertThat(ran.out())
                .startsWith("imported 1 day of default")
                .contains("skipped 1 day from " + DAY.plusDays(1) + " on, which default counts itself\n");
        assertThat(sum("page_views")).isEqualTo(30);
    }

    private void write(LocalDate... days) throws IOException {
        Files.writeString(
                export.resolve("imported_visitors_20260101_20260131.csv"),
                Stream.of(days)
                        .map(day -> day + ",10,30,4,12\n")
                        .collect(Collectors.joining("", "date,visitors,pageviews,bounces,visits\n", "")));
    }

    @Test
    void days_that_the_next_purge_removes_are_named() throws IOException {
        LocalDate kept = CommandRun.TODAY.minusMonths(24);
        write(kept.minusDays(2), kept.minusDays(1), kept);

        assertThat(importCsv("--dry-run").out())
                .contains("\nthe next purge removes the 2 days before " + kept
                        + ": first raise ROLLUP_RETENTION_MONTHS to keep them\n");
        assertThat(importCsv("--json").out()).contains("\"expiredDays\":2");
        assertThat(database.altops("retention", "purge").exit()).isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM daily_metric_rollups WHERE imported = 1"))
                .isEqualTo(1);
    }

    @Test
    void commands_that_compute_the_days_of_one_property_leave_out_imported_days() throws IOException {
        LocalDate day = CommandRun.TODAY.minusDays(3);
        write(day.minusDays(1), day);
        database.event("default", 1);
        importCsv();

        CommandRun rolled = database.altops("rollup", "--property", "default");
        assertThat(rolled.err()).isEmpty();
        assertThat(rolled.out())
                .doesNotContain(day.toString())
                .contains(CommandRun.TODAY.minusDays(1) + "  1 event\n")
                .endsWith("rolled up 7 days\n");
        assertThat(database.altops("rollup", "check", "--property", "default"))
                .isEqualTo(new CommandRun(Exit.DONE, "0 differences on 6 days\n", ""));
        assertThat(database.altops("property", "set", "default", "--time-zone", "America/Toronto")
                        .err())
                .isEmpty();
        assertThat(database.number("SELECT count(*) FROM daily_metric_rollups WHERE time_zone = 'America/Toronto'"
                        + " AND imported = 0 AND page_views = 1"))
                .isOne();
        assertThat(sum("page_views")).isEqualTo(60);
        assertThat(database.altops("rollup", "--property", "default", "--day", day.toString())
                        .err())
                .startsWith("altops: another system counted " + day + " for default — ");
    }

    @Test
    void json_output_has_what_the_text_output_has() throws IOException {
        LocalDate kept = CommandRun.TODAY.minusMonths(24);
        write(kept.minusDays(1), kept, CommandRun.TODAY);

        assertThat(importCsv("--dry-run", "--json").out())
                .contains("\"leftDays\":1,\"leftFrom\":\"" + CommandRun.TODAY + "\"")
                .contains("\"expiredDays\":1,\"rollupsKeptFrom\":\"" + kept + "\"")
                .contains("\"leftFiles\":[\"imported_browsers.csv\"]");
    }

    @Test
    void days_from_today_on_are_skipped() throws IOException {
        database.run("UPDATE properties SET time_zone = 'Pacific/Kiritimati'");
        LocalDate today = CommandRun.TODAY.plusDays(1); // In Kiritimati it is two in the morning of the next day.
        write(today.minusDays(2), today.minusDays(1), today, today.plusDays(120));

        assertThat(importCsv().out())
                .startsWith("imported 2 days of default, " + today.minusDays(2) + " to " + today.minusDays(1))
                .contains("skipped 2 days from " + today + " on, which default counts itself\n");
        assertThat(sum("imported")).isEqualTo(2);
    }

    @Test
    void a_day_that_appears_twice_in_files_of_the_same_kind_is_refused() throws IOException {
        write(
                "imported_sources_2.csv",
                "date,source,referrer,visits\n%2$s,Google,google.com,5\n%1$s,Google,google.com,5\n");
        CommandRun sources = importCsv();
        Files.delete(export.resolve("imported_sources_2.csv"));
        write("imported_visitors_2.csv", "date,visitors,pageviews,bounces,visits\n%2$s,8,9,7,8\n");
        CommandRun visitors = importCsv();
        Files.delete(export.resolve("imported_visitors_2.csv"));
        write(DAY, DAY);
        CommandRun rows = importCsv();

        assertThat(sources.exit()).isEqualTo(Exit.FAILED);
        assertThat(sources.err())
                .startsWith("altops: imported_sources_2.csv, row 3: imported_sources.csv has the same day — ");
        assertThat(visitors.err())
                .startsWith(
                        "altops: imported_visitors_20260101_20260131.csv, row 3: imported_visitors_2.csv has the same day");
        assertThat(rows.err())
                .startsWith("altops: imported_visitors_20260101_20260131.csv, row 3: another row has the same day — ");
        assertThat(database.number("SELECT count(*) FROM daily_metric_rollups WHERE imported = 1"))
                .isZero();
    }

    @Test
    void imported_days_are_not_computed_again_after_a_change_of_time_zone() throws IOException {
        LocalDate day = CommandRun.TODAY.minusDays(30);
        database.number("SELECT ensure_event_partition('" + day + "')::int");
        database.number("SELECT ensure_event_partition('" + day.plusDays(1) + "')::int");
        write(day);
        importCsv();
        assertThat(database.altops("rollup").out()).contains(day.toString());
        assertThat(database.altops("rollup").out()).doesNotContain(day.toString());

        assertThat(database.altops("property", "set", "default", "--time-zone", "America/Toronto")
                        .exit())
                .isEqualTo(Exit.DONE);

        assertThat(database.altops("rollup").out()).doesNotContain(day.toString());
    }

    private CommandRun remove(String... more) {
        return database.altops(
                Stream.concat(Stream.of("import", "csv", "--property", "default", "--remove"), Stream.of(more))
                        .toArray(String[]::new));
    }

    @Test
    void the_imported_days_of_a_property_can_be_removed_and_those_of_others_stay() {
        database.run("INSERT INTO properties VALUES ('docs', 'Docs')");
        database.altops("import", "csv", "--property", "docs", export.toString());
        importCsv();

        assertThat(remove("--dry-run"))
                .isEqualTo(new CommandRun(Exit.DONE, "would remove 2 imported days of default\n", ""));
        assertThat(sum("imported")).isEqualTo(4);
        assertThat(remove()).isEqualTo(new CommandRun(Exit.DONE, "removed 2 imported days of default\n", ""));
        assertThat(remove("--json").out()).contains("\"removed\":0");
        assertThat(database.number("SELECT count(*) FROM daily_metric_rollups WHERE property_id = 'docs'"))
                .isEqualTo(2);
        assertThat(importCsv().out()).startsWith("imported 2 days of default");
    }

    @Test
    void files_and_the_removal_exclude_each_other() {
        assertThat(remove(export.toString()).exit()).isEqualTo(Exit.USAGE);
        assertThat(database.altops("import", "csv", "--property", "default")).satisfies(ran -> {
            assertThat(ran.exit()).isEqualTo(Exit.USAGE);
            assertThat(ran.err()).contains("FILE");
        });
    }

    @Test
    void imported_days_are_removed_with_their_property_and_those_of_others_stay() {
        database.run("INSERT INTO properties VALUES ('docs', 'Docs')");
        assertThat(database.altops("import", "csv", "--property", "docs", export.toString())
                        .exit())
                .isEqualTo(Exit.DONE);
        assertThat(importCsv().exit()).isEqualTo(Exit.DONE);

        assertThat(database.altops("property", "remove", "docs").exit()).isEqualTo(Exit.DONE);

        for (String table : List.of("daily_metric_rollups", "daily_dimension_rollups")) {
            assertThat(database.number("SELECT count(*) FROM " + table + " WHERE property_id = 'docs'"))
                    .as(table)
                    .isZero();
        }
        assertThat(sum("page_views")).isEqualTo(39);
    }

    @Test
    void a_dry_run_stores_nothing() {
        assertThat(importCsv("--dry-run").out()).startsWith("would import 2 days of default");
        assertThat(database.number("SELECT count(*) FROM daily_metric_rollups WHERE imported = 1"))
                .isZero();
    }
}
