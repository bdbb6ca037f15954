package com.altcontext.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestEvent;
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

    /** A form with the required fields and an {@code anonId}, as a script sends it. */
    public static ObjectNode scripted(String email) {
        return minimal(email).put("anonId", "anon-" + UUID.randomUUID());
    }

    /**
     * Sends a page view of a new visitor, and then their form with this address.
     *
     * @return the form that was sent
     */
    public static ObjectNode sendPerson(String email) {
        ObjectNode form = scripted(email);
        form.put("consentStatus", "express").put("consentPolicy", "2026-01");
        form.putObject("payload").put("write to", email);
        Call.event(TestEvent.body(form.path("anonId").asText())).send();
        assertThat(Call.capture(form).send().status()).isEqualTo(200);
        return form;
    }
}
