package com.altcontext.ops;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer for machines: names and values in a fixed order. */
final class Answer {
    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    private Answer() {}

    static Answer of() {
        return new Answer();
    }

    static Answer ok(boolean ok) {
        return new Answer().with("ok", ok);
    }

    Answer with(String name, @Nullable Object value) {
        values.put(name, value);
        return this;
    }

    Map<String, @Nullable Object> asMap() {
        return values;
    }
}
