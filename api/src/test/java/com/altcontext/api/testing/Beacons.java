package com.altcontext.api.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/** Bodies of events for tests: each of a visitor that no other test knows. */
public final class Beacons {
    private Beacons() {}

    /** A page view with no more than it needs. */
    public static ObjectNode pageView() {
        return pageView("anon-" + UUID.randomUUID());
    }

    public static ObjectNode pageView(String anonId) {
        return Call.JSON
                .createObjectNode()
                .put("anonId", anonId)
                .put("eventType", "page_view")
                .put("path", "/pricing");
    }

    /** The same with the value at a dotted path: {@code utm.source}, {@code traffic.webVitals.lcpMs}. */
    public static ObjectNode with(String field, Object value) {
        ObjectNode event = pageView();
        set(event, field, value);
        return event;
    }

    public static void set(ObjectNode event, String field, Object value) {
        ObjectNode owner = event;
        String name = field;
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.')) {
            owner = owner.withObject('/' + name.substring(0, dot));
            name = name.substring(dot + 1);
        }
        owner.set(name, value instanceof JsonNode node ? node : Call.JSON.valueToTree(value));
    }
}
