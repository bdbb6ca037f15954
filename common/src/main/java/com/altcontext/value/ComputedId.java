package com.altcontext.value;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An id computed from what it identifies: a version 8 UUID (RFC 9562, section 5.8) over the first bits of a SHA-256.
 * The same parts give the same id on every machine and at every retry. Each part is prefixed by its length, so that
 * {@code ("ab","c")} and {@code ("a","bc")} differ, and an absent part differs from an empty one.
 */
public final class ComputedId {
    private static final int ABSENT = -1;
    private static final int DEFAULT_SIZE = 192;

    /** Looking the algorithm up costs more than the digest of an id. Each use leaves it as it was. */
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(ComputedId::sha256);

    // Gathered first and digested at once: a digest takes bytes one by one at ten times the cost.
    private byte[] parts = new byte[DEFAULT_SIZE];
    private int size;

    private ComputedId() {}

    /** @param kind what is identified, so that a visitor's id never equals a session's */
    public static ComputedId of(String kind) {
        return new ComputedId().with(kind);
    }

    public ComputedId with(@Nullable String part) {
        if (part == null) {
            return putInt(ABSENT);
        }
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        putInt(bytes.length);
        room(bytes.length);
        System.arraycopy(bytes, 0, parts, size, bytes.length);
        size += bytes.length;
        return this;
    }

    public ComputedId with(UUID part) {
        return putInt(16).putLong(part.getMostSignificantBits()).putLong(part.getLeastSignificantBits());
    }

    public ComputedId with(long part) {
        return putInt(8).putLong(part);
    }

    /** A number that may be absent; two doubles are the same part when they are the same bits. */
    public ComputedId with(@Nullable Double part) {
        return part == null ? putInt(ABSENT) : with(Double.doubleToLongBits(part));
    }

    /** The whole SHA-256 of the parts, where 32 bytes are kept instead of an id. */
    public byte[] toHash() {
        MessageDigest digest = SHA_256.get();
        digest.update(parts, 0, size);
        return digest.digest();
    }

    public UUID toUuid() {
        byte[] hash = toHash();
        long high = (longAt(hash, 0) & ~0xF000L) | 0x8000L;
        long low = (longAt(hash, 8) & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static long longAt(byte[] bytes, int at) {
        long value = 0;
        for (int i = at; i < at + 8; i++) {
            value = (value << 8) | (bytes[i] & 0xFF);
        }
        return value;
    }

    // Big-endian, and by hand: a ByteBuffer is many small calls where no compiler inlines them deeply.
    private ComputedId putInt(int value) {
        room(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            parts[size++] = (byte) (value >> shift);
        }
        return this;
    }

    private ComputedId putLong(long value) {
        return putInt((int) (value >> 32)).putInt((int) value);
    }

    private void room(int bytes) {
        if (size + bytes > parts.length) {
            parts = Arrays.copyOf(parts, Math.max(2 * parts.length, size + bytes));
        }
    }
}
