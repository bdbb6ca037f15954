package com.altcontext.value;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;

/**
 * HMAC-SHA256 (RFC 2104) with a secret pepper: 32 bytes that are equal for equal addresses. Without the pepper, nobody
 * can find the address by trying all of them. Safe for use by several threads.
 */
public final class KeyedHash {
    /** The minimum length of the pepper and of the service's other secrets, in characters. */
    public static final int MIN_SECRET_LENGTH = 16;

    /**
     * The size of each cache. Common user agents and current clients recur all the time. Full: about 0.5 and 0.3 MB.
     */
    private static final int MAX_CACHED = 2_000;

    private static final int MAX_CACHED_LENGTH = 256;

    private final HmacSha256 hmac;
    private final Cache<String, byte[]> userAgents =
            Caffeine.newBuilder().maximumSize(MAX_CACHED).build();
    private final AddressMask mask = new AddressMask();
    private final Cache<AddressMask.Masked, byte[]> addresses =
            Caffeine.newBuilder().maximumSize(MAX_CACHED).build();

    public KeyedHash(String pepper) {
        hmac = new HmacSha256(pepper);
    }

    /** The hash of a text. It is not cached, since the text may be an e-mail address or a network address. */
    public byte[] of(String text) {
        return hmac.of(text);
    }

    /**
     * The hash of an address as text. The hash is cached, but the address is not.
     *
     * @return 32 bytes, which must not be changed
     */
    public byte[] of(InetAddress address) {
        return addresses.get(mask.of(address), _ -> hmac.of(address.getHostAddress()));
    }

    /**
     * The hash of a user agent. It is cached with the user agent in plain text, unless that may contain an e-mail
     * address.
     *
     * @return 32 bytes, which must not be changed
     */
    public byte[] ofUserAgent(String userAgent) {
        if (userAgent.length() > MAX_CACHED_LENGTH || userAgent.indexOf('@') >= 0) {
            return hmac.of(userAgent);
        }
        return userAgents.get(userAgent, hmac::of);
    }
}
