package com.altcontext.delivery;

import com.altcontext.value.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/**
 * Signs the messages to a webhook as the Standard Webhooks specification says (version 1, symmetric). The receiver
 * computes the signature itself from {@code webhook-id}, {@code webhook-timestamp} and the body as it arrived, and
 * refuses a message whose signature differs or whose time is old. Safe for use by several threads.
 */
public final class WebhookSignature {
    private static final String PREFIX = "whsec_";

    private final HmacSha256 hmac;

    /**
     * @param secret {@code whsec_} and the key in Base64, as the receivers' libraries expect it; without that prefix,
     *     the bytes of the text are the key
     * @throws IllegalArgumentException if the part after the prefix is not Base64, or if the key is empty
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
     * @param id the value of {@code webhook-id}
     * @param at the time in {@code webhook-timestamp}, which is in whole seconds since 1970
     */
    public String of(String id, Instant at, String body) {
        String signed = id + "." + at.getEpochSecond() + "." + body;
        return "v1," + Base64.getEncoder().encodeToString(hmac.of(signed));
    }
}
