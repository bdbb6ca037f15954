package com.altcontext.value;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a CSV file (RFC 4180) in which spreadsheets find no formula. A stranger's text may look like a formula, which
 * could send the other cells to them when the file is opened.
 */
public final class Csv {
    /**
     * Where a spreadsheet could see the beginning of a formula, also in the wide forms of East Asian keyboards. In a French
     * locale, a spreadsheet splits rows at semicolons and line breaks, even within quotation marks, and skips those at the
     * beginning of a cell. It may be set to split at commas or tabs as well.
     */
    private static final Pattern FORMULA =
            Pattern.compile("(?<=^|[,;\\t\\r\\n])(?=[ \\u00A0\\uFEFF\"]*[=+\\-@＝＋－＠])|^(?=[\\t\\r\\n])");

    private static final Pattern SPECIAL = Pattern.compile("[\",;\\r\\n\\t]");

    private Csv() {}

    /** @param cells null for an empty one */
    public static void row(Appendable out, @Nullable String... cells) throws IOException {
        String separator = "";
        for (String cell : cells) {
            out.append(separator).append(cell == null ? "" : of(cell));
            separator = ",";
        }
        out.append("\r\n");
    }

    /** A time to the second, which is as much as a spreadsheet reads. */
    public static @Nullable String time(@Nullable Instant at) {
        return at == null ? null : at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** An apostrophe in front turns a formula into text. */
    private static String of(String cell) {
        String tame = FORMULA.matcher(cell).replaceAll("'");
        return SPECIAL.matcher(tame).find() ? '"' + tame.replace("\"", "\"\"") + '"' : tame;
    }
}
