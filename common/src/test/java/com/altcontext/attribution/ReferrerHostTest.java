package com.altcontext.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferrerHostTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            https://www.example.com/path?q=1#top           | www.example.com
            ' http://example.com '                         | example.com
            HTTPS://WWW.Example.COM/                       | www.example.com
            https://example.com:8443/x                     | example.com
            https://example.com:/x                         | example.com
            https://example.com./x                         | example.com
            https://user:secret@example.com/               | example.com
            https://@example.com/                          | example.com
            http://google.com@evil.com/                    | evil.com
            http://google.com:80@evil.com/                 | evil.com
            https://example.com?x=a@b.com                  | example.com
            https://example.com#a@b.com                    | example.com
            https://example.com/a@b.com                    | example.com
            https://evil.com\\@google.com/                 | evil.com
            //cdn.example.com/a.js                         | cdn.example.com
            android-app://com.google.android.gm/           | com.google.android.gm
            https://münchen.de/                            | xn--mnchen-3ya.de
            https://MÜNCHEN.de/                            | xn--mnchen-3ya.de
            https://пример.рф/страница                     | xn--e1afmkfd.xn--p1ai
            https://例え。jp/                               | xn--r8jz45g.jp
            https://🤖.example/                            | xn--yp9h.example
            https://my_shop.example.com/                   | my_shop.example.com
            http://localhost:3000/                         | localhost
            http://192.168.1.10/x                          | 192.168.1.10
            http://[2001:DB8::1]:8080/x                    | [2001:db8::1]
            http://[::ffff:192.0.2.1]/                     | [::ffff:192.0.2.1]
            """)
    void the_host_of_a_referrer_is_read(String referrer, String host) {
        assertThat(ReferrerHost.of(referrer)).isEqualTo(host);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "   ",
                "example.com",
                "/pricing",
                "about:blank",
                "mailto:a@example.com",
                "file:///etc/hosts",
                "data:text/html,x",
                "javascript:alert(1)",
                "ftp://example.com/",
                "https:/example.com/",
                "https://",
                "https:///path",
                "https://?x",
                "https://.example.com/",
                "https://example..com/",
                "https://exa mple.com/",
                "https://exa%6dple.com/",
                "https://example.com:80x/",
                "https://user@/",
                "https://[2001:db8::1/",
                "https://[hello]/",
                "https://[abc]/",
                "https://<script>/",
                "https://\u0000/",
                "https://example.com\u0000.evil.com/",
                "https://\uD800/",
                "https://。。/",
                "https://."
            })
    void an_invalid_referrer_has_no_host(String referrer) {
        assertThat(ReferrerHost.of(referrer)).isNull();
    }

    @Test
    void hosts_with_too_many_characters_or_too_long_labels_are_invalid() {
        assertThat(ReferrerHost.of("https://" + "a".repeat(63) + ".com/")).isNotNull();
        assertThat(ReferrerHost.of("https://" + "a".repeat(64) + ".com/")).isNull();
        assertThat(ReferrerHost.of("https://" + "a.".repeat(125) + "com/")).isNotNull();
        assertThat(ReferrerHost.of("https://" + "a.".repeat(125) + "info/")).isNull();
        assertThat(ReferrerHost.of("https://" + "ü.".repeat(60) + "com/")).isNull();
        assertThat(ReferrerHost.of("https://[" + ":".repeat(252) + "]/")).isNull();
        assertThat(ReferrerHost.of("https://" + "ü".repeat(200) + ".com/")).isNull();
    }

    @Test
    void a_page_host_that_cannot_be_read_is_kept_in_lower_case() {
        assertThat(ReferrerHost.ofPage("WWW.Example.com:8080")).isEqualTo("www.example.com");
        assertThat(ReferrerHost.ofPage("My Page")).isEqualTo("my page");
    }

    @Test
    void no_referrer_causes_an_exception() {
        Random random = new Random(20_261);
        String parts = "https://ftp.:@[]/\\?#%xn--aü。\u0000\uD83D\uDE00\uDC00\u200Dß. ";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(round % 3 == 0 ? "" : "https://");
            for (int i = random.nextInt(24); i > 0; i--) {
                text.append(parts.charAt(random.nextInt(parts.length())));
            }
            String host = ReferrerHost.of(text.toString());
            if (host != null) {
                assertThat(ReferrerHost.of("https://" + host + "/"))
                        .as("from %s", text)
                        .isEqualTo(host);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "x.com, x.com, true",
        "www.x.com, x.com, true",
        "a.b.x.com, x.com, true",
        "netflix.com, x.com, false",
        "microsoft.com, t.co, false",
        "x.com.evil.com, x.com, false",
        "com, x.com, false",
        "x.com, www.x.com, false",
        "x.com, '', false"
    })
    void a_host_is_within_a_domain_by_whole_labels(String host, String domain, boolean within) {
        assertThat(ReferrerHost.within(host, domain)).isEqualTo(within);
    }
}
