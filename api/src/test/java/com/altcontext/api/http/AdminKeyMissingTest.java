package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A service whose operator has not configured an admin key. */
@QuarkusTest
@WithTestResource(value = TestService.class, initArgs = @ResourceArg(name = "ADMIN_API_KEY", value = " "))
class AdminKeyMissingTest {
    @Test
    void operator_routes_answer_503_and_say_why() {
        for (String path : List.of("/v1/leads/delete", "/v1/leads/export")) {
            for (String key : List.of("", " ", TestService.ADMIN_KEY)) {
                Call.Answer answer = Call.of("POST", path)
                        .header("x-admin-key", key)
                        .json(Forms.minimal())
                        .send();

                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"admin_auth_not_configured\"}");
                assertThat(answer.header("retry-after")).isNull();
            }
            assertThat(Call.of("POST", path).json(Forms.minimal()).send().status())
                    .isEqualTo(503);
        }
    }

    @Test
    void the_dashboard_does_not_allow_signing_in_either() {
        String cookie = "__Host-altcontext-dashboard=" + "A".repeat(43);
        for (Call call : List.of(
                Call.get("/v1/dashboard/session"),
                Call.get("/v1/dashboard/properties"),
                Call.get("/v1/metrics/summary"),
                Call.of("POST", "/v1/dashboard/leads.csv"),
                Call.of("POST", "/v1/dashboard/session").json("{\"key\":\"" + TestService.ADMIN_KEY + "\"}"))) {
            Call.Answer answer = call.header("cookie", cookie)
                    .header("sec-fetch-site", "same-origin")
                    .send();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"admin_auth_not_configured\"}");
            assertThat(answer.header("set-cookie")).isNull();
        }
    }

    @Test
    void public_endpoints_are_not_affected() {
        assertThat(Call.capture(Forms.minimal()).send().status()).isEqualTo(200);
    }
}
