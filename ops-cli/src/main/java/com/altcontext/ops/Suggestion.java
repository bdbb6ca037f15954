package com.altcontext.ops;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the known word that a mistyped word probably stands for: the one with the fewest typos. */
final class Suggestion {
    /** A word may have one typo for every three of its letters. */
    private static final int LETTERS_PER_TYPO = 3;

    private Suggestion() {}

    static Optional<String> of(String typed, Collection<String> known) {
        return known.stream()
                .filter(word -> distance(typed, word) <= Math.max(1, word.length() / LETTERS_PER_TYPO))
                .min(Comparator.comparingInt((String word) -> distance(typed, word))
                        .thenComparing(word -> word));
    }

    /** How many letters must be added, removed or changed (Levenshtein's distance). */
    private static int distance(String typed, String word) {
        int[] before = new int[word.length() + 1];
        for (int j = 0; j <= word.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= typed.length(); i++) {
            int[] now = new int[word.length() + 1];
            now[0] = i;
            for (int j = 1; j <= word.length(); j++) {
                int changed = before[j - 1] + (typed.charAt(i - 1) == word.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(changed, 1 + Math.min(before[j], now[j - 1]));
            }
            before = now;
        }
        return before[word.length()];
    }
}
