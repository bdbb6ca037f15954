package com.altcontext.access;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An access key as it is stored, without its secret.
 *
 * @param prefix the first characters of the secret
 * @param properties slugs, sorted; null for all
 * @param isShare whether it is the key of a share link
 * @param expiresAt null if it does not expire
 * @param lastUsedAt to the minute; null if never
 * @param revokedAt null if it is not revoked
 */
public record AccessKey(
        UUID id,
        String name,
        String prefix,
        Set<Scope> scopes,
        @Nullable List<String> properties,
        boolean isShare,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt,
        @Nullable Instant revokedAt) {
    /** Whether the key can be used. */
    public enum State {
        ACTIVE,
        EXPIRED,
        REVOKED
    }

    public State state(Instant now) {
        if (revokedAt != null) {
            return State.REVOKED;
        }
        return expiresAt != null && !expiresAt.isAfter(now) ? State.EXPIRED : State.ACTIVE;
    }

    public Permissions permissions() {
        return new Permissions(id, scopes, properties == null ? null : Set.copyOf(properties), isShare);
    }
}
