package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pages get access by the operator's cookie, and which requests count towards which limit. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = {
            @ResourceArg(name = "CLIENT_IP_HEADER", value = "X-Forwarded-For"),
            @ResourceArg(name = "TRUSTED_PROXIES", value = "127.0.0.0/8"),
            @ResourceArg(name = "RATE_LIMIT_METRICS", value = "5"),
            @ResourceArg(name = "RATE_LIMIT_DASHBOARD", value = "40")
        })
class DashboardPagesTest extends DashboardClient {
    // --- pages of other sites

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "", "nonsense"})
    void a_page_of_another_site_gets_no_access_by_the_operators_cookie(String site) {
        String cookie = cookie();
        for (Call call : List.of(
                call("GET", PROPERTIES),
                call("HEAD", PROPERTIES),
                call("GET", SUMMARY),
                call("DELETE", SESSION),
                signIn(key(TestService.ADMIN_KEY)))) {
            Call.Answer answer =
                    call.header("cookie", cookie).header("sec-fetch-site", site).send();

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("set-cookie")).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://evil.example, 401",
        "null, 401",
        "'', 401",
        "https://127.0.0.1:1, 401",
        "{host}.evil.example, 401",
        "https://evil.example/{host}, 401",
        "{host}, 401",
        "http://{host}, 401",
        "https://{host}, 200",
        "HTTPS://{host}, 200"
    })
    void without_sec_fetch_site_the_origin_decides_whose_page_it_is(String origin, int status) {
        String host = Call.base().getAuthority();
        assertThat(signIn(key(TestService.ADMIN_KEY))
                        .header("origin", origin.replace("{host}", host))
                        .send()
                        .status())
                .isEqualTo(status);
        assertThat(call("GET", SUMMARY)
                        .header("cookie", cookie())
                        .header("origin", origin.replace("{host}", host))
                        .send()
                        .status())
                .isEqualTo(status);
    }

    @Test
    void pages_of_other_sites_get_nothing() {
        String cookie = cookie();
        for (String path : List.of(SESSION, PROPERTIES)) {
            for (String method : List.of("OPTIONS", "GET", "POST", "DELETE")) {
                Call.Answer answer = call(method, path)
                        .header("cookie", cookie)
                        .header("origin", TestService.ALLOWED_ORIGIN)
                        .header("access-control-request-method", "DELETE")
                        .send();

                assertThat(answer.status()).isIn(204, 400, 401, 405, 415);
                assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control-"));
                assertThat(answer.header("vary")).isEqualTo("Origin");
            }
        }
        assertThat(call("OPTIONS", SESSION).send().header("allow")).isEqualTo("GET, HEAD, POST, DELETE, OPTIONS");
    }

    // --- limits

    @Test
    void a_page_left_open_and_pages_of_other_sites_do_not_use_up_the_operators_attempts() {
        for (int i = 0; i < 12; i++) {
            assertThat(status("a=b")).isEqualTo(401);
            assertThat(call("GET", SUMMARY)
                            .header("cookie", NAME + "=old")
                            .send()
                            .status())
                    .isEqualTo(401);
            assertThat(call("GET", SUMMARY)
                            .header("sec-fetch-site", i % 2 == 0 ? "same-origin" : "cross-site")
                            .send()
                            .status())
                    .isEqualTo(401);
            assertThat(call("GET", PROPERTIES).send().status()).isEqualTo(401);
            signIn(key("wrong")).header("sec-fetch-site", "cross-site").send();
        }
        assertThat(signIn(key(TestService.ADMIN_KEY)).send().status()).isEqualTo(200);
    }

    @Test
    void requests_with_the_cookie_have_a_limit_of_their_own() {
        String cookie = cookie();
        assertThat(untilRefused("x-admin-key", TestService.ADMIN_KEY).size() - 1)
                .isBetween(5, 8);
        List<Call.Answer> answers = untilRefused("cookie", cookie);
        assertThat(answers.size() - 1).isBetween(30, 60);
        assertThat(answers.getLast().header("ratelimit-policy")).isEqualTo("\"dashboard\";q=40;w=60");
    }

    /** Returns the answers up to the first refusal: a moment later, a request may pass again. */
    private List<Call.Answer> untilRefused(String header, String value) {
        List<Call.Answer> answers = new ArrayList<>();
        do {
            answers.add(call("GET", answers.size() % 2 == 0 ? SUMMARY : PROPERTIES)
                    .header(header, value)
                    .send());
        } while (answers.getLast().status() == 200);
        return answers;
    }

    @Test
    void a_key_in_the_header_takes_precedence_over_the_cookie() {
        String cookie = cookie();
        assertThat(call("GET", PROPERTIES)
                        .header("cookie", cookie)
                        .header("x-admin-key", "wrong")
                        .send()
                        .status())
                .isEqualTo(401);
        assertThat(call("GET", PROPERTIES)
                        .header("x-admin-key", TestService.ADMIN_KEY)
                        .send()
                        .status())
                .isEqualTo(200);
    }
}
