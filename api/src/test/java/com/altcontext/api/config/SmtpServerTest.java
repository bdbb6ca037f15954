package com.altcontext.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpServerTest {
    @Test
    void a_url_has_the_encryption_and_the_host_and_the_credentials() {
        assertThat(SmtpServer.of("smtps://jo%40example.ca:p+%3A%2F%C3%A9@mail.example.ca:2465"))
                .isEqualTo(new SmtpServer(true, "mail.example.ca", 2465, "jo@example.ca", "p+:/é"));
        assertThat(SmtpServer.of("smtps://mail.example.ca"))
                .isEqualTo(new SmtpServer(true, "mail.example.ca", 465, null, ""));
        assertThat(SmtpServer.of("smtp://localhost:25/")).isEqualTo(new SmtpServer(false, "localhost", 25, null, ""));
        assertThat(SmtpServer.of("smtp://mail.example.ca").port()).isEqualTo(587);
    }

    @Test
    void only_a_loopback_host_may_be_used_without_encryption() {
        assertThat(SmtpServer.of("smtp://127.0.0.1:1025").isLocal()).isTrue();
        assertThat(SmtpServer.of("smtp://localhost.example.ca").isLocal()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mail.example.ca",
                "http://mail.example.ca",
                "smtp://",
                "smtp://user@mail.example.ca",
                "smtp://user:@mail.example.ca",
                "smtp://user:pw@",
                "smtp://mail.example.ca:0",
                "smtp://mail.example.ca:65536",
                "smtp://mail.example.ca:25/path",
                "smtp://mail.example.ca?x=1",
                "smtp://us er:pw@mail.example.ca",
                "smtp://user:p%zz@mail.example.ca"
            })
    void any_other_url_is_refused_without_being_shown(String url) {
        assertThatThrownBy(() -> SmtpServer.of(url))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(refusal ->
                        assertThat(String.valueOf(refusal.getMessage())).doesNotContain("example"));
    }
}
