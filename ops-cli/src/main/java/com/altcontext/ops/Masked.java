package com.altcontext.ops;

import java.util.List;
import java.util.regex.Pattern;

/** Text of another program, with what must not be shown taken out: logins, tokens, network and e-mail addresses. */
final class Masked {
    private static final Pattern SECRET = Pattern.compile(
            "(?i)\\b[a-z][a-z0-9+.-]*://\\S*" // a URL may hold a login
                    + "|\\bflyv1\\s+\\S+"
                    + "|\\b(fm[12][a-z]*|fo[12])_\\S+"
                    + "|\\S+@\\S+"
                    + "|\\[?\\b[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,}\\b]?"
                    + "|\\b\\d{1,3}(\\.\\d{1,3}){3}\\b"
                    + "|(password|token|secret|key)\\s*[=:]\\s*\\S+");

    private static final int LONGEST = 500;

    private Masked() {}

    /** @param secrets known by their value */
    static String text(String text, List<String> secrets) {
        String masked = text;
        for (String secret : secrets) {
            masked = secret.isEmpty() ? masked : masked.replace(secret, "***");
        }
        masked = SECRET.matcher(masked).replaceAll("***").replaceAll("\\p{Cntrl}+", " ");
        return masked.length() > LONGEST ? masked.substring(0, LONGEST) + "…" : masked;
    }
}
