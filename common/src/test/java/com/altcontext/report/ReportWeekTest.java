package com.altcontext.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.value.Rejected;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReportWeekTest {
    @ParameterizedTest
    @CsvSource({
        "2026-W47, 2026-11-16, 2026-11-22",
        "2026-W01, 2025-12-29, 2026-01-04",
        "2026-W53, 2026-12-28, 2027-01-03"
    })
    void weeks_follow_iso_8601(String text, LocalDate from, LocalDate to) {
        ReportWeek week = ReportWeek.parse(text);
        assertThat(week.window().from()).isEqualTo(from);
        assertThat(week.window().to()).isEqualTo(to);
        assertThat(week.before().to()).isEqualTo(from.minusDays(1));
        assertThat(week.text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "47", "2026-47", "2026-W54", "2025-W53", "2026-W4", "2026-11-16"})
    void any_other_text_is_refused(String text) {
        assertThatThrownBy(() -> ReportWeek.parse(text)).isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @CsvSource({"2026-11-22, 2026-W46", "2026-11-23, 2026-W47", "2026-11-29, 2026-W47"})
    void the_last_full_week_ends_before_today(LocalDate today, String week) {
        assertThat(ReportWeek.lastFull(today).text()).isEqualTo(week);
    }

    @Test
    void a_week_is_over_at_the_end_of_its_sunday() {
        ReportWeek week = ReportWeek.parse("2026-W47");
        assertThat(week.isAfter(Instant.parse("2026-11-22T23:59:59Z"))).isTrue();
        assertThat(week.isAfter(Instant.parse("2026-11-23T00:00:00Z"))).isFalse();
    }
}
