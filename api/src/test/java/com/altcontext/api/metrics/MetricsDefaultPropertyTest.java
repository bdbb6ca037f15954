package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Metrics requests without a property, with ROLLUP_DEFAULT_PROPERTY_ID set. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.CHOSEN))
class MetricsDefaultPropertyTest {
    private static final String SUMMARY = "/v1/metrics/summary?window=1";
    private static final String BREAKDOWN = "/v1/metrics/breakdown?dimension=path&window=1";

    @Inject
    InstantSource clock;

    @Inject
    Sql sql;

    @Inject
    Properties properties;

    @AfterEach
    void takeItAway() {
        new StoredRows(sql).execute("DELETE FROM properties WHERE id = 'default-site'");
        properties.refresh();
    }

    @Test
    void requests_without_a_property_are_about_the_default_property() {
        String today = addTheDefaultSite();
        assertThat(Call.event(TestEvent.bodyWith("propertyId", "default-site"))
                        .send()
                        .status())
                .isEqualTo(202);
        assertThat(Call.event(TestEvent.bodyWith("propertyId", "default"))
                        .send()
                        .status())
                .isEqualTo(202);
        rollUp(LocalDate.parse(today));
        String window = "?from=" + today + "&to=" + today;

        JsonNode summary = admin("/v1/metrics/summary" + window).json();
        JsonNode breakdown =
                admin("/v1/metrics/breakdown" + window + "&dimension=path").json();

        assertThat(summary.at("/metrics/totalPageViews/value").asLong()).isEqualTo(1);
        assertThat(breakdown.at("/total/pageViews").asLong()).isEqualTo(1);
    }

    /** An answer with zeros would look like figures of the property. */
    @Test
    void a_default_property_that_does_not_exist_is_reported() {
        for (String question : new String[] {SUMMARY, BREAKDOWN}) {
            Call.Answer answer = admin(question);

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().at("/issues/0/path").asText()).isEqualTo("propertyId");
            assertThat(answer.json().at("/issues/0/message").asText())
                    .isEqualTo("is missing, and the default in ROLLUP_DEFAULT_PROPERTY_ID is not a known property");
            assertThat(admin(question + "&propertyId=default").status()).isEqualTo(200);
        }

        addTheDefaultSite();
        assertThat(admin(SUMMARY).status()).isEqualTo(200);
        assertThat(admin(BREAKDOWN).status()).isEqualTo(200);
    }

    private String addTheDefaultSite() {
        StoredRows stored = new StoredRows(sql);
        stored.execute("INSERT INTO properties (id, name) VALUES ('default-site', 'Default site')");
        properties.refresh();
        return stored.rows("SELECT to_jsonb((now() AT TIME ZONE 'UTC')::date)::text")
                .getFirst()
                .asText();
    }

    private static Call.Answer admin(String path) {
        return Call.get(path).header("x-admin-key", TestService.ADMIN_KEY).send();
    }

    /** Rolls up the day. If the service's own rollup is running, this one waits for it. */
    private void rollUp(LocalDate day) {
        var _ = new Rollup(sql, clock).run(day, null);
    }
}
