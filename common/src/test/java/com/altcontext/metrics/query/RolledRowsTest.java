package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.FigureSource;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.summary.RolledDay;
import com.altcontext.metrics.summary.RolledWindow;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RolledRowsTest {
    private static final LocalDate FIRST = LocalDate.parse("2026-03-01");

    private static RolledDay day(int number, @Nullable Double bounceRate) {
        Map<Metric, @Nullable Number> metrics = new EnumMap<>(Metric.class);
        metrics.put(Metric.BOUNCE_RATE, bounceRate);
        return new RolledDay(FIRST.plusDays(number), metrics, 0L, 0L);
    }

    private static List<Integer> daysOrderedByBounceRate(boolean descending, RolledDay... days) {
        Summary summary = new Summary(
                new Window(FIRST, FIRST.plusDays(days.length - 1)),
                null,
                false,
                FigureSource.ROLLUPS,
                Summary.Freshness.ofRaw(Instant.EPOCH),
                Map.of(),
                Map.of(),
                Map.of(),
                null,
                List.of(),
                Map.of());
        MetricsQuery query = new MetricsQuery(
                List.of(),
                List.of(QueryMetric.BOUNCE_RATE),
                List.of(Grouping.Time.DAY),
                Filter.none(),
                List.of(new MetricsQuery.Order(1, descending)),
                10,
                0);
        return RolledRows.of(query, new RolledWindow(summary, List.of(days))).rows().stream()
                .map(row ->
                        LocalDate.parse(String.valueOf(row.groups().getFirst())).compareTo(FIRST))
                .toList();
    }

    @Test
    void days_without_a_figure_come_last_in_both_orders_as_with_raw_rows() {
        assertThat(daysOrderedByBounceRate(false, day(0, null), day(1, 0.5), day(2, 0.25)))
                .containsExactly(2, 1, 0);
        assertThat(daysOrderedByBounceRate(true, day(0, null), day(1, 0.5), day(2, 0.25)))
                .containsExactly(1, 2, 0);
    }
}
