package com.altcontext.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/** Bodies of forms for tests: each with an address that no other test knows. */
final class Forms {
    private Forms() {}

    static String email() {
        return "jo." + UUID.randomUUID() + "@example.ca";
    }

    /** A form with no more than it needs. */
    static ObjectNode least() {
        return least(email());
    }

    static ObjectNode least(String email) {
        return Call.JSON.createObjectNode().put("email", email);
    }

    /** The same of a browser that makes an {@code anonId}. */
    static ObjectNode scripted(String email) {
        return least(email).put("anonId", "anon-" + UUID.randomUUID());
    }
}
