package com.altcontext.ops.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Names and values in the order in which they were added, to be printed as JSON. */
public final class JsonObject {
    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    /** @param ok the field that every answer begins with */
    public static JsonObject ok(boolean ok) {
        return new JsonObject().with("ok", ok);
    }

    public JsonObject with(String name, @Nullable Object value) {
        values.put(name, value);
        return this;
    }

    /** Adds a list of what {@code json} makes of the elements. */
    public <T> JsonObject with(String name, List<T> elements, Function<T, ?> json) {
        return with(name, elements.stream().map(json).toList());
    }

    Map<String, @Nullable Object> values() {
        return values;
    }
}
