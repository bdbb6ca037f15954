package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.property.Properties;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.OBSERVED))
class MailableResourceTest {
    @Inject
    Sql sql;

    @Inject
    Properties properties;

    private String property = "";

    @BeforeEach
    void ownProperty() {
        property = new StoredRows(sql).newProperty(properties);
    }

    private Call.Answer list(String query) {
        return Call.get("/v1/leads/mailable?propertyId=" + property + query)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .send();
    }

    private void capture(String email, String consent, String purpose) {
        assertThat(Call.capture(Forms.minimal(email)
                                .put("propertyId", property)
                                .put("consentStatus", consent)
                                .put("consentPurpose", purpose))
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_lead_has_a_verdict_for_each_purpose_or_for_the_one_asked_for() {
        String email = property + "@x.ca";
        capture(email, "express", "newsletter");
        capture(email, "implied", "sales");

        JsonNode lead = list("").json().path("leads").get(0);

        assertThat(lead.path("email").asText()).isEqualTo(email);
        assertThat(lead.path("purposes").findValuesAsText("verdict")).containsExactly("may", "may_until");
        assertThat(list("&purpose=events").json().at("/leads/0/purposes/0").toString())
                .isEqualTo("{\"purpose\":\"events\",\"verdict\":\"may_not\",\"reason\":\"no_consent\",\"until\":null}");
    }

    @Test
    void each_page_has_a_cursor_to_the_next_page() {
        for (int i = 0; i < 3; i++) {
            capture(i + property + "@x.ca", "express", "newsletter");
        }
        JsonNode first = list("&limit=2").json();
        JsonNode second = list("&limit=2&cursor=" + first.path("next").asText()).json();

        assertThat(first.path("leads")).hasSize(2);
        assertThat(second.path("leads")).hasSize(1);
        assertThat(second.path("next").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "&cursor=x",
                "&cursor=1-1-1-1-1",
                "&limit=0",
                "&limit=1001",
                "&purpose=%ed%a0%80%ff",
                "&purpose=%00"
            })
    void a_wrong_parameter_is_named(String query) {
        Call.Answer answer = list(query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/issues/0/path").asText()).isEqualTo(query.substring(1, query.indexOf('=')));
    }

    @Test
    void a_purpose_has_at_most_255_characters() {
        assertThat(list("&purpose=" + "x".repeat(255)).status()).isEqualTo(200);
        assertThat(list("&purpose=%EF%BF%BD").status()).isEqualTo(200);
        assertThat(list("&purpose=" + "x".repeat(256))
                        .json()
                        .at("/issues/0/path")
                        .asText())
                .isEqualTo("purpose");
    }
}
