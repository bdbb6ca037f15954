package com.altcontext.property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathPatternTest {
    @ParameterizedTest
    @CsvSource({
        "/admin, /admin, true",
        "/admin, /admin/, false",
        "/admin, /Admin, false",
        "/admin/*, /admin/, true",
        "/admin/*, /admin/users/7?q=1, true",
        "/admin/*, /admin, false",
        "/admin*, /administration, true",
        "*, /, true",
        "*.pdf, /files/a.pdf, true",
        "*.pdf, /files/a.pdf?page=2, false",
        "/*/draft/*, /blog/draft/1, true",
        "/*/draft/*, /blog/drafts/1, false",
        "/a*b*c, /axxbyybzzc, true",
        "/a*b*c, /axxbyyc0, false",
        "/a**, /a, true",
        "/100%_*, /100%_off, true",
        "/a.c, /abc, false",
    })
    void a_star_stands_for_any_characters(String pattern, String path, boolean matches) {
        assertThat(new PathPattern(pattern).matches(path)).isEqualTo(matches);
    }

    @Test
    void many_stars_do_not_make_matching_slow() {
        assertThat(new PathPattern("/" + "a*".repeat(1000) + "b").matches("/" + "a".repeat(2047)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "admin", "https://example.ca/admin"})
    void a_pattern_that_no_path_can_match_is_refused(String pattern) {
        assertThatThrownBy(() -> new PathPattern(pattern)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_pattern_is_no_longer_than_a_path() {
        assertThat(new PathPattern("/" + "a".repeat(2047)).matches("/" + "a".repeat(2047)))
                .isTrue();
        assertThatThrownBy(() -> new PathPattern("/" + "a".repeat(2048))).isInstanceOf(IllegalArgumentException.class);
    }
}
