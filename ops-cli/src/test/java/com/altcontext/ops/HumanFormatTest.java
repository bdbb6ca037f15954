package com.altcontext.ops;

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
}
