package com.altcontext.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void every_kind_of_value_has_its_form() {
        assertThat(Json.of(List.of(1, 2.5, true, "a", Map.of("k", List.of()))))
                .isEqualTo("[1,2.5,true,\"a\",{\"k\":[]}]");
        assertThat(Json.of(null)).isEqualTo("null");
        assertThat(Json.of(Instant.EPOCH)).isEqualTo("\"1970-01-01T00:00:00Z\"");
    }

    @Test
    void what_would_end_a_text_or_a_line_is_escaped() {
        assertThat(Json.of("a\"b\\c\nd\u0000é✓")).isEqualTo("\"a\\\"b\\\\c\\u000ad\\u0000é✓\"");
    }
}
