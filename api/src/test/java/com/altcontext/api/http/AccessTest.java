package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.access.AccessKeyStore;
import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.access.Scope;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.SignIn;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.property.Properties;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every operator route with every kind of access key: which keys open it and which do not. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.OBSERVED))
class AccessTest {
    private static final String FORBIDDEN = "{\"ok\":false,\"error\":\"forbidden\"}";
    private static final String UNAUTHORIZED = "{\"ok\":false,\"error\":\"unauthorized\"}";

    @Inject
    Sql sql;

    @Inject
    Properties properties;

    @Inject
    Routes routes;

    private String property = "";
    private String other = "";

    @BeforeEach
    void twoProperties() {
        property = new StoredRows(sql).newProperty(properties);
        other = new StoredRows(sql).newProperty(properties);
    }

    private List<Route> operators() {
        return routes.all().stream().filter(route -> !route.access().isOpen()).toList();
    }

    /** Returns a request to the route about a property, or about all properties if it is null. */
    private static Call call(Route route, @Nullable String about) {
        Call call = Call.of(
                route.method().name(),
                route.path() + (about == null ? "" : "?propertyId=" + about + "&dimension=path"));
        if (route.bodyTypes().isEmpty()) {
            return call;
        }
        ObjectNode body =
                Call.JSON.createObjectNode().put("email", "nobody@example.ca").put("dateRange", "today");
        return call.json(about == null ? body : body.put("propertyId", about));
    }

    /** Sends the request with the key in each possible way, and returns the answers. */
    private Map<String, Call.Answer> answers(Route route, @Nullable String about, String key, String cookie) {
        return Map.of(
                "x-admin-key",
                call(route, about).header("x-admin-key", key).send(),
                "bearer",
                call(route, about).header("authorization", "Bearer " + key).send(),
                "session",
                call(route, about)
                        .header("cookie", cookie)
                        .header("sec-fetch-site", "same-origin")
                        .send());
    }

    @Test
    void each_scope_opens_only_its_own_routes_and_only_for_the_properties_of_the_key() {
        List<String> opened = new ArrayList<>();
        for (Scope scope : Scope.values()) {
            String ofAll = SignIn.key(sql, Set.of(scope), null);
            String ofOne = SignIn.key(sql, Set.of(scope), property);
            String cookieOfAll = SignIn.cookie(ofAll);
            String cookieOfOne = SignIn.cookie(ofOne);
            for (Route route : operators()) {
                boolean has = route.access().scopes().equals(Set.of(scope));
                boolean opensOne = has && route.access().byProperty();
                boolean namesNone = route.path().equals("/v1/dashboard/properties");
                check(route, property, has, answers(route, property, ofAll, cookieOfAll));
                check(route, null, has, answers(route, null, ofAll, cookieOfAll));
                check(route, property, opensOne, answers(route, property, ofOne, cookieOfOne));
                check(route, null, opensOne && namesNone, answers(route, null, ofOne, cookieOfOne));
                check(route, other, opensOne && namesNone, answers(route, other, ofOne, cookieOfOne));
                check(route, "unheard-of", opensOne && namesNone, answers(route, "unheard-of", ofOne, cookieOfOne));
                if (has) {
                    opened.add(route.access() + " " + route.method() + " " + route.path());
                }
            }
        }
        assertThat(opened).as("each route needs either one scope or all scopes").hasSize((int) operators().stream()
                .filter(route -> route.access().scopes().size() == 1)
                .count());
    }

    @Test
    void a_route_that_needs_every_scope_is_opened_only_by_a_key_with_all_scopes_for_its_property() {
        List<Route> whole = operators().stream()
                .filter(route -> route.access().scopes().size() > 1)
                .toList();
        assertThat(whole).extracting(Route::path).containsExactly("/v1/goals");
        String ofOne = SignIn.key(sql, Set.of(Scope.values()), property);
        String withoutOne = SignIn.key(sql, Set.of(Scope.FIGURES_READ, Scope.LEADS_READ), null);
        for (Route route : whole) {
            check(route, property, true, answers(route, property, ofOne, SignIn.cookie(ofOne)));
            check(route, other, false, answers(route, other, ofOne, SignIn.cookie(ofOne)));
            check(route, null, false, answers(route, null, ofOne, SignIn.cookie(ofOne)));
            check(route, property, false, answers(route, property, withoutOne, SignIn.cookie(withoutOne)));
        }
    }

