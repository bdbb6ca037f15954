package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.StoredRows;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The chart, by mouse, finger and keyboard, in a real browser. */
class DashboardChartIT extends FilledDashboard {
    @Test
    void the_chart_shows_each_day_and_the_table_below_it_lists_every_day() {
        page.signIn(SEVEN);

        // The zero line is at 212, and the maximum, 2, at 10.
        assertThat(page.heights("path.now")).containsExactly(212.0, 212.0, 212.0, 212.0, 212.0, 111.0, 10.0);
        assertThat(page.heights("path.before")).containsExactly(212.0, 212.0, 212.0, 212.0, 212.0, 111.0, 212.0);
        assertThat(page.tab
                        .evaluate(
                                "[...document.querySelectorAll('.tick')].slice(0, 3).map(tick => tick.textContent).join()")
                        .asText())
                .isEqualTo("0,1,2");
        assertThat(page.tab
                        .evaluate("document.querySelector('svg[role=img]').getAttribute('aria-label')")
                        .asText())
                .startsWith("Visitors by day, ")
                .contains("from 0 to 2 a day")
                .endsWith("The table below has every day.");

        page.choose("pageViews");
        assertThat(page.query()).isEqualTo("?window=7&property=kiln&chart=pageViews");
        assertThat(page.heights("path.now")).containsExactly(212.0, 212.0, 212.0, 212.0, 212.0, 144.7, 10.0);

        page.tab.click(".trend summary");
        page.tab.await("document.querySelector('.trend details table')");
        List<String> rows = page.rows(".trend details");
        assertThat(rows).hasSize(15);
        assertThat(rows.get(6)).endsWith("|2|3|2|0");
        assertThat(rows.get(5)).endsWith("|1|1|1|1");
        assertThat(rows.get(7)).isEqualTo("The window before");
        assertThat(rows.get(13)).endsWith("|1|1|1|0");
    }

    @Test
    void a_line_that_is_chosen_while_figures_load_stays() {
        page.signIn(SEVEN);
        page.hold("*/v1/metrics/summary*");
        page.tab.click(".fresh button");
        page.tab.click("input[value=pageViews]");
        page.tab.await("location.search.includes('chart=pageViews')");
        page.release();
        page.settled();

        assertThat(page.has("input[value=pageViews]:checked")).isTrue();
        assertThat(page.heights("path.now")).containsExactly(212.0, 212.0, 212.0, 212.0, 212.0, 144.7, 10.0);
    }

    @Test
    void a_single_day_that_has_ended_is_not_drawn_as_an_unfinished_day() {
        page.signIn("?window=7&property=odd");
        assertThat(page.text("h1")).startsWith("Since ");
        assertThat(page.has("path.now:not(.open)")).isTrue();
        assertThat(page.has("path.open")).isFalse();
    }

    @Test
    void a_chart_is_drawn_even_if_only_daily_figures_are_known_of_the_compared_window() {
        PAST.store(PAST.view("moved", "one", 1, "08:00:00"), PAST.view("moved", "two", 1, "08:30:00"));
        PAST.rollUp(1, 1);
        // The day before was imported from another system. As after a purge, only the figures of the whole day are
        // known.
        PAST.stored.execute(
                "INSERT INTO daily_metric_rollups (property_id, day, page_views, sessions, imported)"
                        + " VALUES ('moved', ?, 3, 3, 1)",
                PAST.today.minusDays(2));
        page.signIn("?window=yesterday&property=moved");

        assertThat(page.heights("path.now")).as("hours of yesterday").hasSize(24);
        assertThat(page.heights("path.now").get(8)).isEqualTo(10.0);
        assertThat(page.has("path.before")).isFalse();
        assertThat(page.has(".alert p")).isFalse();

        page.open("?window=yesterday&property=moved&f=is:device:desktop").settled();
        assertThat(page.heights("path.now")).hasSize(24);

        String day = "?from=%1$s&to=%1$s&property=moved".formatted(PAST.today.minusDays(2));
        page.open(day + "&chart=pageViews").settled();
        page.tab.click(".trend summary");
        page.tab.await("document.querySelector('.trend details table')");
        assertThat(page.text(".trend thead th")).isEqualTo("Day");
        assertThat(page.rows(".trend details").getFirst()).endsWith("|0|3|3|0");
        assertThat(page.text(".extras .body")).startsWith("Not known for days before ");
        assertThat(page.has(".alert p")).as("all other figures are shown").isFalse();

        page.open("?from=%s&to=%s&property=moved&f=is:device:desktop".formatted(PAST.today.minusDays(1), PAST.today))
                .settled();
        assertThat(page.has("path.now"))
                .as("the two days, though single visits of the days before them are not known")
                .isTrue();
        assertThat(page.has("path.before")).isFalse();
    }

