package com.altcontext.api.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The languages of the pages. */
public enum Language {
    ENGLISH("en"),
    FRENCH("fr");

    /** As BCP 47 names it. */
    private final String tag;

    Language(String tag) {
        this.tag = tag;
    }

    public String tag() {
        return tag;
    }

    /** The one of that name; null if there is none. */
    public static @Nullable Language named(@Nullable String tag) {
        for (Language language : values()) {
            if (language.tag.equals(tag)) {
                return language;
            }
        }
        return null;
    }

    /**
     * The one that a browser prefers, English if it does not say.
     *
     * @param acceptLanguage the header of that name (RFC 9110, section 12.5.4)
     */
    public static Language preferred(@Nullable String acceptLanguage) {
        if (acceptLanguage == null) {
            return ENGLISH;
        }
        try {
            for (Locale.LanguageRange range : Locale.LanguageRange.parse(acceptLanguage)) {
                Language language = named(range.getRange().split("-", 2)[0]);
                if (range.getWeight() > 0 && language != null) {
                    return language;
                }
            }
        } catch (IllegalArgumentException unreadable) {
            // English, as without a header.
        }
        return ENGLISH;
    }
}
