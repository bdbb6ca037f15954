package com.altcontext.value;

import static com.altcontext.value.Language.ENGLISH;
import static com.altcontext.value.Language.FRENCH;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LanguageTest {
    @Test
    void the_preferred_one_of_the_two_languages_is_chosen() {
        assertThat(Language.preferred("fr-CA, fr;q=0.9, en;q=0.8")).isEqualTo(FRENCH);
        assertThat(Language.preferred("en;q=0.5, fr;q=0.6")).isEqualTo(FRENCH);
        assertThat(Language.preferred("de, fr;q=0.1")).isEqualTo(FRENCH);
        assertThat(Language.preferred("en-GB, fr")).isEqualTo(ENGLISH);
        assertThat(Language.preferred("fr;q=0, en")).isEqualTo(ENGLISH);
    }

    @Test
    void a_header_is_read_up_to_the_length_that_browsers_send() {
        assertThat(Language.preferred("de,".repeat(60) + "fr")).isEqualTo(FRENCH);
        assertThat(Language.preferred("fr," + "de,".repeat(80))).isEqualTo(FRENCH);
        assertThat(Language.preferred("de,".repeat(80) + "fr")).isEqualTo(ENGLISH);
        assertThat(Language.preferred("a" + "-b".repeat(100) + ",fr")).isEqualTo(ENGLISH);
        assertThat(Language.preferred("a" + "-b".repeat(3_800))).isEqualTo(ENGLISH);
    }

    @Test
    void english_is_the_default() {
        for (String header : new String[] {null, "", "*", "de", "fry", "fr;q=x", ";;;"}) {
            assertThat(Language.preferred(header)).as(header).isEqualTo(ENGLISH);
        }
    }
}
