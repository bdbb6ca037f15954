package com.altcontext.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class WebhookSignatureTest {
    private static final Instant AT = Instant.ofEpochSecond(1_614_265_330, 999_000_000);

    @Test
    void it_is_that_of_the_standards_example() {
        String signature = new WebhookSignature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
                .of("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, "{\"test\": 2432232314}");

        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void a_secret_without_the_prefix_is_taken_by_its_bytes() {
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
    void a_secret_that_is_none_is_refused() {
        assertThatThrownBy(() -> new WebhookSignature("whsec_!")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WebhookSignature("whsec_")).isInstanceOf(IllegalArgumentException.class);
    }
}
