package com.altcontext.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class KeyedHashTest {
    @Test
    void it_is_the_hmac_of_rfc_4231() {
        byte[] hash = new KeyedHash("Jefe").of("what do ya want for nothing?");

        assertThat(HexFormat.of().formatHex(hash))
                .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    @Test
    void another_pepper_gives_another_hash() {
        assertThat(new KeyedHash("one pepper").of("192.0.2.1")).isNotEqualTo(new KeyedHash("another").of("192.0.2.1"));
    }

    @Test
    void threads_do_not_disturb_each_other() {
        KeyedHash hash = new KeyedHash("pepper");
        byte[] expected = hash.of("192.0.2.1");

        boolean allEqual = java.util.stream.IntStream.range(0, 10_000)
                .parallel()
                .allMatch(i -> java.util.Arrays.equals(expected, hash.of("192.0.2.1")));

        assertThat(allEqual).isTrue();
    }
}
