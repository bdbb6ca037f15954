package com.altcontext.attribution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Searches a text for all phrases of a data file in one pass. A table keyed by three characters tells which phrases may
 * begin at a place, so a few hundred phrases cost about as much as one, and no text can make the search slow. The
 * comment at the top of {@code crawlers.txt} explains the format of the lines.
 */
final class Phrases {
    /** The number of characters at the beginning of a phrase that are its key. No phrase can be shorter. */
    private static final int KEY_LENGTH = 3;

    private static final int TABLE_SIZE = 2048;

    private final Phrase[][] table = new Phrase[TABLE_SIZE][];
    private final List<Phrase> exceptions = new ArrayList<>();

    private Phrases() {}

    static Phrases read(String dataFile) {
        return of(DataFile.lines(dataFile));
    }

    static Phrases of(List<String> lines) {
        Phrases phrases = new Phrases();
        for (String line : lines) {
            if (line.startsWith("!")) {
                phrases.exceptions.add(Phrase.parse(line.substring(1)));
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

    /** Whether the text, which must be in lower case, contains one of the phrases. */
    boolean foundIn(String text) {
        for (int i = 0; i + KEY_LENGTH <= text.length(); i++) {
            Phrase[] candidates = table[slot(text, i)];
            if (candidates == null) {
                continue;
            }
            for (Phrase phrase : candidates) {
                if (phrase.isAt(text, i) && !isInException(text, i, i + phrase.text.length())) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isInException(String text, int start, int end) {
        for (Phrase exception : exceptions) {
            int length = exception.text.length();
            for (int i = Math.max(0, end - length); i <= start; i++) {
                if (exception.isAt(text, i)) {
                    return true;
                }
            }
        }
        return false;
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
                        "a phrase must be in lower case and have at least three characters: " + line);
            }
            return new Phrase(text, starts, ends, wordStarts, wordEnds);
        }

        boolean isAt(String whole, int i) {
            int end = i + text.length();
            return whole.startsWith(text, i)
                    && (!starts || i == 0)
                    && (!ends || end == whole.length())
                    && (!wordStarts || i == 0 || !Character.isLetterOrDigit(whole.charAt(i - 1)))
                    && (!wordEnds || end == whole.length() || !Character.isLetterOrDigit(whole.charAt(end)));
        }
    }
}
