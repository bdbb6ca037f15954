package com.altcontext.delivery;

import com.altcontext.value.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/**
 * Signs what is sent to a webhook, as the Standard Webhooks specification has it (version 1, symmetric): the receiver
 * computes the same from {@code webhook-id}, {@code webhook-timestamp} and the body as it came, and refuses what differs
 * or is old. Safe for use by several threads.
 */
public final class WebhookSignature {
    private static final String PREFIX = "whsec_";

    private final HmacSha256 hmac;

    /**
     * @param secret {@code whsec_} and the key in base64, as the receiver's library wants it; without that prefix, the
     *     text's own bytes are the key
     * @throws IllegalArgumentException if what follows the prefix is no base64, or there is no key
     */
    public WebhookSignature(String secret) {
        byte[] bytes = secret.startsWith(PREFIX)
                ? Base64.getDecoder().decode(secret.substring(PREFIX.length()))
                : secret.getBytes(StandardCharsets.UTF_8);
        hmac = new HmacSha256(bytes);
    }

    /**
     * The value of {@code webhook-signature}.
     *
     * @param id that of {@code webhook-id}
     * @param at that of {@code webhook-timestamp}, which is in whole seconds since 1970
     */
    public String of(String id, Instant at, String body) {
        String signed = id + "." + at.getEpochSecond() + "." + body;
        return "v1," + Base64.getEncoder().encodeToString(hmac.of(signed));
    }
}
