package com.altcontext.visit;

import com.altcontext.value.Weight;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A browser on a property, as seen in one request.
 *
 * @param id computed from property and anonId
 * @param ipHash keyed hash of the client's address, 32 bytes
 * @param uaHash keyed hash of its user agent, 32 bytes; null if it sent none
 */
@SuppressWarnings("ArrayRecordComponent") // Hashes are compared in the database, never here.
public record Visitor(UUID id, String propertyId, AnonId anonId, byte[] ipHash, byte @Nullable [] uaHash) {
    /** This object, its id and two hashes, in bytes. */
    private static final int OBJECTS = 200;

    /** How much of the heap it holds beside its anonId, which is that of its event, in bytes; see {@link Weight}. */
    public int weight() {
        return OBJECTS + Weight.of(propertyId);
    }

    public static Visitor of(String propertyId, AnonId anonId, byte[] ipHash, byte @Nullable [] uaHash) {
        return new Visitor(anonId.visitorOf(propertyId), propertyId, anonId, ipHash, uaHash);
    }
}
