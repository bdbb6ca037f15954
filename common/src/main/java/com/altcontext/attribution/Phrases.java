package com.altcontext.attribution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The phrases of a data file, all searched for in one pass over a text. A table keyed by three characters says which
 * phrases may begin at a place, so some hundred phrases cost about as much as one, and no text can make it slow. The
 * head of {@code crawlers.txt} explains the lines.
 */
final class Phrases {
    /** How many characters of a phrase are its key: a phrase cannot be shorter. */
    private static final int KEY_LENGTH = 3;

    private static final int TABLE_SIZE = 2048;

    private final Phrase[][] table = new Phrase[TABLE_SIZE][];
    private final List<Phrase> notMeant = new ArrayList<>();

    private Phrases() {}

    static Phrases read(String dataFile) {
        return of(DataFile.lines(dataFile));
    }

    static Phrases of(List<String> lines) {
        Phrases phrases = new Phrases();
        for (String line : lines) {
            if (line.startsWith("!")) {
                phrases.notMeant.add(Phrase.parse(line.substring(1)));
            } else {
                phrases.add(Phrase.parse(line));
            }
        }
        return phrases;
    }

    private void add(Phrase phrase) {
        int slot = slot(phrase.text, 0);
        Phrase[] before = table[slot] == null ? new Phrase[0] : table[slot];
        Phrase[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = phrase;
        table[slot] = after;
    }

    /** Whether the text, which is in lower case, contains one of the phrases. */
    boolean foundIn(String text) {
        for (int i = 0; i + KEY_LENGTH <= text.length(); i++) {
            Phrase[] candidates = table[slot(text, i)];
            if (candidates == null) {
                continue;
            }
            for (Phrase phrase : candidates) {
                if (phrase.standsIn(text, i) && isMeant(text, i, i + phrase.text.length())) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isMeant(String text, int start, int end) {
        for (Phrase exception : notMeant) {
            int length = exception.text.length();
            for (int i = Math.max(0, end - length); i <= start; i++) {
                if (exception.standsIn(text, i)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int slot(String text, int i) {
        int key = (text.charAt(i) * 31 + text.charAt(i + 1)) * 31 + text.charAt(i + 2);
        return (key * 0x9E3779B9) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(TABLE_SIZE));
    }

    private record Phrase(String text, boolean starts, boolean ends, boolean wordStarts, boolean wordEnds) {

        static Phrase parse(String line) {
            boolean starts = line.startsWith("^");
            boolean wordStarts = line.startsWith("~");
            boolean ends = line.endsWith("$");
            boolean wordEnds = line.endsWith("~");
            String text =
                    line.substring(starts || wordStarts ? 1 : 0, ends || wordEnds ? line.length() - 1 : line.length());
            if (text.length() < KEY_LENGTH || !text.equals(text.toLowerCase(Locale.ROOT))) {
                throw new IllegalStateException(
                        "a phrase is in lower case and has three characters or more, and this is not: " + line);
            }
            return new Phrase(text, starts, ends, wordStarts, wordEnds);
        }

        boolean standsIn(String whole, int i) {
            int end = i + text.length();
            return whole.startsWith(text, i)
                    && (!starts || i == 0)
                    && (!ends || end == whole.length())
                    && (!wordStarts || i == 0 || !Character.isLetterOrDigit(whole.charAt(i - 1)))
                    && (!wordEnds || end == whole.length() || !Character.isLetterOrDigit(whole.charAt(end)));
        }
    }
}
