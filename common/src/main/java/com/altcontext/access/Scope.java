package com.altcontext.access;

import java.util.Arrays;
import java.util.Optional;

/** What a key can permit. {@code ADMIN_API_KEY} has every scope. */
public enum Scope {
    FIGURES_READ("figures:read"),
    LEADS_READ("leads:read"),
    LEADS_DELETE("leads:delete");

    private final String key;

    Scope(String key) {
        this.key = key;
    }

    public String key() {
        return key;
    }

    /** The scope with that key. */
    public static Optional<Scope> named(String key) {
        return Arrays.stream(values()).filter(scope -> scope.key.equals(key)).findFirst();
    }
}
