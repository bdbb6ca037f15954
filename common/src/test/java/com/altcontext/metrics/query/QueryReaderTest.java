package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.query.MetricsQuery.Order;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** In what order rows come. What is refused is tested where a question is sent. */
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

    @Test
    void rows_come_by_time_if_there_is_one_else_by_the_first_metric() {
        assertThat(order(Map.of(), "utm_campaign", "time:day"))
                .containsExactly(new Order(1, false), new Order(0, false));
        assertThat(order(Map.of(), "path")).containsExactly(new Order(1, true), new Order(0, false));
        assertThat(order(Map.of("orderBy", List.of(List.of("visitors", "asc"))), "utm_campaign", "time:day"))
                .containsExactly(new Order(2, false), new Order(0, false), new Order(1, false));
    }
}
