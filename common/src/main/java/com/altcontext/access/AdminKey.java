package com.altcontext.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operator's key, which holds every {@link Scope}. */
public final class AdminKey {
    private final byte @Nullable [] key;

    public AdminKey(Optional<String> key) {
        this.key = key.map(text -> text.getBytes(StandardCharsets.UTF_8)).orElse(null);
    }

    public boolean isConfigured() {
        return key != null;
    }

    /** Whether this is the key. Compares in constant time. */
    public boolean matches(@Nullable String given) {
        return key != null && given != null && MessageDigest.isEqual(key, given.getBytes(StandardCharsets.UTF_8));
    }
}
