package com.altcontext.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonOutputTest {
    @Test
    void every_kind_of_value_is_written_as_json() {
        assertThat(JsonOutput.of(List.of(1, 2.5, true, "a", Map.of("k", List.of()))))
                .isEqualTo("[1,2.5,true,\"a\",{\"k\":[]}]");
        assertThat(JsonOutput.of(JsonObject.ok(true).with("b", null).with("a", new JsonObject())))
                .isEqualTo("{\"ok\":true,\"b\":null,\"a\":{}}");
        assertThat(JsonOutput.of(null)).isEqualTo("null");
        assertThat(JsonOutput.of(Instant.EPOCH)).isEqualTo("\"1970-01-01T00:00:00Z\"");
    }

    @Test
    void characters_that_would_end_a_string_or_a_line_are_escaped() {
        assertThat(JsonOutput.of("a\"b\\c\nd\u0000é✓")).isEqualTo("\"a\\\"b\\\\c\\u000ad\\u0000é✓\"");
    }
}
