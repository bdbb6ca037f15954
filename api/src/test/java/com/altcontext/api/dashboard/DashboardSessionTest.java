package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.access.AccessKeyStore;
import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.access.Scope;
import com.altcontext.access.Secret;
import com.altcontext.api.http.SessionCookie;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.SignIn;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.property.Properties;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in to the dashboard, and what its cookie gives access to. Each test is a client of its own. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = {
            @ResourceArg(name = "CLIENT_IP_HEADER", value = "X-Forwarded-For"),
            @ResourceArg(name = "TRUSTED_PROXIES", value = "127.0.0.0/8"),
            @ResourceArg(name = "RATE_LIMIT_METRICS", value = "5"),
            @ResourceArg(name = "RATE_LIMIT_DASHBOARD", value = "40")
        })
class DashboardSessionTest extends DashboardClient {
    @Inject
    Sql sql;

    @Inject
    Properties properties;

    /** Changes the row of a session. */
    private void change(String cookie, String what) {
        Secret token = new Secret(cookie.replaceFirst(".*=", ""));
        int changed = sql.inTransaction(
                tx -> tx.update("UPDATE dashboard_sessions SET " + what + " WHERE token_hash = ?", token.hash()));
        assertThat(changed).isEqualTo(1);
    }

    // --- signing in and out

