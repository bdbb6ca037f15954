package com.altcontext.value;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The languages of the pages. */
public enum Language {
    ENGLISH("en"),
    FRENCH("fr");

    /**
     * Only this many characters of a header are read, more than browsers send: 8 KB of subtags take the JDK minutes.
     */
    private static final int MAX_READ = 200;

    /** The tag of BCP 47. */
    private final String tag;

    Language(String tag) {
        this.tag = tag;
    }

    public String tag() {
        return tag;
    }

    /** The language with that tag; null if there is none. */
    public static @Nullable Language named(@Nullable String tag) {
        for (Language language : values()) {
            if (language.tag.equals(tag)) {
                return language;
            }
        }
        return null;
    }

    /**
     * The language that a browser prefers; English if it names none of these.
     *
     * @param acceptLanguage the header {@code Accept-Language} (RFC 9110, section 12.5.4)
     */
    public static Language preferred(@Nullable String acceptLanguage) {
        try {
            List<Locale.LanguageRange> ranges =
                    acceptLanguage == null ? List.of() : Locale.LanguageRange.parse(shortened(acceptLanguage));
            Language language = named(Locale.lookupTag(
                    ranges, Arrays.stream(values()).map(Language::tag).toList()));
            return language == null ? ENGLISH : language;
        } catch (IllegalArgumentException unreadable) {
            return ENGLISH;
        }
    }

    /** Cuts a long header before a comma, so that only whole language ranges are left. */
    private static String shortened(String header) {
        return header.length() <= MAX_READ
                ? header
                : header.substring(0, Math.max(0, header.lastIndexOf(',', MAX_READ)));
    }
}
