package com.altcontext.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SessionTokenTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String KEY = "an admin key for tests only";
    private static final Instant END = NOW.plus(SessionToken.LENGTH);

    private static SessionToken at(Instant now) {
        return new SessionToken(KEY, InstantSource.fixed(now));
    }

    @Test
    void a_token_says_on_any_machine_until_when_its_session_lasts() {
        String token = at(NOW).until(END);

        assertThat(at(NOW).verify(token)).isEqualTo(END);
        assertThat(at(END.minusSeconds(1)).verify(token)).isEqualTo(END);
        assertThat(at(END).verify(token)).isNull();
        assertThat(at(NOW).until(END)).isNotEqualTo(token);
    }

    @Test
    void a_new_admin_key_ends_all_sessions() {
        String token = at(NOW).until(END);

        assertThat(new SessionToken("another admin key", InstantSource.fixed(NOW)).verify(token))
                .isNull();
    }

    @Test
    void a_token_of_a_clock_that_was_wrong_does_not_hold() {
        assertThat(at(NOW).verify(at(NOW).until(END.plus(Duration.ofMinutes(10)))))
                .isNotNull();
        assertThat(at(NOW).verify(at(NOW).until(END.plus(Duration.ofMinutes(11)))))
                .isNull();
    }

    @Test
    void no_bit_of_a_token_can_be_changed() {
        byte[] bytes = Base64.getUrlDecoder().decode(at(NOW).until(END));
        for (int i = 0; i < bytes.length; i++) {
            byte[] forged = bytes.clone();
            forged[i] ^= 1;
            assertThat(at(NOW).verify(Base64.getUrlEncoder().withoutPadding().encodeToString(forged)))
                    .as("byte " + i)
                    .isNull();
        }
        for (String other : new String[] {"", "=".repeat(76), "?".repeat(76), at(NOW).until(END) + "A"}) {
            assertThat(at(NOW).verify(other)).isNull();
        }
    }
}
