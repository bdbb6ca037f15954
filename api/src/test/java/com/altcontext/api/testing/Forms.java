package com.altcontext.api.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/** Bodies of forms for tests: each with an address that no other test knows. */
public final class Forms {
    private Forms() {}

    public static String email() {
        return "jo." + UUID.randomUUID() + "@example.ca";
    }

    /** A form with no more than it needs. */
    public static ObjectNode least() {
        return least(email());
    }

    public static ObjectNode least(String email) {
        return Call.JSON.createObjectNode().put("email", email);
    }

    /** The same of a browser that makes an {@code anonId}. */
    public static ObjectNode scripted(String email) {
        return least(email).put("anonId", "anon-" + UUID.randomUUID());
    }
}
