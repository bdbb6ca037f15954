package com.altcontext.ops;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and values in the order in which they were added, to be printed as JSON. */
final class JsonObject {
    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    /** @param ok the field that every answer begins with */
    static JsonObject ok(boolean ok) {
        return new JsonObject().with("ok", ok);
    }

    JsonObject with(String name, @Nullable Object value) {
        values.put(name, value);
        return this;
    }

    Map<String, @Nullable Object> values() {
        return values;
    }
}
