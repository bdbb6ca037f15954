package com.altcontext.value;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
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

    /** Looking up the algorithm costs more than the digest of an id. Each use leaves the digest reset. */
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(Sha256::newDigest);

    // Collected first and digested at once: digesting single bytes costs ten times as much.
    private ByteBuffer parts = ByteBuffer.allocate(DEFAULT_SIZE);

    private ComputedId() {}

    /** @param kind what is identified, so that a visitor's id never equals a session's */
    public static ComputedId of(String kind) {
        return new ComputedId().with(kind);
    }

    public ComputedId with(@Nullable String part) {
        if (part == null) {
            return absent();
        }
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        room(4 + bytes.length).putInt(bytes.length).put(bytes);
        return this;
    }

    public ComputedId with(UUID part) {
        room(20).putInt(16).putLong(part.getMostSignificantBits()).putLong(part.getLeastSignificantBits());
        return this;
    }

    public ComputedId with(long part) {
        room(12).putInt(8).putLong(part);
        return this;
    }

    /** Adds a number that may be absent. Numbers are equal parts if their bits are equal. */
    public ComputedId with(@Nullable Double part) {
        return part == null ? absent() : with(Double.doubleToLongBits(part));
    }

    /** The whole SHA-256 of the parts, for use where 32 bytes are stored instead of an id. */
    public byte[] toHash() {
        MessageDigest digest = SHA_256.get();
        digest.update(parts.array(), 0, parts.position());
        return digest.digest();
    }

    public UUID toUuid() {
        ByteBuffer hash = ByteBuffer.wrap(toHash());
        long high = (hash.getLong() & ~0xF000L) | 0x8000L;
        long low = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    private ComputedId absent() {
        room(4).putInt(ABSENT);
        return this;
    }

    private ByteBuffer room(int bytes) {
        if (parts.remaining() < bytes) {
            int size = Math.max(parts.position() + bytes, 2 * parts.capacity());
            parts = ByteBuffer.allocate(size).put(parts.flip());
        }
        return parts;
    }
}
