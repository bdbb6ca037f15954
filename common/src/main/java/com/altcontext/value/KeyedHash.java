package com.altcontext.value;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;

/**
 * HMAC-SHA256 (RFC 2104) under a secret pepper: 32 bytes that are equal for equal addresses. Without
 * the pepper they cannot be reversed by trying every address. Safe for use by several threads.
 */
public final class KeyedHash {
    /** The minimum length of a pepper or another secret of ours, in characters. */
    public static final int MIN_SECRET_LENGTH = 16;

    /** The common user agents and the current clients recur all the time. About 0.5 and 0.3 MB when full. */
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

    /** Nothing of the text is kept: it may be the address of a person or of a network. */
    public byte[] of(String text) {
        return hmac.of(text);
    }

    /**
     * The same of the address as text, cached without it.
     *
     * @return 32 bytes, which are not to be changed
     */
    public byte[] of(InetAddress address) {
        return addresses.get(mask.of(address), _ -> hmac.of(address.getHostAddress()));
    }

    /**
     * The same, cached with the user agent in plain text unless that may hold an e-mail address.
     *
     * @return 32 bytes, which are not to be changed
     */
    public byte[] ofUserAgent(String userAgent) {
        if (userAgent.length() > MAX_CACHED_LENGTH || userAgent.indexOf('@') >= 0) {
            return hmac.of(userAgent);
        }
        return userAgents.get(userAgent, hmac::of);
    }
}
