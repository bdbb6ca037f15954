package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsentEffectTest {
    @ParameterizedTest
    @CsvSource({
        "false, false, false, false, NONE",
        "false, false, false, true,  NONE",
        "false, false, true,  false, NONE",
        "false, false, true,  true,  NONE",
        "false, true,  false, false, NONE",
        "false, true,  false, true,  NONE",
        "false, true,  true,  false, NONE",
        "false, true,  true,  true,  NONE",
        "true,  false, false, false, GIVES",
        "true,  false, false, true,  GIVES",
        "true,  false, true,  false, GIVES",
        "true,  false, true,  true,  GIVES",
        "true,  true,  false, false, WAITS",
        "true,  true,  false, true,  WAITS_WITH_MAIL",
        "true,  true,  true,  false, WAITS",
        "true,  true,  true,  true,  WAITS",
    })
    void a_form_is_taken_confirmed_and_mailed_about_as_far_as_it_may(
            boolean isTaken, boolean toConfirm, boolean isGiven, boolean mayMail, ConsentEffect effect) {
        assertThat(ConsentEffect.of(isTaken, toConfirm, isGiven, mayMail)).isEqualTo(effect);
    }
}
