package com.altcontext.ops.imports.original;

import com.altcontext.lead.Email;
import com.altcontext.property.Property;
import com.altcontext.value.ComputedId;
import com.altcontext.value.Rejected;
import com.altcontext.visit.AnonId;
import com.altcontext.visit.Visitor;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values of the earlier system in the form that this one stores. */
final class OriginalText {
    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");

    private OriginalText() {}

    /** The slug of a property here: a name that is not a slug becomes {@code default}. */
    static String slug(@Nullable String property) {
        return property != null && Property.isSlug(property) ? property : Property.DEFAULT;
    }

    /** Null for an id that this system would refuse. */
    static @Nullable AnonId anonId(String text) {
        try {
            return new AnonId(text);
        } catch (Rejected refused) {
            return null;
        }
    }

    /** Null for an address that this system would refuse. */
    static @Nullable Email email(String text) {
        try {
            return Email.of("email", text);
        } catch (Rejected refused) {
            return null;
        }
    }

    /** Null without an id, or for one that this system would refuse. */
    static @Nullable UUID visitor(@Nullable String anonId, String slug) {
        AnonId id = anonId == null ? null : anonId(anonId);
        return id == null ? null : id.visitorOf(slug);
    }

    static byte @Nullable [] hash(@Nullable String hex) {
        return hex != null && HASH.matcher(hex).matches() ? HexFormat.of().parseHex(hex) : null;
    }

    /**
     * A visitor whose IP address is unknown gets a hash that no other visitor has, so that it is never linked to a lead because of the
     * same address.
     */
    static Visitor visitor(String slug, AnonId anonId, @Nullable String ipHash, @Nullable String uaHash) {
        byte[] ip = hash(ipHash);
        return Visitor.of(
                slug,
                anonId,
                ip == null
                        ? ComputedId.of("unknown address")
                                .with(slug)
                                .with(anonId.value())
                                .toHash()
                        : ip,
                hash(uaHash));
    }

    /** The text without surrounding blanks, cut to at most {@code max} code points; null if nothing is left. */
    static @Nullable String cut(@Nullable String text, int max) {
        if (text == null || text.isBlank()) {
            return null;
        }
        String stripped = text.strip();
        return stripped.codePointCount(0, stripped.length()) <= max
                ? stripped
                : stripped.substring(0, stripped.offsetByCodePoints(0, max));
    }
}
