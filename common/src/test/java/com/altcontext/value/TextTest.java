package com.altcontext.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
    @Test
    void text_is_trimmed_before_it_is_measured() {
        assertThat(Text.trimmed("name", "  ab\u2003", 2, 2)).isEqualTo("ab");
    }

    @Test
    void lengths_count_code_points_not_the_halves_of_a_surrogate_pair() {
        String four = "😀😀😀😀";

        assertThat(Text.trimmed("name", four, 4, 4)).isEqualTo(four);
        assertThatThrownBy(() -> Text.trimmed("name", four, 5, 8)).isInstanceOf(Rejected.class);
        assertThatThrownBy(() -> Text.trimmed("name", four, 1, 3)).isInstanceOf(Rejected.class);
    }

    @Test
    void a_fault_names_the_field_and_the_rule_and_not_the_value() {
        assertThatThrownBy(() -> Text.trimmed("utm.source", "s3cret", 8, 255))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.issues())
                                .containsExactly(new Issue("utm.source", "must be 8 to 255 characters")))
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void a_long_text_is_shortened_between_characters_and_ends_with_an_ellipsis() {
        assertThat(Text.shortened("😀😀😀", 3)).isEqualTo("😀😀😀");
        assertThat(Text.shortened("😀😀😀😀", 3)).isEqualTo("😀😀…");
    }

    @Test
    void an_exact_length_is_written_as_one_number() {
        assertThat(Text.lengthFault("CAN", 2, 2)).isEqualTo("must be 2 characters");
        assertThat(Text.lengthFault("CA", 2, 2)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "\uD800", "a\uDC00", "\uDC00\uD800", "\uD800x"})
    void text_that_the_database_cannot_hold_is_recognized(String text) {
        assertThat(Text.isStorable(text)).isFalse();
        assertThatThrownBy(() -> Text.trimmed("name", text, 1, 9)).isInstanceOf(Rejected.class);
    }

    @Test
    void paired_surrogates_can_be_stored() {
        assertThat(Text.isStorable("a😀b")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abcde", "a\0", "a\nb", "a\u001bb", "a\u0085"})
    void a_name_is_one_short_line(String name) {
        assertThat(Text.nameFault(name, 4)).startsWith("must");
        assertThat(Text.nameFault("Café", 4)).isNull();
    }
}
