package com.altcontext.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final StringWriter written = new StringWriter();

    @Test
    void the_line_is_overwritten_and_finally_erased() {
        try (ProgressLine progress = new ProgressLine(new PrintWriter(written), "waiting")) {
            progress.show(Duration.ofMillis(1_200));
            progress.step("day 2 of 8");
            progress.show(Duration.ofMillis(2_200));
        }

        assertThat(written.toString())
                .isEqualTo("\r\u001b[Kwaiting … 1 s\r\u001b[Kday 2 of 8 … 2 s\r\u001b[K")
                .doesNotContain("\n");
    }

    @Test
    void work_that_ends_before_the_line_is_shown_leaves_no_trace() {
        ProgressLine progress = new ProgressLine(new PrintWriter(written), "waiting");
        progress.close();
        progress.show(Duration.ofSeconds(5));

        assertThat(written.toString()).isEmpty();
    }
}
