package com.altcontext.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IssuesTest {
    private final Issues issues = new Issues();

    @Test
    void fifty_issues_are_kept_and_the_paths_of_the_others_are_not_computed() {
        AtomicInteger asked = new AtomicInteger();
        for (int i = 0; i < 10_000; i++) {
            issues.add(() -> "field." + asked.incrementAndGet(), "is wrong");
        }

        assertThat(issues.list()).hasSize(50);
        assertThat(issues.list().getLast()).isEqualTo(new Issue("field.50", "is wrong"));
        assertThat(asked).hasValue(50);
    }

    @Test
    void nothing_is_rejected_without_an_issue() {
        assertThat(issues.isEmpty()).isTrue();
        assertThat(issues.list()).isEmpty();
        issues.throwIfAny();
        issues.add("field", "is wrong");

        assertThat(issues.isEmpty()).isFalse();
        assertThatThrownBy(issues::throwIfAny).isInstanceOf(Rejected.class);
    }
}
