package com.altcontext.ops.imports;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.command.Exit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that cannot be imported as they are. */
class ImportCsvFaultsTest extends ImportCsvFixture {
    @Test
    void a_day_cannot_have_more_bounces_than_visits() throws IOException {
        write("imported_visitors_20260101_20260131.csv", "date,visitors,pageviews,bounces,visits\n%1$s,1,1,9,1\n");

        CommandRun ran = importCsv();

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .startsWith("altops: imported_visitors_20260101_20260131.csv, row 2: more bounces than visits — ");
        assertThat(database.number("SELECT count(*) FROM daily_metric_rollups WHERE imported = 1"))
                .isZero();
    }

    /** Sums of such numbers would overflow a long. */
    @Test
    void a_number_that_is_too_large_for_any_site_is_refused() throws IOException {
        write(
                "imported_visitors_20260101_20260131.csv",
                "date,visitors,pageviews,bounces,visits\n%1$s,1,9223372036854775807,1,1\n");

        CommandRun ran = importCsv();

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("row 2: pageviews must be a number like 1234");
    }

    @Test
    void a_row_that_cannot_be_read_is_named_and_nothing_is_stored() throws IOException {
        write("imported_pages.csv", "date,page,visits,pageviews\n%1$s,/,many,1\n");

        CommandRun ran = importCsv();

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).startsWith("altops: imported_pages.csv, row 2: visits must be a number like 1234 — ");
        assertThat(database.number("SELECT count(*) FROM daily_metric_rollups WHERE imported = 1"))
                .isZero();
        assertThat(database.altops("import", "csv", "--property", "none", export.toString())
                        .exit())
                .isEqualTo(Exit.FAILED);
        assertThat(database.altops("import", "csv", "--property", "default", "/nowhere.csv")
                        .exit())
                .isEqualTo(Exit.USAGE);
    }

    /** PostgreSQL cannot store NUL. A file in UTF-8 cannot contain an unpaired surrogate, so only NUL is tested. */
    @Test
    void a_value_that_cannot_be_stored_is_named() throws IOException {
        write("imported_pages.csv", "date,page,visits,pageviews\n%1$s,/,1,1\n%1$s,/a\0b,1,1\n");

        assertThat(importCsv())
                .isEqualTo(new CommandRun(
                        Exit.FAILED,
                        "",
                        "altops: imported_pages.csv, row 3: a value must be UTF-8, without NUL or unpaired surrogates"
                                + " — correct or remove that row; nothing was stored\n"));
    }

    @Test
    void a_file_that_is_not_in_utf_8_is_refused() throws IOException {
        Files.write(
                export.resolve("imported_pages.csv"),
                "date,page,visits,pageviews\n2026-01-01,/caf\u00e9,1,1\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(importCsv())
                .isEqualTo(new CommandRun(
                        Exit.FAILED,
                        "",
                        "altops: imported_pages.csv is not in UTF-8 — save it as UTF-8; nothing was stored\n"));
    }

    /** Such as the export before it was unpacked. Only the files of the kinds that are stored must be texts. */
    @Test
    void a_file_of_another_kind_is_not_read() throws IOException {
        Path archive = Files.write(export.resolve("export.zip"), new byte[] {'P', 'K', 3, 4, (byte) 0xFF});

        assertThat(database.altops("import", "csv", "--property", "default", archive.toString())
                        .err())
                .isEqualTo("altops: there is no imported_visitors….csv with a day in it"
                        + " — give all files of the export, or their folder\n");
        assertThat(database.altops("import", "csv", "--property", "default", export.toString(), archive.toString())
                        .out())
                .startsWith("imported 2 days of default")
                .contains("skipped export.zip, whose kind of figure is not stored\n");
    }

    @Test
    void a_column_that_is_missing_is_named() throws IOException {
        write("imported_visitors_20260101_20260131.csv", "day,visitors,pageviews,bounces,visits\n%1$s,1,1,1,1\n");

        assertThat(importCsv().err())
                .startsWith("altops: imported_visitors_20260101_20260131.csv, row 1: there is no column date — ");
    }

    /** No window begins before that day, and the service could not answer any request for figures while such a day is stored. */
    @ParameterizedTest
    @ValueSource(strings = {"1969-12-31", "0001-01-01", "0000-01-01", "-0001-01-01"})
    void a_day_before_1970_is_refused(String day) throws IOException {
        write(
                "imported_visitors_20260101_20260131.csv",
                "date,visitors,pageviews,bounces,visits\n" + day + ",1,1,1,1\n");

        assertThat(importCsv())
                .isEqualTo(new CommandRun(
                        Exit.FAILED,
                        "",
                        "altops: imported_visitors_20260101_20260131.csv, row 2: date must not be before 1970-01-01"
                                + " — correct or remove that row; nothing was stored\n"));
    }

    /** Otherwise the whole file would be ignored without a warning, or all its visits would count as direct. */
    @ParameterizedTest
    @CsvSource({
        "sources, source",
        "pages, page",
        "entry_pages, entry_page",
        "exit_pages, exit_page",
        "locations, country",
        "devices, device"
    })
    void a_file_without_the_column_of_its_values_is_refused(String kind, String column) throws IOException {
        write("imported_" + kind + ".csv", "date,value,visits,entrances,exits,pageviews\n%1$s,/,1,1,1,1\n");

        assertThat(importCsv().err())
                .startsWith("altops: imported_" + kind + ".csv, row 1: there is no column " + column + " — ");
    }

    /** A file that ends in the middle of a row. */
    @Test
    void a_row_with_fewer_values_than_columns_is_refused() throws IOException {
        write("imported_pages.csv", "date,page,visits,pageviews\n%1$s,/,3,4\n%1$s,/pri");

        assertThat(importCsv().err())
                .startsWith("altops: imported_pages.csv, row 3: there are fewer values than columns — ");
        assertThat(database.number("SELECT count(*) FROM daily_metric_rollups WHERE imported = 1"))
                .isZero();
    }

    /** Otherwise the rest of the file would be read as one value, and its days would be missing without a warning. */
    @Test
    void a_quote_that_is_not_closed_is_refused_and_one_inside_a_value_is_part_of_it() throws IOException {
        write("imported_pages.csv", "date,page,visits,pageviews\n%1$s,/5\" pipe,3,4\n\n%1$s,/b,1,1\n\n");
        assertThat(importCsv().err()).isEmpty();
        assertThat(database.number("SELECT count(*) FROM daily_dimension_rollups"
                        + " WHERE dimension = 'path' AND (value = '/5\" pipe' AND sessions = 3 OR value = '/b')"))
                .isEqualTo(2);

        write("imported_pages.csv", "date,page,visits,pageviews\n%1$s,/a,3,4\n%1$s,\"/b,1,1\n");
        assertThat(importCsv().err()).startsWith("altops: imported_pages.csv, row 3: a quote is not closed — ");
    }
}
