package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.MetricsQuery.Order;
import com.altcontext.property.Property;
import com.altcontext.property.Shields;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which days a word such as "month" means, and the default order of rows. The tests of the HTTP route check which
 * queries are refused.
 */
class QueryReaderTest {
    private static List<Order> order(Map<String, Object> body, String... groupings) {
        Issues issues = new Issues();
        List<Grouping> by = List.of(groupings).stream()
                .map(name -> Objects.requireNonNull(Grouping.named(name)))
                .toList();
        List<Order> order = new QueryReader(Fields.of(body, issues), issues).order(List.of(QueryMetric.VISITORS), by);
        issues.throwIfAny();
        return order;
    }

    @ParameterizedTest
    @CsvSource({
        "today, 2026-11-30, 2026-11-30",
        "7d, 2026-11-23, 2026-11-29",
        "month, 2026-11-01, 2026-11-30",
        "year, 2026-01-01, 2026-11-30",
    })
    void today_of_several_properties_is_the_day_that_has_begun_for_all(String word, LocalDate from, LocalDate to) {
        Issues issues = new Issues();
        PropertyZones zones = PropertyZones.of(Stream.of("UTC", "Australia/Sydney")
                .map(zone -> new Property(zone, Set.of(), ZoneId.of(zone), Shields.NONE, false))
                .toList());

        assertThat(new QueryReader(Fields.of(Map.of("dateRange", word), issues), issues)
                        .dateRange(zones, Instant.parse("2026-11-30T16:00:00Z")))
                .isEqualTo(new Window(from, to));
    }

    @Test
    void rows_are_ordered_by_time_if_grouped_by_time_and_else_by_the_first_metric() {
        assertThat(order(Map.of(), "utm_campaign", "time:day"))
                .containsExactly(new Order(1, false), new Order(0, false));
        assertThat(order(Map.of(), "path")).containsExactly(new Order(1, true), new Order(0, false));
        assertThat(order(Map.of("orderBy", List.of(List.of("visitors", "asc"))), "utm_campaign", "time:day"))
                .containsExactly(new Order(2, false), new Order(0, false), new Order(1, false));
    }
}