    @Test
    void a_single_day_is_labelled_by_hours_and_its_comparison_as_a_year_before() {
        page.signIn("?window=yesterday&compare=year&property=kiln");

        assertThat(page.tab
                        .evaluate("document.querySelector('svg[role=img]').getAttribute('aria-label')")
                        .asText())
                .startsWith("Visitors by hour, ")
                .endsWith(": from 0 to 2 an hour. The table below has every hour.");
        assertThat(page.text(".legend .before")).isEqualTo("A year before");
        page.tab.click(".trend summary");
        page.tab.await("document.querySelector('.trend details table')");
        assertThat(page.text(".trend thead th")).isEqualTo("Hour");
        assertThat(page.text(".trend [scope=rowgroup]")).isEqualTo("A year before");
    }

    @Test
    void a_pointer_on_the_chart_shows_the_day_below_it() {
        page.signIn(SEVEN);
        String yesterday =
                DateTimeFormatter.ofPattern("EEE, MMM d, yyyy", Locale.US).format(PAST.today.minusDays(1));
        // The pointer moves twice, as a hand does: after a new layout, the browser finds the element below the pointer
        // only at the next move.
        StoredRows.await(
                () -> {
                    JsonNode box = page.tab.evaluate(
                            "(() => { const {right, top} = document.querySelector('.plot svg').getBoundingClientRect(); return {right, top} })()");
                    page.movePointer(
                            box.path("right").asDouble() - 20, box.path("top").asDouble() + 50);
                    page.movePointer(
                            box.path("right").asDouble() - 14, box.path("top").asDouble() + 50);
                    return page.text(".legend .now");
                },
                yesterday + "2");
        assertThat(callout()).isEqualTo("2");

        page.tab.press("Escape");
        assertThat(callout())
                .as("Escape hides the callout, which covers a part of the chart")
                .isEmpty();
        assertThat(page.text(".legend .now")).isEqualTo("This window");
    }

    private String callout() {
        return page.tab
                .evaluate("document.querySelector('.callout').textContent")
                .asText();
    }

    @Test
    void a_touched_day_is_shown_and_stays_when_the_finger_is_lifted() {
        page.signIn(SEVEN);
        page.look(DashboardTab.PHONE, false);
        page.tab.call("Emulation.setTouchEmulationEnabled", Map.of("enabled", true));
        StoredRows.await(
                () -> {
                    JsonNode box = page.tab.evaluate(
                            "(() => { const {right, top} = document.querySelector('.plot svg').getBoundingClientRect(); return {x: right - 14, y: top + 50} })()");
                    page.tab.call(
                            "Input.dispatchTouchEvent", Map.of("type", "touchStart", "touchPoints", List.of(box)));
                    page.tab.call("Input.dispatchTouchEvent", Map.of("type", "touchEnd", "touchPoints", List.of()));
                    return callout();
                },
                "2");
        assertThat(page.text(".legend .now")).endsWith("2");
        page.assertBlameless();
    }

    @Test
    void the_arrow_keys_move_from_day_to_day() {
        page.signIn(SEVEN);
        page.tab.evaluate("document.querySelector('.plot svg').focus()");

        page.tab.press("ArrowLeft");
        assertThat(callout()).as("yesterday").isEqualTo("2");
        page.tab.press("ArrowLeft");
        assertThat(callout()).as("the day before").isEqualTo("1");
        page.tab.press("Escape");
        assertThat(callout()).isEmpty();
        page.tab.press("ArrowLeft");
        assertThat(callout()).as("from the end again").isEqualTo("2");
        page.tab.evaluate("document.querySelector('.plot svg').blur()");
        assertThat(callout()).isEmpty();
        assertThat(page.text(".legend .now")).isEqualTo("This window");
    }

    @Test
    void an_unknown_number_of_leads_is_not_drawn_as_zero() {
        page.signIn(SEVEN + "&f=is%3Apath%3A%2Fnews&chart=newLeads");

        assertThat(page.text(".plot")).isEqualTo("With these filters, new leads are not known.");
        assertThat(page.has(".plot svg")).isFalse();
        assertThat(page.text(".legend")).isEmpty();
        page.choose("sessions");
        assertThat(page.has(".plot path.now")).isTrue();
        page.choose("newLeads");
        assertThat(page.has(".plot svg")).isFalse();
        page.assertAccessible("leads-unknown", DashboardTab.PHONE);
        page.assertBlameless();
    }
}
