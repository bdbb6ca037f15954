package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service whose operator respects {@code Sec-GPC} and {@code DNT}. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.CHOSEN))
class PrivacySignalsTest {
    @Inject
    Sql sql;

    @Inject
    Properties properties;

    @ParameterizedTest
    @ValueSource(strings = {"Sec-GPC", "DNT"})
    void an_event_with_a_privacy_signal_is_accepted_and_not_stored(String header) {
        StoredRows stored = new StoredRows(sql);
        String property = stored.newProperty(properties);
        ObjectNode event = TestEvent.bodyWith("propertyId", property);
        Call.Answer answer = Call.event(event).header(header, "1").send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text()).isEqualTo("{\"ok\":true}");
        assertThat(answer.header("x-outcome")).isEqualTo("dropped");
        StoredRows.await(() -> stored.rejections(property, "events", "privacy_signal"), 1L);
        assertThat(stored.visitors(event.path("anonId").asText())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Sec-GPC,0", "DNT,0", "DNT,unspecified", "Sec-GPC,true"})
    void any_other_value_is_not_a_signal(String header, String value) {
        assertThat(Call.event(TestEvent.body()).header(header, value).send().header("x-outcome"))
                .isEqualTo("stored");
    }

    @Test
    void a_privacy_signal_drops_every_event_of_a_batch() {
        StoredRows stored = new StoredRows(sql);
        String property = stored.newProperty(properties);
        Call.Answer answer = Call.batch(
                        List.of(TestEvent.bodyWith("propertyId", property), TestEvent.bodyWith("propertyId", property)))
                .header("Sec-GPC", "1")
                .send();

        assertThat(answer.text())
                .isEqualTo("{\"ok\":true,\"results\":[{\"ok\":true,\"outcome\":\"dropped\"},"
                        + "{\"ok\":true,\"outcome\":\"dropped\"}]}");
        StoredRows.await(() -> stored.rejections(property, "events/batch", "privacy_signal"), 2L);
    }

    @Test
    void an_invalid_event_with_a_privacy_signal_still_gets_its_issues() {
        assertThat(Call.event("{}").header("DNT", "1").send().status()).isEqualTo(400);
    }
}
