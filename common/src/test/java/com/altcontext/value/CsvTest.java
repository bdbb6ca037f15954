package com.altcontext.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CsvTest {
    private static String row(@Nullable String... cells) throws IOException {
        StringBuilder out = new StringBuilder();
        Csv.row(out, cells);
        return out.toString();
    }

    @Test
    void plain_cells_are_unchanged_and_a_missing_cell_is_empty() throws IOException {
        assertThat(row("a@example.ca", null, "", "é 🍁 it's", "1-2=3")).isEqualTo("a@example.ca,,,é 🍁 it's,1-2=3\r\n");
    }

    @Test
    void a_cell_with_a_character_that_would_end_it_is_quoted() throws IOException {
        assertThat(row("a,b", "say \"no\"", "one\r\ntwo", "a;b", "\"", ","))
                .isEqualTo("\"a,b\",\"say \"\"no\"\"\",\"one\r\ntwo\",\"a;b\",\"\"\"\",\",\"\r\n");
    }

    /** A terminal that shows the file would obey them: ECMA-48, section 5. */
    @Test
    void control_characters_other_than_tabs_and_line_breaks_are_written_as_escapes() throws IOException {
        assertThat(row("\u001b]0;x\u0007", "\u009b2J\u007f", "a\tb\r\nc"))
                .isEqualTo("\"\\u001b]0;x\\u0007\",\\u009b2J\\u007f,\"a\tb\r\nc\"\r\n");
    }

    @Test
    void a_cell_that_looks_like_a_formula_is_made_text() throws IOException {
        assertThat(row("=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x"))
                .isEqualTo("'=1+1,'+1,'-1,'@SUM(A1),'＝1,'＋1,'－1,'＠x\r\n");
        assertThat(row("\t=1", "\r=1", "\n=1")).isEqualTo("\"'\t'=1\",\"'\r'=1\",\"'\n'=1\"\r\n");
        assertThat(row("=HYPERLINK(\"http://x/?\"&A1,\"y\")"))
                .isEqualTo("\"'=HYPERLINK(\"\"http://x/?\"\"&A1,\"\"y\"\")\"\r\n");
    }

    @Test
    void what_a_french_spreadsheet_would_read_as_a_formula_is_made_text_too() throws IOException {
        assertThat(row("a;=1", "b\n=1", "c\t@x", "d;;-1")).isEqualTo("\"a;'=1\",\"b\n'=1\",\"c\t'@x\",\"d;;'-1\"\r\n");
    }

    @Test
    void a_quotation_mark_does_not_hide_a_formula_from_a_french_spreadsheet() throws IOException {
        assertThat(row("x", "a;\"=1+1\"", "b,=1", "c; \"\"@x"))
                .isEqualTo("x,\"a;'\"\"=1+1\"\"\",\"b,'=1\",\"c;' \"\"\"\"@x\"\r\n");
    }

    // --- how other programs read a file

    /** All texts of up to five characters, of those that matter. */
    private static List<String> hostile() {
        List<String> texts = new ArrayList<>(List.of(""));
        int from = 0;
        for (int length = 1; length <= 5; length++) {
            int to = texts.size();
            for (int i = from; i < to; i++) {
                for (String sign : List.of("=", "\"", ";", ",", "\n", " ", "a")) {
                    texts.add(texts.get(i) + sign);
                }
            }
            from = to;
        }
        return texts;
    }

    @Test
    void a_reader_that_follows_the_standard_gets_every_cell_back() throws IOException {
        for (String text : hostile()) {
            List<List<String>> rows = read(row("first@x.ca", text, "last").replace("'", ""), ',');

            assertThat(rows).isEqualTo(List.of(List.of("first@x.ca", text, "last")));
        }
    }

    /**
     * Each text is in any place of a row, and before another hostile cell, whose quotation marks may close what the
     * text has opened.
     */
    @Test
    void no_spreadsheet_sees_a_formula_whatever_its_separator_is() throws IOException {
        List<String> texts = hostile();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            String other = texts.get((i * 7919) % texts.size());
            String file = row("mail", "channel", "url") + row(text, other, "x") + row("a@x.ca", text, other);
            for (char separator : new char[] {',', ';', '\t'}) {
                if (read(file, separator).stream().flatMap(List::stream).anyMatch(CsvTest::isFormula)) {
                    throw new AssertionError(
                            "a formula if the separator is character " + (int) separator + ": " + file);
                }
            }
        }
    }

    private static boolean isFormula(String cell) {
        String text = cell.stripLeading();
        while (text.startsWith("\"")) {
            text = text.substring(1).stripLeading();
        }
        return text.startsWith("=");
    }

    /**
     * Reads a file as spreadsheets do. A quotation mark at the beginning of a cell opens a quoted text, and the next
     * single quotation mark closes it. What follows is added unchanged. A quotation mark elsewhere is an ordinary
     * character.
     */
    private static List<List<String>> read(String file, char separator) {
        List<List<String>> rows = new ArrayList<>();
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean begins = true;
        boolean quoted = false;
        for (int i = 0; i < file.length(); i++) {
            char c = file.charAt(i);
            if (quoted) {
                boolean isDoubled = c == '"' && i + 1 < file.length() && file.charAt(i + 1) == '"';
                if (c == '"' && !isDoubled) {
                    quoted = false;
                } else {
                    cell.append(c);
                    i += isDoubled ? 1 : 0;
                }
            } else if (c == '"' && begins) {
                quoted = true;
                begins = false;
            } else if (c == separator || c == '\n') {
                cells.add(cell.toString());
                cell.setLength(0);
                begins = true;
                if (c == '\n') {
                    rows.add(cells);
                    cells = new ArrayList<>();
                }
            } else if (c != '\r') {
                cell.append(c);
                begins = false;
            }
        }
        if (!begins || !cells.isEmpty()) {
            cells.add(cell.toString());
            rows.add(cells);
        }
        return rows;
    }
}
