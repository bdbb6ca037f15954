package com.altcontext.access;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may do.
 *
 * @param keyId of the access key; null for {@code ADMIN_API_KEY}
 * @param properties slugs; null for all
 * @param isShare whether the caller came by a share link, whose view hides rare values
 */
public record Permissions(
        @Nullable UUID keyId, Set<Scope> scopes, @Nullable Set<String> properties, boolean isShare) {
    /** The permissions of {@code ADMIN_API_KEY}. */
    public static final Permissions ADMIN = new Permissions(null, Set.of(Scope.values()), null, false);

    public Permissions {
        scopes = Set.copyOf(scopes);
        properties = properties == null ? null : Set.copyOf(properties);
    }

    /** Whether the permissions are limited to some properties. */
    public boolean isRestricted() {
        return properties != null;
    }

    /** @param property null for all properties together */
    public boolean include(@Nullable String property) {
        return properties == null || (property != null && properties.contains(property));
    }
}
