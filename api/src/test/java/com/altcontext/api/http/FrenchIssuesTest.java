package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(TestService.class)
class FrenchIssuesTest {
    private static final Pattern ENGLISH = Pattern.compile("\\b(must|is|has|of|the)\\b");

    private static String messages(Call call) {
        Call.Answer answer =
                call.header("accept-language", "fr-CA,fr;q=0.9,en;q=0.5").send();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("\"issues\":[{");
        return answer.text();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"email\":\"x@y\"}",
                "{\"email\":\"@\"}",
                "{\"email\":7,\"anonId\":\"short\",\"formName\":{},\"payload\":[],\"utm\":1,\"consentStatus\":\"yes\"}",
                "{\"email\":\"jo@example.ca\",\"traffic\":{\"deviceType\":\"tv\"},\"propertyId\":\"none-of-that-name\"}",
                "{\"email\":\"jo@example.ca\",\"email\":\"jo@example.ca\"}",
                "{\"email\":\"jo@example.ca\",\"path\":\"\\u0000\",\"\\u0000\":1}",
                "{\"email\":\"jo@example.ca\",\"payload\":{\"n\":1e999}}",
                "{\"email\":",
                "{\"email\":\"jo@example.ca\"} 1"
            })
    void the_issues_of_a_form_are_in_the_language_of_the_browser(String body) {
        assertThat(messages(Call.capture(body))).doesNotContainPattern(ENGLISH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"anonId\":\"visitor-one\",\"eventType\":\"page_view\",\"path\":\"/\",\"timestamp\":\"soon\",\"eventId\":\"1\",\"props\":1,"
                        + "\"traffic\":{\"countryCode\":\"CAN\",\"isEntrance\":\"perhaps\",\"engagedTimeMs\":-1,"
                        + "\"webVitals\":{\"clsScore\":11}}}"
            })
    void the_issues_of_an_event_are_in_the_language_of_the_browser(String body) {
        assertThat(messages(Call.event(body))).doesNotContainPattern(ENGLISH);
    }

    @Test
    void the_issues_of_each_event_of_a_batch_are_in_the_language_of_the_browser() {
        Call.Answer answer =
                Call.batch("[{}, 1]").header("accept-language", "fr-CA").send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text())
                .contains("est obligatoire", "doit être un objet JSON")
                .doesNotContainPattern(ENGLISH);
    }

    @Test
    void french_issues_keep_the_numbers_and_their_order() {
        assertThat(messages(Call.event("{\"anonId\":\"short\",\"timestamp\":\"soon\"}")))
                .contains("doit compter de 8 à 128 caractères")
                .contains("doit être une heure ISO 8601 ou des millisecondes depuis 1970");
        assertThat(messages(Call.batch("[]"))).contains("doit être une liste de 1 à 100 événements");
    }

    @Test
    void issues_for_another_language_or_an_operator_are_in_english() {
        assertThat(Call.capture("{}").header("accept-language", "de").send().text())
                .contains("is required");
        assertThat(messages(Call.get("/v1/metrics/summary?propertyId=unheard-of")
                        .header("x-admin-key", TestService.ADMIN_KEY)))
                .contains("is not a known property");
    }
}
