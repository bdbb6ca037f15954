package com.altcontext.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.value.Rejected;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTest {
    private static Webhook at(String url) {
        return Webhook.of("crm", url, List.of("lead.captured"), Instant.EPOCH);
    }

    @Test
    void spaces_around_a_url_are_removed_and_a_slash_at_its_end_is_kept() {
        assertThat(at(" https://crm.example.ca/in/\n").url()).isEqualTo(URI.create("https://crm.example.ca/in/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://crm.example.ca/in",
                "https://user:password@crm.example.ca/in",
                "https://crm.example.ca/in#part",
                "https://crm.example.ca/i n"
            })
    void an_unsafe_url_is_refused(String url) {
        assertThatThrownBy(() -> at(url)).isInstanceOf(Rejected.class);
    }
}
