package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Sends events, asserts that they are stored or refused, and returns the row or the issues. */
@Singleton
final class EventSender {
    private final StoredRows stored;

    EventSender(StoredRows stored) {
        this.stored = stored;
    }

    /** Sends an event that must be stored, and returns its row. */
    JsonNode accepted(ObjectNode event) {
        Call.Answer answer = Call.event(event).send();
        assertThat(answer.status()).as("%s", answer.text()).isEqualTo(202);
        JsonNode row = stored.event(event.path("anonId").asText());
        assertThat(row.path("id").asText()).isEqualTo(answer.field("eventId"));
        return row;
    }

    /** Sends an event that must be refused, and returns each issue as {@code path: message}. */
    List<String> refused(Object event) {
        Call.Answer answer = Call.event(event).send();
        assertThat(answer.status()).as("%s", answer.text()).isEqualTo(400);
        assertThat(answer.json().path("ok").isBoolean()).isTrue();
        assertThat(answer.json().path("ok").booleanValue()).isFalse();
        assertThat(answer.field("error")).isEqualTo("invalid_request");
        if (event instanceof ObjectNode object) {
            assertThat(stored.visitors(object.path("anonId").asText())).isEmpty();
        }
        List<String> issues = new ArrayList<>();
        answer.json()
                .path("issues")
                .forEach(issue -> issues.add(issue.path("path").asText() + ": "
                        + issue.path("message").asText()));
        return issues;
    }

    /** Sends an event that must be refused, and returns the path of each issue. */
    List<String> refusedPaths(Object event) {
        return refused(event).stream()
                .map(issue -> issue.substring(0, issue.indexOf(':')))
                .toList();
    }
}
