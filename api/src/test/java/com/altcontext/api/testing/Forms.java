package com.altcontext.api.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/** Bodies of forms for tests, each with a new address. */
public final class Forms {
    private Forms() {}

    public static String email() {
        return "jo." + UUID.randomUUID() + "@example.ca";
    }

    /** A form with the required fields only. */
    public static ObjectNode minimal() {
        return minimal(email());
    }

    public static ObjectNode minimal(String email) {
        return Call.JSON.createObjectNode().put("email", email);
    }

    /** The same with an {@code anonId}, as a script sends it. */
    public static ObjectNode scripted(String email) {
        return minimal(email).put("anonId", "anon-" + UUID.randomUUID());
    }
}
