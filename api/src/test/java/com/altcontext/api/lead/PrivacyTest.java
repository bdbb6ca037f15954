package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** The public statement of what the service collects. */
@QuarkusTest
@WithTestResource(TestService.class)
class PrivacyTest {
    @Test
    void it_names_the_contact_what_is_collected_why_and_for_how_long() {
        Call.Answer answer = Call.get("/v1/privacy")
                .header("origin", TestService.ALLOWED_ORIGIN)
                .send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).startsWith("application/json");
        assertThat(answer.header("access-control-allow-origin")).isEqualTo(TestService.ALLOWED_ORIGIN);
        assertThat(answer.json().path("ok").booleanValue()).isTrue();
        assertThat(answer.field("contact")).isEqualTo("privacy@example.ca");
        assertThat(answer.json().path("retention").toString())
                .isEqualTo("{\"rawEventDays\":60,\"rollupMonths\":13,\"unconfirmedLeadDays\":30}");
        assertThat(answer.json().path("collected")).isNotEmpty().allSatisfy(kind -> {
            assertThat(kind.path("what").asText()).isNotBlank();
            assertThat(kind.path("why").asText()).isNotBlank();
            assertThat(kind.path("until").asText()).isNotBlank();
        });
        assertThat(answer.text()).contains("60 days", "13 months");
        assertThat(answer.json().path("collected"))
                .filteredOn(kind -> kind.path("until").asText().equals("13 months"))
                .singleElement()
                .satisfies(rollups -> assertThat(rollups.path("what").asText())
                        .as("rollups contain more than sums")
                        .contains("identifiers"));
    }
}
