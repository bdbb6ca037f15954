package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.PropertyZones;
import com.altcontext.property.Property;
import com.altcontext.property.Shields;
import com.altcontext.value.Issues;
import com.altcontext.value.QueryParameters;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowParametersTest {
    /** In Auckland it is already the next day. */
    private static final Instant EVENING = Instant.parse("2026-03-10T20:00:00Z");

    private static PropertyZones in(String... zones) {
        return PropertyZones.of(List.of(zones).stream()
                .map(zone -> new Property(zone, Set.of(), ZoneId.of(zone), Shields.NONE, false))
                .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "last, window, UTC, 2026-03-03, 2026-03-09",
        "1, window, UTC, 2026-03-09, 2026-03-09",
        "366, window, UTC, 2025-03-09, 2026-03-09",
        "today, window, UTC, 2026-03-10, 2026-03-10",
        "2026-03-01, from, UTC, 2026-03-01, 2026-03-10",
        "1, window, Pacific/Auckland, 2026-03-10, 2026-03-10",
        "today, window, Pacific/Auckland, 2026-03-11, 2026-03-11",
        "1, window, Pacific/Auckland UTC, 2026-03-09, 2026-03-09",
        "today, window, Pacific/Auckland UTC, 2026-03-10, 2026-03-10",
        "2026-03-01, from, Pacific/Auckland UTC, 2026-03-01, 2026-03-10",
    })
    void a_window_has_days_that_have_ended_in_all_zones_or_the_day_that_has_begun_in_all_zones(
            String asked, String path, String zones, LocalDate from, LocalDate to) {
        Issues issues = new Issues();
        QueryParameters query = new QueryParameters(
                asked.equals("last")
                        ? Map.of()
                        : path.equals("from") ? Map.of("from", asked, "to", "2026-03-10") : Map.of("window", asked),
                issues);

        assertThat(WindowParameters.window(query, in(zones.split(" ", -1)), EVENING, issues))
                .isEqualTo(new Window(from, to));
        assertThat(WindowParameters.path(query)).isEqualTo(path);
        assertThat(issues.isEmpty()).isTrue();
    }
}
