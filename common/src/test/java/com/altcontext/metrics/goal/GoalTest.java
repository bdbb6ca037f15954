package com.altcontext.metrics.goal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.value.Rejected;
import java.util.List;
import org.junit.jupiter.api.Test;

class GoalTest {
    @Test
    void a_goal_has_a_name_and_either_a_path_or_an_event() {
        for (Runnable wrong : List.<Runnable>of(
                () -> Goal.of(" ", "/", null, null),
                () -> Goal.of("x".repeat(65), "/", null, null),
                () -> Goal.of("two\nlines", "/", null, null),
                () -> Goal.of("a\u001b[31mcolour", "/", null, null),
                () -> Goal.of("x", null, null, null),
                () -> Goal.of("x", "/", "event", null),
                () -> Goal.of("x", "/", null, "a=b"),
                () -> Goal.of("x", null, "event", "a"),
                () -> Goal.of("x", null, "event", "=b"),
                () -> Goal.of("x", "", null, null),
                () -> Goal.of("x", null, "\0", null))) {
            assertThatThrownBy(wrong::run).isInstanceOf(Rejected.class);
        }
        assertThat(Goal.of(" x ", null, "e", "a=b=c"))
                .isEqualTo(new Goal("x", new Goal.CustomEvent("e", new Goal.Prop("a", "b=c"))));
    }
}
