package com.altcontext.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class WebhookSignatureTest {
    private static final Instant AT = Instant.ofEpochSecond(1_614_265_330, 999_000_000);

    @Test
    void the_signature_matches_the_example_of_the_standard() {
        String signature = new WebhookSignature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
                .of("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, "{\"test\": 2432232314}");

        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void the_key_of_a_secret_without_the_prefix_is_its_utf_8_bytes() {
        assertThat(new WebhookSignature("a passphrase").of("id", AT, "é"))
                .isEqualTo(new WebhookSignature("whsec_YSBwYXNzcGhyYXNl").of("id", AT, "é"));
    }

    @Test
    void each_part_is_signed() {
        WebhookSignature signature = new WebhookSignature("a passphrase");

        assertThat(new String[] {
                    signature.of("id", AT, "body"),
                    signature.of("other", AT, "body"),
                    signature.of("id", AT.plusSeconds(1), "body"),
                    signature.of("id", AT, "other"),
                    new WebhookSignature("another").of("id", AT, "body")
                })
                .doesNotHaveDuplicates();
    }

    @Test
    void an_invalid_secret_is_refused() {
        assertThatThrownBy(() -> new WebhookSignature("whsec_!")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WebhookSignature("whsec_")).isInstanceOf(IllegalArgumentException.class);
    }
}
