package com.altcontext.ops;

import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.retention.RetentionPolicy;
import com.altcontext.value.KeyedHash;
import java.net.URI;
import java.util.regex.Pattern;

/** What the commands need of the service's configuration, by the same names and the same rules. */
final class Settings {
    private static final int SHORTEST_SECRET = 16;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private final Shell shell;

    Settings(Shell shell) {
        this.shell = shell;
    }

    /** The hash by which the service tells addresses apart. */
    KeyedHash hash() {
        return new KeyedHash(pepper());
    }

    boolean hasPublicUrl() {
        return !shell.variable("PUBLIC_URL").isBlank()
                || !shell.variable("FLY_APP_NAME").isBlank();
    }

    /** The links that the service honours: it must have been started with the same variables. */
    UnsubscribeLinks links() {
        String secret = shell.variable("UNSUBSCRIBE_SECRET").isBlank() ? pepper() : secret("UNSUBSCRIBE_SECRET");
        return new UnsubscribeLinks(new UnsubscribeToken(secret), publicUrl());
    }

    RetentionPolicy retention() {
        return new RetentionPolicy(
                number("RAW_EVENT_RETENTION_DAYS", RetentionPolicy.USUAL.eventDays(), 8, 3_650),
                number("ROLLUP_RETENTION_MONTHS", RetentionPolicy.USUAL.rollupMonths(), 1, 240));
    }

    private String pepper() {
        return secret("IP_HASH_PEPPER");
    }

    private String secret(String name) {
        String value = shell.variable(name);
        if (value.strip().length() < SHORTEST_SECRET) {
            throw wrong(
                    name,
                    "at least " + SHORTEST_SECRET
                            + " characters, the same as the service has (make run keeps its own in .data/development.env)");
        }
        return value.strip();
    }

    private URI publicUrl() {
        String text = shell.variable("PUBLIC_URL").strip().replaceAll("/+$", "");
        if (text.isEmpty() && !shell.variable("FLY_APP_NAME").isBlank()) {
            text = "https://" + shell.variable("FLY_APP_NAME").strip() + ".fly.dev";
        }
        try {
            URI url = URI.create(text);
            boolean local = "localhost".equals(url.getHost()) || "127.0.0.1".equals(url.getHost());
            boolean web = "https".equals(url.getScheme()) || (local && "http".equals(url.getScheme()));
            if (web && url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null) {
                return url;
            }
        } catch (IllegalArgumentException notAnAddress) {
            // told below, with the same words
        }
        throw wrong(
                "PUBLIC_URL", "where the service is reached, beginning with https:// (http:// on this machine alone)");
    }

    private int number(String name, int usual, int least, int most) {
        String text = shell.variable(name).strip();
        if (text.isEmpty()) {
            return usual;
        }
        if (!NUMBER.matcher(text).matches() || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw wrong(name, "a number from " + least + " to " + most);
        }
        return Integer.parseInt(text);
    }

    private static Failure wrong(String name, String rule) {
        return new Failure(Exit.USAGE, name + " is missing or wrong", "set it to " + rule);
    }
}
