package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsentEffectTest {
    @ParameterizedTest
    @CsvSource({
        "false, false, false, NONE",
        "false, true,  true,  NONE",
        "true,  false, false, APPLIES",
        "true,  false, true,  APPLIES",
        "true,  true,  false, WAITS",
        "true,  true,  true,  WAITS_WITH_MAIL",
    })
    void each_combination_of_conditions_has_its_effect(
            boolean isTaken, boolean toConfirm, boolean mayMail, ConsentEffect effect) {
        assertThat(ConsentEffect.of(isTaken, toConfirm, mayMail)).isEqualTo(effect);
    }
}
