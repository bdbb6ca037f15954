package com.altcontext.value;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An id computed from what it identifies: a version 8 UUID (RFC 9562, section 5.8) over the first bits of a SHA-256.
 * The same parts give the same id on every machine and at every retry. Each part is prefixed by its length, so that
 * {@code ("ab","c")} and {@code ("a","bc")} differ, and an absent part differs from an empty one.
 */
public final class ComputedId {
    private final MessageDigest digest;

    private ComputedId(String kind) {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
        with(kind);
    }

    /** @param kind what is identified, so that a visitor's id never equals a session's */
    public static ComputedId of(String kind) {
        return new ComputedId(kind);
    }

    public ComputedId with(@Nullable String part) {
        if (part == null) {
            length(-1);
        } else {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            length(bytes.length);
            digest.update(bytes);
        }
        return this;
    }

    public ComputedId with(UUID part) {
        length(16);
        number(part.getMostSignificantBits());
        number(part.getLeastSignificantBits());
        return this;
    }

    public ComputedId with(long part) {
        length(8);
        number(part);
        return this;
    }

    /** A number that may be absent; two doubles are the same part when they are the same bits. */
    public ComputedId with(@Nullable Double part) {
        if (part == null) {
            length(-1);
            return this;
        }
        return with(Double.doubleToLongBits(part));
    }

    /** The whole SHA-256 of the parts, where 32 bytes are kept instead of an id. */
    public byte[] toHash() {
        return digest.digest();
    }

    public UUID toUuid() {
        byte[] hash = toHash();
        long high = (eightBytes(hash, 0) & ~0xF000L) | 0x8000L;
        long low = (eightBytes(hash, 8) & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    private void length(int length) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            digest.update((byte) (length >>> shift));
        }
    }

    private void number(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            digest.update((byte) (value >>> shift));
        }
    }

    private static long eightBytes(byte[] bytes, int from) {
        long value = 0;
        for (int i = from; i < from + 8; i++) {
            value = (value << 8) | (bytes[i] & 0xFF);
        }
        return value;
    }
}
