package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(TestService.class)
class DashboardPageTest {
    private static final String PAGE = "/dashboard";
    private static final Pattern FILES = Pattern.compile("(?:href|src)=\"(/[^\"]+)\"");

    @Test
    void the_page_allows_nothing_but_its_own_script_style_and_requests() {
        Call.Answer answer = Call.get(PAGE).send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(answer.headers().allValues("content-security-policy"))
                .containsExactly("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                        + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(answer.header("referrer-policy")).isEqualTo("no-referrer");
        assertThat(answer.header("cross-origin-opener-policy")).isEqualTo("same-origin");
        assertThat(answer.text()).doesNotContain("<style", "style=", "onload", "http://localhost");
    }

    @Test
    void its_script_and_style_are_cached_for_a_year_and_the_page_is_revalidated() {
        assertThat(Call.get(PAGE).send().header("cache-control")).isEqualTo("private, no-cache");
        assertThat(files()).hasSize(2);
        for (String file : files()) {
            Call.Answer answer = Call.get(file).send();

            assertThat(answer.status()).as(file).isEqualTo(200);
            assertThat(answer.headers().allValues("cache-control"))
                    .as(file)
                    .containsExactly("public, max-age=31536000, immutable");
            assertThat(answer.header("etag")).as(file).contains(file.replaceAll(".*app\\.|\\..*", ""));
            assertThat(answer.header("content-type"))
                    .as(file)
                    .isEqualTo(file.endsWith("js") ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8");
        }
    }

    @Test
    void a_file_of_another_version_gets_the_current_file_which_is_not_cached() {
        Call.Answer answer = Call.get("/dashboard/app.0123456789abcdef.css").send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("cache-control")).isEqualTo("private, no-cache");
    }

    @Test
    void an_unknown_file_gets_not_found_as_json() {
        for (String path : List.of(
                "/dashboard/",
                "/dashboard/app.js",
                "/dashboard/app.0123456789abcdef.html",
                "/dashboard/index.en.html",
                "/dashboard/app.0123456789abcdef.js.gz",
                "/dashboard/../openapi.yaml")) {
            Call.Answer answer = Call.get(path).send();
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.field("error")).as(path).isEqualTo("not_found");
        }
        assertThat(Call.of("POST", PAGE).json("{}").send().status()).isEqualTo(405);
    }

    @Test
    void its_language_is_the_one_that_the_browser_prefers() {
        assertThat(language(Call.get(PAGE))).isEqualTo("en");
        assertThat(language(Call.get(PAGE).header("accept-language", "fr-CA, en;q=0.5")))
                .isEqualTo("fr");
        assertThat(Call.get(PAGE).send().headers().allValues("vary"))
                .containsExactly("Accept-Language, Cookie, Sec-Fetch-Site, Accept-Encoding");
    }

    @Test
    void a_language_that_is_named_in_the_address_is_remembered() {
        Call.Answer answer =
                Call.get(PAGE + "?lang=fr").header("accept-language", "en").send();
        assertThat(answer.text()).contains("<html lang=\"fr\"");
        String cookie = Objects.requireNonNull(answer.header("set-cookie"));
        assertThat(cookie)
                .startsWith("altcontext-language=fr; Max-Age=31536000;")
                .contains("Path=/dashboard", "HTTPOnly", "SameSite=Lax");

        String pair = cookie.replaceFirst(";.*", "");
        assertThat(language(Call.get(PAGE).header("cookie", pair).header("accept-language", "en")))
                .isEqualTo("fr");
        assertThat(language(Call.get(PAGE + "?lang=en").header("cookie", pair))).isEqualTo("en");
    }

    @Test
    void an_unsupported_language_is_ignored() {
        for (String query : List.of("?lang=de", "?lang=", "?lang=%0d%0ax:y", "?lang")) {
            Call.Answer answer =
                    Call.get(PAGE + query).header("accept-language", "fr").send();
            assertThat(answer.status()).as(query).isEqualTo(200);
            assertThat(answer.text()).as(query).contains("<html lang=\"fr\"");
            assertThat(answer.header("set-cookie")).as(query).isNull();
        }
        assertThat(language(Call.get(PAGE).header("cookie", "altcontext-language=de; altcontext-language")))
                .isEqualTo("en");
    }

    @Test
    void a_client_that_has_the_page_gets_304_unless_it_asks_for_another_language() {
        String tag = Objects.requireNonNull(Call.get(PAGE).send().header("etag"));

        Call.Answer again = Call.get(PAGE).header("if-none-match", tag).send();
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.text()).isEmpty();
        assertThat(Call.get(PAGE)
                        .header("accept-language", "fr")
                        .header("if-none-match", tag)
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void pages_of_other_sites_may_not_read_it() {
        for (String path : List.of(PAGE, files().getFirst())) {
            assertThat(Call.get(path)
                            .header("origin", TestService.ALLOWED_ORIGIN)
                            .send()
                            .header("access-control-allow-origin"))
                    .as(path)
                    .isNull();
        }
    }

    private static String language(Call call) {
        return call.send().text().replaceAll("(?s).*<html lang=\"|\".*", "");
    }

    /** The files that the page refers to. */
    private static List<String> files() {
        return FILES.matcher(Call.get(PAGE).send().text())
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
