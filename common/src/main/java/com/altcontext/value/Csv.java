package com.altcontext.value;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows of a CSV file (RFC 4180) in which spreadsheets find no formulas. A stranger could send a text that is a
 * formula; when the file is opened, it could send the other cells to the stranger.
 */
public final class Csv {
    /** Spreadsheets read a file as UTF-8 only if it begins with this. */
    public static final String BYTE_ORDER_MARK = "\uFEFF";

    /**
     * The places where a spreadsheet could see the beginning of a formula, also in the wide forms of East Asian
     * keyboards. In a French locale, a spreadsheet splits rows at semicolons and line breaks, even within quotation
     * marks, and skips those at the beginning of a cell. It may be configured to split at commas or tabs as well.
     */
    private static final Pattern FORMULA =
            Pattern.compile("(?<=^|[,;\\t\\r\\n])(?=[ \\u00A0\\uFEFF\"]*[=+\\-@＝＋－＠])|^(?=[\\t\\r\\n])");

    /** A terminal would obey these. They are in no text that people write. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\\t\\r\\n]]");

    private static final Pattern SPECIAL = Pattern.compile("[\",;\\r\\n\\t]");

    private Csv() {}

    /** @param cells null for an empty cell */
    public static void row(Appendable out, @Nullable String... cells) throws IOException {
        String separator = "";
        for (String cell : cells) {
            out.append(separator).append(cell == null ? "" : of(cell));
            separator = ",";
        }
        out.append("\r\n");
    }

    /** A time in whole seconds: spreadsheets can't read fractions. */
    public static @Nullable String time(@Nullable Instant at) {
        return at == null ? null : at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Puts an apostrophe before each formula, which turns it into text, and writes control characters as in JSON. */
    private static String of(String cell) {
        String printable = CONTROL.matcher(cell)
                .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)));
        String tame = FORMULA.matcher(printable).replaceAll("'");
        return SPECIAL.matcher(tame).find() ? '"' + tame.replace("\"", "\"\"") + '"' : tame;
    }
}
