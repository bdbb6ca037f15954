package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.value.Issue;
import com.altcontext.value.Language;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalPageTest {
    @ParameterizedTest
    @EnumSource(Problem.class)
    void every_problem_has_a_page_in_both_languages_that_says_what_to_do(Problem problem) {
        String english = RefusalPage.of(problem, List.of(new Issue("", "is wrong")), Language.ENGLISH);
        String french = RefusalPage.of(problem, List.of(new Issue("", "is wrong")), Language.FRENCH);

        assertThat(english).contains("<html lang=\"en\">", "again").doesNotContain(problem.code(), "is wrong");
        assertThat(french).contains("<html lang=\"fr\">").containsPattern("(réessay|renvoy)");
        assertThat(french).doesNotContain("again");
    }

    /** After a connection was lost during a commit, nobody knows. */
    @Test
    void the_page_of_an_unavailable_service_does_not_say_whether_the_form_was_stored() {
        assertThat(RefusalPage.of(Problem.UNAVAILABLE, List.of(), Language.ENGLISH))
                .contains("try again")
                .doesNotContain("stored");
        assertThat(RefusalPage.of(Problem.UNAVAILABLE, List.of(), Language.FRENCH))
                .contains("réessayez")
                .doesNotContain("enregistré");
    }
}
