package com.altcontext.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyedHashTest {
    @Test
    void the_hash_is_the_hmac_of_rfc_4231() {
        byte[] hash = new KeyedHash("Jefe").of("what do ya want for nothing?");

        assertThat(HexFormat.of().formatHex(hash))
                .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    @Test
    void another_pepper_gives_another_hash() {
        assertThat(new KeyedHash("one pepper").of("192.0.2.1")).isNotEqualTo(new KeyedHash("another").of("192.0.2.1"));
    }

    @Test
    void no_hash_of_a_text_is_cached_except_of_a_user_agent_without_an_address() {
        KeyedHash hash = new KeyedHash("pepper");
        String agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

        assertThat(hash.of("192.0.2.1")).isEqualTo(hash.of("192.0.2.1")).isNotSameAs(hash.of("192.0.2.1"));
        assertThat(hash.ofUserAgent(agent)).isEqualTo(hash.of(agent)).isSameAs(hash.ofUserAgent(agent));
        String withAddress = agent + " jo@example.ca";
        assertThat(hash.ofUserAgent(withAddress))
                .isEqualTo(hash.of(withAddress))
                .isNotSameAs(hash.ofUserAgent(withAddress));
    }

    @Test
    void each_address_has_the_hash_of_its_text() throws Exception {
        KeyedHash hash = new KeyedHash("pepper");

        for (String text : List.of(
                "192.0.2.1",
                "192.0.2.2",
                "2.192.0.1",
                "2001:db8:0:0:0:0:0:1",
                "2001:db8:0:0:1:0:0:0",
                "0:0:0:1:0:0:2001:db8")) {
            InetAddress address = InetAddress.getByName(text);
            assertThat(hash.of(address)).as(text).isEqualTo(hash.of(text)).isSameAs(hash.of(address));
        }
    }

    @Test
    void threads_do_not_disturb_each_other() {
        KeyedHash hash = new KeyedHash("pepper");
        byte[] expected = hash.ofUserAgent("Firefox");

        boolean allEqual = java.util.stream.IntStream.range(0, 10_000)
                .parallel()
                .allMatch(i -> java.util.Arrays.equals(expected, hash.ofUserAgent("Firefox")));

        assertThat(allEqual).isTrue();
    }
}
