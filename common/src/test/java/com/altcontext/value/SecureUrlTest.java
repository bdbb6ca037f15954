package com.altcontext.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecureUrlTest {
    @ParameterizedTest
    @CsvSource({
        "https://api.example.ca, https://api.example.ca",
        "' https://api.example.ca// ', https://api.example.ca",
        "https://api.example.ca:8443/a, https://api.example.ca:8443/a",
        "http://localhost:3000, http://localhost:3000",
        "http://127.0.0.1:3000/, http://127.0.0.1:3000",
    })
    void an_https_url_or_a_local_url_is_accepted(String text, String url) {
        assertThat(SecureUrl.parse(text)).contains(URI.create(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "api.example.ca",
                "http://api.example.ca",
                "https://user:password@api.example.ca",
                "https://api.example.ca#top",
                "https://api.example.ca:0",
                "https://api.example.ca:65536",
                "https://",
                "https://a b"
            })
    void any_other_url_is_refused(String text) {
        assertThat(SecureUrl.parse(text)).isEmpty();
    }

    @Test
    void a_url_that_paths_are_added_to_has_no_query() {
        assertThat(SecureUrl.parseBase("https://api.example.ca/a/")).contains(URI.create("https://api.example.ca/a"));
        assertThat(SecureUrl.parse("https://api.example.ca/hook?key=1")).isPresent();
        assertThat(SecureUrl.parseBase("https://api.example.ca/hook?key=1")).isEmpty();
        assertThat(SecureUrl.parseBase("https://api.example.ca?")).isEmpty();
    }

    @Test
    void an_app_on_fly_has_a_url_with_its_name() {
        assertThat(SecureUrl.ofFlyApp(" altcontext ")).isEqualTo(URI.create("https://altcontext.fly.dev"));
    }
}
