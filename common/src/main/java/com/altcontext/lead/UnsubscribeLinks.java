package com.altcontext.lead;

import java.net.URI;

/**
 * Makes the unsubscribe link of a lead, and the two header fields by which mail programs show a button for it (RFC
 * 8058).
 */
public final class UnsubscribeLinks {
    /** The value of {@code List-Unsubscribe-Post}. */
    public static final String LIST_UNSUBSCRIBE_POST = "List-Unsubscribe=One-Click";

    private static final String PATH = "/v1/leads/unsubscribe/";

    private final UnsubscribeToken token;
    private final String base;

    /** @param publicUrl where the service is reached from outside, as {@code SecureUrl} gives it */
    public UnsubscribeLinks(UnsubscribeToken token, URI publicUrl) {
        this.token = token;
        this.base = publicUrl + PATH;
    }

    public URI of(UnsubscribeToken.Subject subject) {
        return URI.create(base + token.of(subject));
    }

    /** The value of {@code List-Unsubscribe}. */
    public String listUnsubscribe(UnsubscribeToken.Subject subject) {
        return "<" + of(subject) + ">";
    }
}
