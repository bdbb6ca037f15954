package com.altcontext.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.value.Rejected;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowTest {
    @Test
    void a_window_has_1_to_366_days_and_ends_today_at_the_latest() {
        LocalDate today = LocalDate.of(2026, 3, 9);
        assertThat(Window.lastFull(7, today)).isEqualTo(new Window(today.minusDays(7), today.minusDays(1)));
        assertThat(Window.between(today.minusDays(365), today, today).days()).isEqualTo(366);
        assertThat(Window.lastFull(366, today).days()).isEqualTo(366);
        for (Runnable wrong : List.<Runnable>of(
                () -> Window.between(today, today.plusDays(1), today),
                () -> new Window(today, today.minusDays(1)),
                () -> new Window(today.minusDays(366), today),
                () -> Window.lastFull(0, today),
                () -> Window.lastFull(367, today))) {
            assertThatThrownBy(wrong::run).isInstanceOf(Rejected.class);
        }
    }
}
