package com.altcontext.visit;

import com.altcontext.value.Weight;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A browser on a property, as seen in one request.
 *
 * @param id computed from property and anonId
 * @param ipHash keyed hash of the client's address, 32 bytes
 * @param uaHash keyed hash of the client's user agent, 32 bytes; null if it sent none
 */
@SuppressWarnings("ArrayRecordComponent") // Hashes are compared in the database, never here.
public record Visitor(UUID id, String propertyId, AnonId anonId, byte[] ipHash, byte @Nullable [] uaHash) {
    /** Bytes of heap for this object, its id and two hashes. */
    private static final int OBJECTS = 200;

    /** Bytes of heap, without the anonId: the beacon counts that. See {@link Weight}. */
    public int weight() {
        return OBJECTS + Weight.of(propertyId);
    }

    public static Visitor of(String propertyId, AnonId anonId, byte[] ipHash, byte @Nullable [] uaHash) {
        return new Visitor(anonId.visitorOf(propertyId), propertyId, anonId, ipHash, uaHash);
    }
}
