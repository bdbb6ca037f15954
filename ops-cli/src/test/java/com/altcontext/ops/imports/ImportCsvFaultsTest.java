package com.altcontext.ops.imports;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.command.Exit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

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

    @Test
    void a_column_that_is_missing_is_named() throws IOException {
        write("imported_visitors_20260101_20260131.csv", "day,visitors,pageviews,bounces,visits\n%1$s,1,1,1,1\n");

        assertThat(importCsv().err())
                .startsWith("altops: imported_visitors_20260101_20260131.csv, row 1: there is no column date — ");
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