    private static void check(Route route, @Nullable String about, boolean opens, Map<String, Call.Answer> answers) {
        answers.forEach((way, answer) -> {
            String as = route.method() + " " + route.path() + " about " + about + " by " + way + ": " + answer.text();
            if (opens) {
                // The request itself may be incomplete.
                assertThat(answer.status()).as(as).isIn(200, 400, 404);
            } else {
                assertThat(answer.status()).as(as).isEqualTo(403);
                assertThat(answer.text()).isEqualTo(FORBIDDEN);
            }
        });
    }

    @Test
    void a_key_with_all_scopes_opens_what_the_admin_key_opens() {
        String key = SignIn.key(sql, Set.of(Scope.values()), null);
        for (Route route : operators()) {
            assertThat(call(route, null).header("x-admin-key", key).send().status())
                    .as(route.path())
                    .isEqualTo(call(route, null)
                            .header("x-admin-key", TestService.ADMIN_KEY)
                            .send()
                            .status());
        }
    }

    @Test
    void a_key_that_is_revoked_or_expired_or_unknown_opens_no_route() {
        NewKey revoked = new NewKey("revoked " + property, Set.of(Scope.values()), null, false, null);
        String ofRevoked = SignIn.key(sql, revoked);
        String expired = SignIn.key(
                sql,
                new NewKey(
                        "expired " + property,
                        Set.of(Scope.values()),
                        null,
                        false,
                        Instant.now().minusSeconds(1)));
        Route route = operators().getFirst();
        assertThat(call(route, null).header("x-admin-key", ofRevoked).send().status())
                .isNotEqualTo(401);

        sql.inTransaction(tx -> AccessKeyStore.revoke(tx, revoked.name(), Instant.now()));

        int client = 0;
        for (Route each : operators()) {
            for (String key : List.of(ofRevoked, expired, "altc_" + "A".repeat(43))) {
                Call.Answer answer = call(each, null)
                        .header("x-admin-key", key)
                        .header("x-forwarded-for", "100.64.3." + ++client)
                        .send();

                assertThat(answer.text()).as(each.path()).isEqualTo(UNAUTHORIZED);
            }
        }
    }

    @Test
    void a_forbidden_request_is_counted_and_refused_before_its_body_arrives() throws IOException {
        String key = SignIn.key(sql, Set.of(Scope.FIGURES_READ), null);
        String head =
                "POST /v1/leads/delete HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Admin-Key: " + key;
        for (String rest : List.of(
                "\r\nContent-Length: 50\r\nExpect: 100-continue\r\n\r\n",
                "\r\nContent-Length: 50\r\n\r\n{\"email\":",
                "\r\nTransfer-Encoding: chunked\r\n\r\n")) {
            assertThat(Call.raw(head + rest)).contains("HTTP/1.1 403 ").endsWith(FORBIDDEN);
        }
        StoredRows stored = new StoredRows(sql);
        StoredRows.await(() -> stored.rejections("default", "leads/delete", "forbidden") >= 3, true);
    }

    @Test
    void the_body_of_a_request_is_read_after_its_access_key_is_checked() throws IOException {
        String key = SignIn.key(sql, Set.of(Scope.values()), null);
        String body = "{\"email\":\"nobody@example.ca\"}";

        // Any number of spaces may come before the key (RFC 9110, section 11.4).
        String answers = Call.raw("POST /v1/leads/export HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Authorization: bearer  " + key + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body
                + "GET /v1/metrics/realtime HTTP/1.1\r\nHost: x\r\nX-Admin-Key: " + key
                + "\r\nConnection: close\r\n\r\n");

        assertThat(answers).containsSubsequence("HTTP/1.1 404 ", "not_found", "HTTP/1.1 200 ", "\"pageViews\"");
    }

    @Test
    void the_last_use_of_a_key_is_recorded() {
        String name = "used " + property;
        String key = SignIn.key(sql, new NewKey(name, Set.of(Scope.FIGURES_READ), null, false, null));
        Instant before = Instant.now();
        for (int i = 0; i < 3; i++) {
            Call.get("/v1/dashboard/properties").header("x-admin-key", key).send();
        }
        Instant used = sql.inTransaction(
                tx -> tx.queryOne("SELECT last_used_at FROM access_keys WHERE name = ?", row -> row.time(1), name));
        assertThat(used).isBetween(before.minus(Duration.ofSeconds(1)), Instant.now());
    }
}
