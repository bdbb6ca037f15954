package com.altcontext.value;

import org.jspecify.annotations.Nullable;

/** Rules for text that comes from outside. Lengths count Unicode code points after trimming. */
public final class Text {
    /** The message for text that is not {@linkplain #isStorable storable}. */
    public static final String UNSTORABLE = "must be UTF-8, without NUL or unpaired surrogates";

    private Text() {}

    /**
     * The trimmed text, if it follows the rules.
     *
     * @throws Rejected naming the field and the rule, never the value
     */
    public static String trimmed(String field, String value, int min, int max) {
        String text = value.strip();
        String fault = lengthFault(text, min, max);
        if (fault == null && !isStorable(text)) {
            fault = UNSTORABLE;
        }
        if (fault != null) {
            throw Rejected.of(field, fault);
        }
        return text;
    }

    /** What is wrong with a name that an operator chose and that must fit in one line; null if nothing is. */
    public static @Nullable String nameFault(String name, int max) {
        String fault = lengthFault(name, 1, max);
        if (fault == null && !isStorable(name)) {
            fault = UNSTORABLE;
        }
        if (fault == null && name.chars().anyMatch(Character::isISOControl)) {
            fault = "must not contain control characters";
        }
        return fault;
    }

    /** What is wrong with the length of the text; null if nothing is. */
    public static @Nullable String lengthFault(String text, int min, int max) {
        int length = text.codePointCount(0, text.length());
        if (length >= min && length <= max) {
            return null;
        }
        return "must be " + (min == max ? "" : min + " to ") + max + " characters";
    }

    /** The text; if it is longer than the maximum, its beginning and an ellipsis. */
    public static String shortened(String text, int max) {
        return text.codePointCount(0, text.length()) > max
                ? text.substring(0, text.offsetByCodePoints(0, max - 1)) + '…'
                : text;
    }

    /** Whether PostgreSQL can store the text: it has no NUL, and nothing that UTF-8 can't encode. */
    public static boolean isStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                boolean paired = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!paired) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
