package com.altcontext.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class StopTokenTest {
    private static final UUID RECIPIENT = UUID.fromString("5b0e3a52-7d1c-4a7e-9f0a-3c1d2e4f5a6b");

    private final StopToken token = new StopToken("a secret of the tests");

    @Test
    void a_token_depends_on_its_recipient_and_on_the_secret() {
        String link = token.of(RECIPIENT);
        assertThat(link).matches("[A-Za-z0-9_-]{64}").isEqualTo(token.of(RECIPIENT));
        assertThat(token.verify(link)).contains(RECIPIENT);
        assertThat(new StopToken("another secret of tests").verify(link)).isEmpty();
        assertThat(token.of(UUID.randomUUID())).isNotEqualTo(link);
    }

    @Test
    void a_link_that_was_sent_works_for_ever() {
        assertThat(token.of(RECIPIENT)).isEqualTo("Ww46Un0cSn6fCjwdLk9aawmWgPJmAddVLlnb4MbxSTNRXufSYWDMKWMVUGAbjLkt");
    }

    @Test
    void any_other_text_is_refused() {
        String link = token.of(RECIPIENT);
        for (int i = 0; i < link.length(); i++) {
            char other = link.charAt(i) == 'A' ? 'B' : 'A';
            assertThat(token.verify(link.substring(0, i) + other + link.substring(i + 1)))
                    .isEmpty();
        }
        assertThat(token.verify("")).isEmpty();
        assertThat(token.verify(link + "A")).isEmpty();
        assertThat(token.verify("é".repeat(64))).isEmpty();
        assertThat(token.verify("!".repeat(64))).isEmpty();
    }
}
