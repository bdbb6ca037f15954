package com.altcontext.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HmacSha256Test {
    /** RFC 4231, section 4.3. */
    @Test
    void the_hmac_is_that_of_the_standard() {
        HmacSha256 hmac = new HmacSha256("Jefe");

        for (int i = 0; i < 2; i++) {
            assertThat(HexFormat.of().formatHex(hmac.of("what do ya want for nothing?")))
                    .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        }
    }

    @Test
    void an_empty_key_is_refused() {
        assertThatThrownBy(() -> new HmacSha256("")).isInstanceOf(IllegalArgumentException.class);
    }
}
