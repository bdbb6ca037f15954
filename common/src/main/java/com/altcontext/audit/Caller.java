package com.altcontext.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who did something that is recorded in the audit log.
 *
 * @param by {@code dashboard}, {@code api} or {@code altops}
 * @param keyId of the access key; null for {@code ADMIN_API_KEY} and for {@code altops}
 * @param addressHash the keyed hash of the network address; null for {@code altops}, which has none
 */
@SuppressWarnings("ArrayRecordComponent") // The hash is stored, never compared.
public record Caller(String by, @Nullable UUID keyId, byte @Nullable [] addressHash) {
    public static final Caller ALTOPS = new Caller("altops", null, null);

    /** An operator who adds or revokes an access key. */
    public static Caller altopsForKey(UUID keyId) {
        return new Caller(ALTOPS.by, keyId, null);
    }
}
