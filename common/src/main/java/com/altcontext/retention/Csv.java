package com.altcontext.retention;

import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a CSV file (RFC 4180) that no spreadsheet computes with: text that strangers sent may look like a formula, which
 * could send the other cells away when the file is opened.
 */
final class Csv {
    /**
     * Where a cell begins that a spreadsheet would take for a formula, in the wide forms of East Asian keyboards too. A
     * spreadsheet whose locale separates by semicolons, as French has it, sees beginnings in the middle of ours.
     */
    private static final Pattern FORMULA = Pattern.compile("(?<=^|[;\\t\\r\\n])(?=[=+\\-@＝＋－＠])|^(?=[\\t\\r\\n])");

    private static final Pattern SPECIAL = Pattern.compile("[\",;\\r\\n\\t]");

    private Csv() {}

    /** @param cells null for an empty one */
    static void row(Appendable out, @Nullable String... cells) throws IOException {
        String separator = "";
        for (String cell : cells) {
            out.append(separator).append(cell == null ? "" : of(cell));
            separator = ",";
        }
        out.append("\r\n");
    }

    /** An apostrophe before it makes a formula text, to read as it was sent. */
    private static String of(String cell) {
        String tame = FORMULA.matcher(cell).replaceAll("'");
        return SPECIAL.matcher(tame).find() ? '"' + tame.replace("\"", "\"\"") + '"' : tame;
    }
}
