package com.altcontext.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Sql;
import com.altcontext.property.Properties;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the service does by itself; here it is called, since nobody wants to wait for its turn. */
@QuarkusTest
@WithTestResource(TestService.class)
class HousekeepingTest {
    @Inject
    Housekeeping housekeeping;

    @Inject
    Sql sql;

    @Inject
    Properties properties;

    @Test
    void the_figures_of_today_follow_the_events() {
        Stored stored = new Stored(sql);
        String property = stored.newProperty(properties);
        Call.event(Beacons.with("propertyId", property)).send();
        housekeeping.refreshRollups();
        assertThat(pageViewsOfToday(stored, property)).isEqualTo(1);

        Call.event(Beacons.with("propertyId", property)).send();
        housekeeping.refreshRollups();
        assertThat(pageViewsOfToday(stored, property)).isEqualTo(2);
    }

    private static long pageViewsOfToday(Stored stored, String property) {
        List<JsonNode> days = stored.rows(
                "SELECT to_jsonb(r)::text FROM daily_metric_rollups r WHERE property_id = ?"
                        + " AND day = (now() AT TIME ZONE 'UTC')::date",
                property);
        assertThat(days).hasSize(1);
        return days.getFirst().path("page_views").asLong();
    }
}
