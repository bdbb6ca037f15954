package com.altcontext.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UtmTest {
    private static final Utm SPRING = new Utm("google", "cpc", "spring", null, null);

    @Test
    void missing_and_blank_values_are_empty() {
        assertThat(Utm.NONE.isEmpty()).isTrue();
        assertThat(new Utm("", " ", null, null, null).isEmpty()).isTrue();
        assertThat(new Utm(null, null, null, null, "b").isEmpty()).isFalse();
    }

    @Test
    void a_second_page_without_utm_does_not_differ_from_its_campaign() {
        assertThat(Utm.NONE.differsFrom(SPRING)).isFalse();
    }

    @Test
    void only_the_fields_that_are_present_are_compared() {
        assertThat(new Utm("google", null, null, null, null).differsFrom(SPRING))
                .isFalse();
        assertThat(new Utm(null, null, "spring", null, null).differsFrom(SPRING))
                .isFalse();
        assertThat(SPRING.differsFrom(SPRING)).isFalse();
    }

    @Test
    void each_field_can_make_the_difference() {
        assertThat(new Utm("bing", null, null, null, null).differsFrom(SPRING)).isTrue();
        assertThat(new Utm(null, "email", null, null, null).differsFrom(SPRING)).isTrue();
        assertThat(new Utm(null, null, "summer", null, null).differsFrom(SPRING))
                .isTrue();
        assertThat(new Utm(null, null, null, "shoes", null).differsFrom(SPRING)).isTrue();
        assertThat(new Utm(null, null, null, null, "banner-b").differsFrom(SPRING))
                .isTrue();
    }

    @Test
    void values_are_compared_exactly() {
        assertThat(new Utm("Google", null, null, null, null).differsFrom(SPRING))
                .isTrue();
    }

    @Test
    void any_value_differs_from_a_session_without_utm() {
        assertThat(SPRING.differsFrom(Utm.NONE)).isTrue();
    }
}
