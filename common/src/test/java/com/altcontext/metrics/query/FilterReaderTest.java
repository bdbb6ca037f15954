package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said about a filter that is too large, or by an unknown goal. The tests of the HTTP route check which filters are refused. */
class FilterReaderTest {
    private static final List<?> LEAF = List.of("is", "path", List.of("/"));

    private static List<Issue> issues(List<?> filters) {
        Issues issues = new Issues();
        var _ = new FilterReader(issues, _ -> null).filters(filters);
        return issues.list();
    }

    @Test
    void a_filter_with_too_many_comparisons_gets_only_that_issue() {
        assertThat(issues(Collections.nCopies(30, LEAF)))
                .containsExactly(new Issue("filters", "must have at most 20 comparisons"));
    }

    @Test
    void a_filter_that_is_nested_too_deeply_is_named_with_its_path() {
        List<?> nested = LEAF;
        for (int depth = 0; depth < 9; depth++) {
            nested = List.of("not", nested);
        }

        assertThat(issues(List.of(nested)))
                .containsExactly(new Issue("filters.0" + ".1".repeat(9), "is nested too deeply"));
    }

    @Test
    void an_unknown_goal_gets_an_issue_that_is_also_true_without_a_property() {
        assertThat(issues(List.of(List.of("is", "goal", List.of("signup")))))
                .containsExactly(new Issue(
                        "filters.0.2", "is not a goal of the property (all properties together have no goals)"));
    }
}