    @Test
    void the_key_is_exchanged_for_a_cookie_that_scripts_cannot_read_and_other_sites_cannot_send() {
        Instant before = Instant.now();
        Call.Answer answer = signIn(key(TestService.ADMIN_KEY)).send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("ok").asBoolean()).isTrue();
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.header("set-cookie"))
                .matches(NAME + "=[A-Za-z0-9_-]{43}; Max-Age=28800; Path=/; HttpOnly; SameSite=Strict; Secure");
        assertThat(Instant.parse(answer.field("expiresAt")))
                .isBetween(
                        before.plus(Duration.ofHours(8)).minusSeconds(1),
                        Instant.now().plus(Duration.ofHours(8)));
        assertThat(answer.text() + answer.headers()).doesNotContain(TestService.ADMIN_KEY);
        String cookie = Objects.requireNonNull(answer.header("set-cookie")).replaceFirst(";.*", "");
        assertThat(call("GET", SESSION).header("cookie", cookie).send().text()).isEqualTo(answer.text());
    }

    @Test
    void without_https_the_cookie_is_one_that_a_browser_accepts_over_http() {
        SessionCookie session = new SessionCookie(false);

        assertThat(session.set(new Secret("token")))
                .isEqualTo("altcontext-dashboard=token; Max-Age=28800; Path=/; HttpOnly; SameSite=Strict");
        assertThat(session.remove()).isEqualTo("altcontext-dashboard=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict");
    }

    @Test
    void the_cookie_gives_the_same_access_as_its_key() {
        String cookie = cookie();
        for (String path : List.of(SESSION, PROPERTIES, SUMMARY, "/v1/metrics/breakdown?dimension=path")) {
            assertThat(call("GET", path).header("cookie", cookie).send().status())
                    .as(path)
                    .isEqualTo(200);
        }
        assertThat(call("HEAD", SUMMARY).header("cookie", cookie).send().status())
                .isEqualTo(200);
        String figures = SignIn.cookie(SignIn.key(sql, Set.of(Scope.FIGURES_READ), null));
        for (String path : List.of("/v1/leads/delete", "/v1/leads/export")) {
            Call person = call("POST", path)
                    .header("cookie", cookie)
                    .header("sec-fetch-site", "same-origin")
                    .json(Forms.minimal());

            assertThat(person.send().field("error")).isEqualTo("not_found");
            assertThat(person.header("cookie", figures).send().field("error")).isEqualTo("forbidden");
        }
    }

    @Test
    void two_sessions_have_different_cookies() {
        assertThat(cookie()).isNotEqualTo(cookie());
    }

    @Test
    void signing_out_invalidates_every_copy_of_the_cookie() {
        String cookie = cookie();
        String other = cookie();
        assertThat(status(cookie)).isEqualTo(200);

        call("DELETE", SESSION).header("cookie", cookie).send();

        assertClosed(cookie);
        assertThat(status(other)).as("another session of the key").isEqualTo(200);
    }

    @Test
    void a_session_reports_its_scopes_and_properties_and_does_not_outlive_its_key() {
        String property = new StoredRows(sql).newProperty(properties);
        Instant end = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.MILLIS);
        String key = SignIn.key(sql, NewKey.ofShare("a link " + property, property, end));

        Call.Answer answer = signIn(key(key)).send();

        assertThat(answer.text())
                .isEqualTo("{\"ok\":true,\"expiresAt\":\"" + end + "\",\"scopes\":[\"figures:read\"],\"properties\":[\""
                        + property + "\"],\"share\":true}");
        String cookie = Objects.requireNonNull(answer.header("set-cookie")).replaceFirst(";.*", "");
        assertThat(call("GET", SESSION).header("cookie", cookie).send().text()).isEqualTo(answer.text());
        Call.Answer known = call("GET", PROPERTIES).header("cookie", cookie).send();
        assertThat(known.json().path("properties")).hasSize(1);
        assertThat(known.json().at("/properties/0/id").asText()).isEqualTo(property);
    }

    @Test
    void revoking_a_key_ends_its_sessions_and_no_others() {
        NewKey key = new NewKey("leaving " + client, Set.of(Scope.FIGURES_READ), null, false, null);
        String cookie = SignIn.cookie(SignIn.key(sql, key));
        String other = cookie();
        assertThat(status(cookie)).isEqualTo(200);

        boolean revoked = sql.inTransaction(tx -> AccessKeyStore.revoke(tx, key.name(), Instant.now()));

        assertThat(revoked).isTrue();

        assertClosed(cookie);
        assertThat(status(other)).isEqualTo(200);
    }

    @Test
    void signing_out_removes_the_cookie_whether_it_was_valid_or_not() {
        for (String cookie : List.of(cookie(), NAME + "=", "other=1")) {
            Call.Answer answer =
                    call("DELETE", SESSION).header("cookie", cookie).send();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("{\"ok\":true}");
            assertThat(answer.header("set-cookie"))
                    .isEqualTo(NAME + "=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict; Secure");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"key\":null}", "{\"key\":\"\"}", "{\"key\":7}", "[]", "{\"key\":", ""})
    void an_invalid_key_is_refused_and_starts_no_session(String body) {
        Call.Answer answer = signIn(body).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("issues")).isNotEmpty();
        assertThat(answer.header("set-cookie")).isNull();
    }

    @Test
    void wrong_keys_in_the_body_and_in_the_header_share_one_limit() {
        String cookie = cookie();
        int failures = 0;
        Call.Answer answer = signIn(key("wrong")).send();
        while (answer.status() == 401) {
            assertThat(answer.text()).isEqualTo(UNAUTHORIZED);
            assertThat(answer.header("set-cookie")).isNull();
            failures++;
            answer = failures % 2 == 0
                    ? signIn(key("wrong")).send()
                    : call("GET", PROPERTIES).header("x-admin-key", "wrong").send();
        }
        // The allowance refills while it is used, so a slow machine gets some more.
        assertThat(failures).isBetween(10, 15);
        for (Call.Answer refused :
                List.of(answer, signIn(key(TestService.ADMIN_KEY)).send())) {
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("ratelimit-policy")).isEqualTo("\"admin_failures\";q=10;w=60");
            assertThat(refused.header("set-cookie")).isNull();
        }
        assertThat(call("GET", PROPERTIES).header("cookie", cookie).send().status())
                .as("an open session is not affected")
                .isEqualTo(200);
    }

    // --- invalid cookies

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "AQAAAABq",
                "\"\"",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "%41%41*!~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void a_cookie_that_was_never_issued_gives_no_access(String value) {
        assertClosed(NAME + "=" + value);
    }

    @Test
    void a_cookie_with_any_character_changed_missing_or_added_gives_no_access() {
        String good = cookie();
        List<String> wrong = new ArrayList<>(List.of(
                good.substring(0, good.length() - 1),
                good.substring(0, good.length() - 43),
                good + "A",
                good + "=",
                good + "x".repeat(5_000),
                good.replace(NAME, "altcontext-dashboard"),
                good.replace("__Host", "__host")));
        for (int i = NAME.length() + 1; i < good.length(); i++) {
            wrong.add(good.substring(0, i) + (good.charAt(i) == 'A' ? 'B' : 'A') + good.substring(i + 1));
        }
        for (int i = 0; i < wrong.size(); i++) {
            assertThat(Call.get(SESSION)
                            .header("x-forwarded-for", "198.51.100." + i)
                            .header("cookie", wrong.get(i))
                            .send()
                            .status())
                    .as(wrong.get(i))
                    .isEqualTo(401);
        }
    }

    @Test
    void a_session_ends_when_it_expires_and_when_its_key_is_replaced() {
        String old = cookie();
        change(old, "expires_at = now() + interval '1 minute'");
        assertThat(status(old)).isEqualTo(200);
        change(old, "expires_at = now() - interval '1 second'");
        assertClosed(old);
        String ofAnotherKey = cookie();
        change(ofAnotherKey, "admin_key_hash = sha256('another admin key')");
        assertClosed(ofAnotherKey);
    }

    @Test
    void other_cookies_do_not_matter_even_if_they_have_the_same_name() {
        String good = cookie();
        for (String cookies : List.of(
                "a=1; " + good,
                good + ";b=2",
                NAME + "=planted; " + good,
                good + "; " + NAME + "=",
                NAME + "=" + "A".repeat(43) + "; " + good,
                "x" + NAME + "=1;;=; " + good)) {
            assertThat(status(cookies)).as(cookies).isEqualTo(200);
        }
    }

    private void assertClosed(String cookie) {
        for (String path : List.of(SESSION, PROPERTIES, SUMMARY)) {
            Call.Answer answer = call("GET", path).header("cookie", cookie).send();

            assertThat(answer.status()).as(path).isEqualTo(401);
            assertThat(answer.text()).isEqualTo(UNAUTHORIZED);
        }
    }
}
