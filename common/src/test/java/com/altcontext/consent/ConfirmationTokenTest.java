package com.altcontext.consent;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.consent.ConfirmationToken.Request;
import com.altcontext.lead.UnsubscribeToken;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ConfirmationTokenTest {
    private static final String SECRET = "a secret of sixteen characters";
    private static final Request REQUEST = new Request(
            UUID.fromString("0e2fd1f6-7a5c-4c28-9f5b-3c6a1d0f9a11"), 7, Instant.ofEpochSecond(1_800_000_000));

    private final ConfirmationToken token = new ConfirmationToken(SECRET);

    @Test
    void a_token_contains_the_lead_the_consent_event_and_the_expiry_time() {
        assertThat(token.of(REQUEST)).hasSize(87).matches("[A-Za-z0-9_-]+");
        assertThat(token.verify(token.of(REQUEST))).contains(REQUEST);
        assertThat(REQUEST.isExpired(REQUEST.expiresAt().minusMillis(1))).isFalse();
        assertThat(REQUEST.isExpired(REQUEST.expiresAt())).isTrue();
    }

    @Test
    void a_token_with_a_changed_character_is_refused() {
        String made = token.of(REQUEST);
        for (int i = 0; i < made.length(); i++) {
            String changed = made.substring(0, i) + (made.charAt(i) == 'A' ? 'B' : 'A') + made.substring(i + 1);
            assertThat(token.verify(changed)).as("character %s", i).isEmpty();
        }
        assertThat(token.verify(made + "=")).isEmpty();
        assertThat(token.verify("")).isEmpty();
        assertThat(token.verify("a".repeat(10_000))).isEmpty();
        assertThat(new ConfirmationToken("another secret of ours").verify(made)).isEmpty();
    }

    @Test
    void a_token_of_one_kind_of_link_is_not_valid_for_the_other_kind() {
        UnsubscribeToken unsubscribe = new UnsubscribeToken(SECRET);
        String other = unsubscribe.of(new UnsubscribeToken.Subject(REQUEST.leadId(), "default"));

        assertThat(token.verify(other)).isEmpty();
        assertThat(unsubscribe.verify(token.of(REQUEST))).isEmpty();
    }
}
