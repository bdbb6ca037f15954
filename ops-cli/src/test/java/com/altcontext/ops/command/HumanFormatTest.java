package com.altcontext.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class HumanFormatTest {
    @Test
    void figures_are_written_as_people_read_them() {
        assertThat(HumanFormat.count(1_204_300)).isEqualTo("1 204 300");
        assertThat(HumanFormat.count(1, "event")).isEqualTo("1 event");
        assertThat(HumanFormat.count(0, "event")).isEqualTo("0 events");
        assertThat(HumanFormat.size(900)).isEqualTo("900 bytes");
        assertThat(HumanFormat.size(3_355_443)).isEqualTo("3.2 MB");
        assertThat(HumanFormat.size(5L << 50)).isEqualTo("5120.0 TB");
        assertThat(HumanFormat.time(Instant.ofEpochMilli(1_999))).isEqualTo("1970-01-01T00:00:01Z");
    }

    @Test
    void text_from_outside_is_quoted_unless_it_is_one_word() {
        assertThat(HumanFormat.quoted("/contact-us?x=1")).isEqualTo("/contact-us?x=1");
        assertThat(HumanFormat.quoted("été")).isEqualTo("été");
        assertThat(HumanFormat.quoted("")).isEqualTo("\"\"");
        assertThat(HumanFormat.quoted("a\", by \n\u001b[31m")).isEqualTo("\"a\\\", by \\u000a\\u001b[31m\"");
    }

    @Test
    void control_characters_in_a_line_are_escaped() {
        assertThat(HumanFormat.visible("a\r\n\u001b[2J\u009b2J\u007f\u202eb\u2028\tc $1 \\ é 🍁"))
                .isEqualTo("a\\u000d\\u000a\\u001b[2J\\u009b2J\\u007f\\u202eb\\u2028\tc $1 \\ é 🍁");
    }
}
