package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnPathTest {
    private static final String SITE = "https://www.example.com";
    private static final Set<String> ALLOWED = Set.of(SITE, "http://localhost:8080");

    @ParameterizedTest
    @CsvSource({
        "/thanks,/thanks",
        "/,/",
        "/a/b?x=1&y=2#z,/a/b?x=1&y=2#z",
        "/a//b,/a//b",
        "/@evil.example,/@evil.example",
        "/%2F%2Fevil.example,/%2F%2Fevil.example",
        "/%0d%0aset-cookie:x=1,/%0d%0aset-cookie:x=1",
        "/été,/%C3%A9t%C3%A9",
        "/🍁,/%F0%9F%8D%81",
        "/a b,/a%20b",
        "/a b%zz,/a%20b%25zz",
        "/100%,/100%25",
        "/a%20b%,/a%20b%25",
        "'/\"<x>{}|^`',/%22%3Cx%3E%7B%7D%7C%5E%60",
        "/\u2028x,/%E2%80%A8x"
    })
    void a_path_on_the_same_site_is_kept_and_encoded_in_ascii(String path, String kept) {
        assertThat(ReturnPath.location(path, null, ALLOWED)).isEqualTo(kept);
        assertThat(ReturnPath.location(path, SITE, ALLOWED)).isEqualTo(SITE + kept);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "///evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "/a\\b",
                "https://evil.example/",
                "HTTPS://evil.example",
                "javascript:alert(1)",
                "data:text/html,x",
                "evil.example",
                "thanks",
                "?x",
                "#x",
                "",
                " /thanks",
                "/\t/evil.example",
                "/\n/evil.example",
                "/a\r\nSet-Cookie: x=1",
                "/a\u0000",
                "/a\u007f",
                "/a\u0085b",
                "/\ud83c"
            })
    void anything_else_leads_to_the_front_page(String path) {
        assertThat(ReturnPath.location(path, null, ALLOWED)).isEqualTo("/");
        assertThat(ReturnPath.location(path, SITE, ALLOWED)).isEqualTo(SITE + "/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "http://www.example.com",
                "https://www.example.com:8443",
                "https://www.example.com.evil.example",
                "https://www.example.com@evil.example",
                "https://evil.example/https://www.example.com",
                "null",
                ""
            })
    void for_a_site_that_is_not_allowed_the_location_is_only_the_path(String origin) {
        assertThat(ReturnPath.location("/thanks", origin, ALLOWED)).isEqualTo("/thanks");
    }

    @Test
    void the_case_of_an_origin_does_not_matter() {
        assertThat(ReturnPath.location("/thanks", "HTTPS://WWW.example.com", ALLOWED))
                .isEqualToIgnoringCase(SITE + "/thanks");
    }

    @Test
    void a_missing_path_leads_to_the_front_page() {
        assertThat(ReturnPath.location(null, SITE, ALLOWED)).isEqualTo(SITE + "/");
    }
}
