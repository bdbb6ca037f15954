package com.altcontext.ops.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rows of a CSV file (RFC 4180) whose first row names the columns. */
final class CsvReader {
    private final String text;
    private int at;

    private CsvReader(String text) {
        this.text = text;
    }

    /** A row breaks the format. The message says how, and holds no value of it. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final transient int row;

        private Malformed(int row, String what) {
            super(what, null, false, false);
            this.row = row;
        }
    }

    /**
     * Each row as a map of its values by the names of the columns; empty for a blank line. Values beyond the named columns are ignored.
     *
     * @throws Malformed if the text ends inside a quoted value, or if a row has fewer values than there are columns: then the file may
     *     have been cut off
     */
    static List<Map<String, String>> rows(String text) {
        CsvReader reader = new CsvReader(text.startsWith("\uFEFF") ? text.substring(1) : text);
        List<Map<String, String>> rows = new ArrayList<>();
        List<String> names = reader.row(1);
        while (reader.at < reader.text.length()) {
            List<String> cells = reader.row(rows.size() + 2);
            Map<String, String> row = new LinkedHashMap<>();
            boolean isBlank = cells.size() == 1 && cells.getFirst().isBlank();
            if (!isBlank && cells.size() < names.size()) {
                throw new Malformed(rows.size() + 2, "there are fewer values than columns");
            }
            for (int i = 0; !isBlank && i < names.size(); i++) {
                row.put(names.get(i).strip(), cells.get(i).strip());
            }
            rows.add(row);
        }
        return rows;
    }

    private List<String> row(int number) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean isQuoted = false;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (isQuoted) {
                boolean isEscaped = c == '"' && at < text.length() && text.charAt(at) == '"';
                if (c != '"' || isEscaped) {
                    cell.append(c);
                    at += isEscaped ? 1 : 0;
                } else {
                    isQuoted = false;
                }
            } else if (c == '"' && cell.isEmpty()) {
                isQuoted = true;
            } else if (c == ',') {
                cells.add(cell.toString());
                cell.setLength(0);
            } else if (c == '\n') {
                break;
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        if (isQuoted) {
            throw new Malformed(number, "a quote is not closed");
        }
        cells.add(cell.toString());
        return cells;
    }
}
