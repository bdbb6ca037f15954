package com.altcontext.api.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The mail server of {@code SMTP_URL}: {@code smtps://user:password@host:465} uses TLS from the first byte, {@code
 * smtp://user:password@host:587} begins with STARTTLS (RFC 3207). Without TLS, no mail and no password is sent, except
 * to this machine.
 *
 * @param user null if the server needs no login
 */
public record SmtpServer(
        boolean isTls, String host, int port, @Nullable String user, String password) {
    /** User and password are percent-encoded. */
    private static final String ENCODED = "((?:[^:/?#@%\\s]|%[0-9A-Fa-f]{2})+)";

    private static final Pattern URL =
            Pattern.compile("(smtps?)://(?:" + ENCODED + ":" + ENCODED + "@)?([A-Za-z0-9.-]+)(?::([0-9]{1,5}))?/?");

    private static final int TLS_PORT = 465;
    private static final int SUBMISSION_PORT = 587;
    private static final int MAX_PORT = 65_535;

    /** @throws IllegalArgumentException if it is not such a URL; the message contains no part of it */
    static SmtpServer of(String url) {
        Matcher parts = URL.matcher(url.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException("not the address of a mail server");
        }
        boolean isTls = parts.group(1).equals("smtps");
        int port = parts.group(5) == null ? (isTls ? TLS_PORT : SUBMISSION_PORT) : Integer.parseInt(parts.group(5));
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("not a port");
        }
        return new SmtpServer(
                isTls,
                parts.group(4),
                port,
                parts.group(2) == null ? null : decoded(parts.group(2)),
                parts.group(3) == null ? "" : decoded(parts.group(3)));
    }

    /** Decodes percent signs. Unlike in a form, a plus sign does not mean a space. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Whether it is on this machine, where nobody can listen in. */
    public boolean isLocal() {
        return host.equals("localhost") || host.equals("127.0.0.1");
    }
}
