package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.lead.UnsubscribeToken.Subject;
import java.net.URI;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnsubscribeTokenTest {
    private static final UnsubscribeToken TOKEN = new UnsubscribeToken("a secret of sixteen");
    private static final Subject SCOPE = new Subject(UUID.fromString("3f0d2c9e-6b1a-4c57-9f43-0d5e5d6b7a81"), "docs");

    /** Messages that were sent contain these links. A change of the token's format would break all of them. */
    @Test
    void the_token_of_a_subject_never_changes() {
        assertThat(TOKEN.of(SCOPE))
                .isEqualTo("AT8NLJ5rGkxXn0MNXl1reoFkb2NzLqkO8VuJeMAtuTKM-Gv0NH0Sg3ZaBfOGDd6nTn6tA9k");
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "docs", "a-b_c", "a23456789-123456789-123456789-123456789-123456789-123456789-123"})
    void a_token_names_its_lead_and_property(String property) {
        Subject scope = new Subject(UUID.randomUUID(), property);

        assertThat(TOKEN.of(scope)).matches("[A-Za-z0-9_-]{1,150}");
        assertThat(TOKEN.verify(TOKEN.of(scope))).contains(scope);
    }

    @Test
    void a_token_with_a_changed_character_is_refused() {
        String token = TOKEN.of(SCOPE);
        for (int i = 0; i < token.length(); i++) {
            for (char c : "Ab09-_=".toCharArray()) {
                if (token.charAt(i) != c) {
                    String forged = token.substring(0, i) + c + token.substring(i + 1);
                    assertThat(TOKEN.verify(forged)).as(forged).isEmpty();
                }
            }
        }
    }

    @Test
    void a_token_that_was_shortened_or_extended_is_refused() {
        String token = TOKEN.of(SCOPE);
        for (int length = 0; length < token.length(); length++) {
            assertThat(TOKEN.verify(token.substring(0, length))).isEmpty();
        }
        for (String more : new String[] {"A", "=", "==", " ", "\n", token, "A".repeat(100_000)}) {
            assertThat(TOKEN.verify(token + more)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "é", "\uD800", "../../etc/passwd", "%00", "AQ", "jo@example.ca"})
    void an_invalid_token_is_refused(String text) {
        assertThat(TOKEN.verify(text)).isEmpty();
    }

    @Test
    void a_signature_is_not_valid_for_another_property_or_secret() {
        byte[] docs = Base64.getUrlDecoder().decode(TOKEN.of(SCOPE));
        byte[] blog = Base64.getUrlDecoder().decode(TOKEN.of(new Subject(SCOPE.leadId(), "blog")));
        System.arraycopy(docs, docs.length - 32, blog, blog.length - 32, 32);

        assertThat(TOKEN.verify(Base64.getUrlEncoder().withoutPadding().encodeToString(blog)))
                .isEmpty();
        assertThat(new UnsubscribeToken("another secret here").verify(TOKEN.of(SCOPE)))
                .isEmpty();
    }

    @Test
    void the_link_and_the_header_contain_the_token() {
        UnsubscribeLinks links = new UnsubscribeLinks(TOKEN, URI.create("https://leads.example.ca"));

        assertThat(links.of(SCOPE)).hasToString("https://leads.example.ca/v1/leads/unsubscribe/" + TOKEN.of(SCOPE));
        assertThat(links.listUnsubscribe(SCOPE)).isEqualTo("<" + links.of(SCOPE) + ">");
    }
}
