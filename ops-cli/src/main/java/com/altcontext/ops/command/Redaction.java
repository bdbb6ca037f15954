package com.altcontext.ops.command;

import java.util.List;
import java.util.regex.Pattern;

/** Removes secrets from another program's output: logins, tokens, network and e-mail addresses. */
public final class Redaction {
    private static final Pattern SECRET = Pattern.compile(
            "(?i)\\b[a-z][a-z0-9+.-]*://\\S*" // a URL may hold a login
                    + "|\\bflyv1\\s+\\S+"
                    + "|\\b(fm[12][a-z]*|fo[12])_\\S+"
                    + "|\\S+@\\S+"
                    + "|\\[?\\b[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,}\\b]?"
                    + "|\\b\\d{1,3}(\\.\\d{1,3}){3}\\b"
                    + "|(password|token|secret|key)\\s*[=:]\\s*\\S+");

    private static final int MAX_LENGTH = 500;

    private Redaction() {}

    /** @param secrets texts that are removed wherever they occur */
    public static String redact(String text, List<String> secrets) {
        String redacted = text;
        for (String secret : secrets) {
            redacted = secret.isEmpty() ? redacted : redacted.replace(secret, "***");
        }
        redacted = SECRET.matcher(redacted).replaceAll("***").replaceAll("\\p{Cntrl}+", " ");
        return redacted.length() > MAX_LENGTH ? redacted.substring(0, MAX_LENGTH) + "…" : redacted;
    }
}
