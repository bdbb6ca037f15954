package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestEvent;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The windows that can be chosen, in a real browser: days, hours, and what they are compared with. */
class DashboardWindowsIT extends FilledDashboard {
    @Test
    void the_pickers_change_the_figures_and_the_address_and_the_back_button_undoes_this() {
        page.signIn(SEVEN);

        page.choose("today");
        assertThat(page.query()).isEqualTo("?window=today&property=kiln");
        assertThat(page.tile("uniqueVisitors")).isEqualTo("1▼ 50.0%down 50.0%, worse");
        page.choose("30");
        assertThat(page.tile("uniqueVisitors")).isEqualTo("3");
        page.choose("90");
        page.choose("all");
        assertThat(page.tile("uniqueVisitors")).as("today is included").isEqualTo("4");
        page.select(".toolbar select", "");
        assertThat(page.query()).isEqualTo("?window=all");
        assertThat(page.text("main > .quiet")).isEqualTo("Days are those of each site’s own time zone.");
        assertThat(page.tile("sessions")).matches("[\\d,]{3,}");
        page.select(".toolbar select", "kiln");
        assertThat(page.text("main > .quiet")).isEqualTo("Days are those of the time zone Africa/Abidjan.");
        page.choose("7");
        page.select(".compare", "false");
        assertThat(page.query()).isEqualTo("?window=7&compare=false&property=kiln");
        assertThat(page.tile("uniqueVisitors")).isEqualTo("2");
        assertThat(page.has("path.before")).isFalse();

        page.tab.evaluate("history.back()");
        page.tab.await("location.search === '?window=7&property=kiln'");
        page.settled();
        assertThat(page.tile("uniqueVisitors")).startsWith("2▲");
        assertThat(page.tab.evaluate("document.querySelector('.compare').value").asText())
                .isEqualTo("true");
        page.tab.evaluate("history.go(-2)");
        page.tab.await("location.search === '?window=all'");
        page.settled();
        assertThat(page.has("input[value=all]:checked")).isTrue();
    }

    @Test
    void a_number_of_days_that_is_not_offered_becomes_a_choice_of_its_own() {
        page.signIn("?window=31&property=default");

        assertThat(page.query()).isEqualTo("?window=31&property=default");
        assertThat(page.windows()).isEqualTo("today yesterday 7 30 90 month year all 31 custom");
        assertThat(page.has("input[value=\"31\"]:checked")).isTrue();
        assertThat(page.text("label:has(input[value=\"31\"])")).isEqualTo("31 d");
        assertThat(page.heights("path.now")).hasSize(31);

        page.choose("7");
        assertThat(page.query()).isEqualTo("?window=7&property=default");
        page.choose("31");
        assertThat(page.query()).isEqualTo("?window=31&property=default");
        assertThat(page.heights("path.now")).hasSize(31);
        page.choose("90");
        assertThat(page.tab.refused())
                .as("requests for days that the service refuses")
                .isEmpty();
        page.assertBlameless();
    }

    @Test
    void an_invalid_window_becomes_thirty_days_in_the_address_too() {
        page.signIn("");
        for (String wrong : List.of("0", "-7", "abc", "367", "7.5")) {
            page.open("?window=" + wrong + "&property=default").settled();

            assertThat(page.query()).as(wrong).isEqualTo("?property=default");
            assertThat(page.windows()).as(wrong).isEqualTo("today yesterday 7 30 90 month year all custom");
            assertThat(page.has("input[value=\"30\"]:checked")).as(wrong).isTrue();
            assertThat(page.heights("path.now")).as(wrong).hasSize(30);
        }
        page.assertBlameless();
    }

    @Test
    void custom_days_are_shown_and_invalid_ones_get_a_reason() {
        page.signIn("?property=kiln");
        page.tab.click("input[value=custom]");

        days("", PAST.today.toString(), "Enter both days.");
        days(PAST.today.toString(), PAST.today.minusDays(1).toString(), "The first day must not come after the last.");
        days(PAST.today.minusDays(366).toString(), PAST.today.toString(), "At most 366 days can be shown at once.");
        days(PAST.today.toString(), PAST.today.plusDays(1).toString(), "The last day must not be after today");
        assertThat(page.query()).isEqualTo("?property=kiln");

        days(PAST.today.minusDays(2).toString(), PAST.today.minusDays(2).toString(), "");
        page.settled();
        assertThat(page.query()).isEqualTo("?from=%1$s&to=%1$s&property=kiln".formatted(PAST.today.minusDays(2)));
        assertThat(page.tile("totalPageViews")).isEqualTo("1");
        assertThat(page.heights("path.now")).as("a single day has hours").hasSize(24);
    }

    @Test
    void days_that_are_being_typed_survive_a_refresh() {
        page.signIn("?property=kiln");
        page.tab.click("input[value=custom]");
        page.tab.evaluate("document.querySelector('.custom input').value = '2026-01-31'");
        page.tab.evaluate("document.querySelector('.custom input').focus()");
        String first = page.focus();

        page.tab.evaluate("document.querySelector('.fresh button').click()");
        page.settled();

        assertThat(page.focus()).isEqualTo(first);
        assertThat(page.tab
                        .evaluate("document.querySelector('.custom input').value")
                        .asText())
                .isEqualTo("2026-01-31");
        assertThat(page.has("input[value=custom]:checked")).isTrue();
        page.tab.click("input[value=\"30\"]");
        assertThat(page.has(".custom[hidden]")).isTrue();
    }

    private void days(String from, String to, String message) {
        page.tab.evaluate("""
                (() => {
                  const [from, to] = document.querySelectorAll('.custom input');
                  from.value = '%s';
                  to.value = '%s';
                })()""".formatted(from, to));
        page.tab.click(".custom button");
        assertThat(page.text(".custom .problem")).startsWith(message);
        assertThat(page.text(".custom .problem").isEmpty()).isEqualTo(message.isEmpty());
    }

    @Test
    void a_device_with_a_wrong_clock_shows_the_current_day_of_the_service() {
        page.tab.beforeEachPage("const right = Date.now; Date.now = () => right() + 3 * 86400000");
        page.signIn("?window=today&property=kiln");

        assertThat(page.tile("uniqueVisitors")).startsWith("1");
        assertThat(page.has(".alert p")).isFalse();
        page.tab.click("input[value=custom]");
        assertThat(page.tab
                        .evaluate("document.querySelector('.custom input').max")
                        .asText())
                .isEqualTo(PAST.today.toString());
    }

    @Test
    void one_day_is_shown_by_hour_and_compared_with_the_hours_of_the_day_before() {
        page.signIn("?window=yesterday&property=kiln");

        assertThat(page.heights("path.now")).hasSize(24);
        assertThat(page.heights("path.before")).hasSize(24);
        // Yesterday's two visitors came at midnight, and the visitor of the day before came at eight.
        assertThat(page.heights("path.now").subList(0, 2)).containsExactly(10.0, 212.0);
        assertThat(page.heights("path.before").subList(7, 10)).containsExactly(212.0, 111.0, 212.0);

        page.choose("today");
        assertThat(page.heights("path.before")).hasSize(24);
        assertThat(page.has("path.now")).as("a line and not a single dot").isTrue();
        page.tab.evaluate("document.querySelector('.plot svg').focus()");
        page.tab.press("ArrowRight");
        assertThat(page.text(".legend .now")).contains("12").endsWith("1");
        page.assertBlameless();
    }

    @Test
    void the_window_of_all_days_begins_with_the_first_visit() {
        page.signIn("?window=all&property=kiln");

        assertThat(page.text("h1")).startsWith("Since ");
        assertThat(page.heights("path.now"))
                .as("nine days ago until yesterday; today is a line of its own")
                .hasSize(9);
    }

    @Test
    void a_window_that_begins_before_the_first_visit_is_shown_from_there() {
        page.signIn("?window=30&property=kiln");

        assertThat(page.text("h1")).startsWith("Since ");
        assertThat(page.text(".compared")).as("there were no visits before").isEmpty();
        assertThat(page.heights("path.now")).as("nine full days").hasSize(9);
        assertThat(page.has("path.before")).isFalse();
        page.choose("7");
        assertThat(page.text("h1")).doesNotContain("Since");
        page.assertBlameless();
    }

    @Test
    void custom_days_are_named_from_the_first_visit_to_the_last_day() {
        String days = "?from=%s&to=%s&property=kiln";
        LocalDate last = PAST.today.minusDays(8);
        page.signIn(days.formatted(PAST.today.minusDays(9), last));
        String named = page.text("h1");

        page.open(days.formatted(PAST.today.minusDays(12), last)).settled();
        assertThat(page.text("h1")).isEqualTo(named).doesNotContain("Since");
    }

    @Test
    void a_window_is_not_called_all_if_there_are_more_days_than_the_service_answers_at_once() {
        PAST.stored.execute(
                "INSERT INTO daily_metric_rollups (property_id, day, page_views, sessions) VALUES ('old', ?, 1, 1)",
                PAST.today.minusDays(400));
        page.signIn("?window=all&property=old");

        assertThat(page.text("h1")).doesNotContain("Since");
        assertThat(page.text(".compared"))
                .isEqualTo(
                        "the last 366 days: no more are shown at once. Figures begin on %s; choose earlier days with Custom."
                                .formatted(DateTimeFormatter.ofPattern("MMM d, yyyy", Locale.CANADA)
                                        .format(PAST.today.minusDays(400))));
        assertThat(page.heights("path.now")).as("today is a line of its own").hasSize(365);
    }

    /**
     * Uses the last two days on which the clocks of a zone were changed and after which a whole day has passed. One has
     * 23 hours and the other has 25.
     */
    @Test
    void a_day_on_which_clocks_change_is_shown_with_the_hours_that_it_has() {
        ZoneId zone = ZoneId.of("America/Toronto");
        ZoneOffsetTransition last = zone.getRules().previousTransition(PAST.at(2, "00:00:00"));
        ZoneOffsetTransition earlier = zone.getRules().previousTransition(last.getInstant());
        LocalDate shorter = dayOf(last.isGap() ? last : earlier);
        LocalDate longer = dayOf(last.isGap() ? earlier : last);
        visits(zone, shorter.minusDays(1), 2);
        visits(zone, shorter, 1, 3);
        visits(zone, shorter.plusDays(1), 2);
        // The hour that comes twice has a visit before the change and two after it.
        visits(zone, longer, 1);
        PAST.store(
                visit("back-one", longer.atTime(1, 30).atZone(zone).withLaterOffsetAtOverlap()),
                visit("back-two", longer.atTime(1, 40).atZone(zone).withLaterOffsetAtOverlap()));
        for (LocalDate day : List.of(shorter.minusDays(1), shorter, shorter.plusDays(1), longer)) {
            int daysAgo = (int) ChronoUnit.DAYS.between(day, PAST.today);
            PAST.rollUp(daysAgo, daysAgo);
        }

        page.signIn("?from=%1$s&to=%1$s&property=toronto".formatted(shorter));
        assertThat(page.heights("path.now")).hasSize(23);
        assertThat(page.heights("path.now").subList(0, 4)).containsExactly(212.0, 10.0, 10.0, 212.0);
        assertThat(page.heights("path.before")).hasSize(24);
        List<Double> hours = page.places("path.before");
        assertThat(page.places("path.now"))
                .as("each hour is above the same hour of the day before")
                .containsExactlyElementsOf(hours.stream()
                        .filter(hour -> !hour.equals(hours.get(2)))
                        .toList());
        page.tab.evaluate("document.querySelector('.plot svg').focus()");
        page.tab.press("ArrowRight");
        page.tab.press("ArrowRight");
        page.tab.press("ArrowRight");
        assertThat(page.text(".legend .now")).endsWith(", 3 a.m.1");
        assertThat(page.text(".legend .before")).endsWith(", 3 a.m.0");

        page.open("?from=%1$s&to=%1$s&property=toronto".formatted(shorter.plusDays(1)))
                .settled();
        assertThat(page.heights("path.now")).hasSize(24);
        assertThat(page.heights("path.before")).hasSize(23);
        assertThat(page.heights("path.now").get(2)).isEqualTo(10.0);
        page.tab.evaluate("document.querySelector('.plot svg').focus()");
        page.tab.press("ArrowRight");
        page.tab.press("ArrowRight");
        page.tab.press("ArrowRight");
        assertThat(page.text(".legend")).contains(", 2 a.m.1").doesNotContain("before");
        assertThat(page.has(".legend .before"))
                .as("the hour that the day before did not have")
                .isFalse();

        page.open("?from=%1$s&to=%1$s&property=toronto".formatted(longer)).settled();
        assertThat(page.heights("path.now")).hasSize(24);
        assertThat(page.heights("path.now").subList(0, 3)).containsExactly(212.0, 10.0, 212.0);
        page.tab.evaluate("document.querySelector('.plot svg').focus()");
        page.tab.press("ArrowRight");
        page.tab.press("ArrowRight");
        assertThat(page.text(".legend .now")).endsWith(", 1 a.m. (twice: clocks went back)3");
        page.assertBlameless();
    }

    private static LocalDate dayOf(ZoneOffsetTransition change) {
        return change.getDateTimeBefore().toLocalDate();
    }

    private static void visits(ZoneId zone, LocalDate day, int... hours) {
        for (int hour : hours) {
            PAST.store(visit(day + "-at-" + hour, day.atTime(hour, 30).atZone(zone)));
        }
    }

    private static TestEvent visit(String who, ZonedDateTime at) {
        return TestEvent.view(who, at.toInstant(), "/").property("toronto");
    }

    /** At any time, at least one of these zones has a different date from UTC. */
    @ParameterizedTest
    @ValueSource(strings = {"Pacific/Kiritimati", "Pacific/Pago_Pago"})
    void today_begins_at_midnight_in_the_time_zone_of_the_site(String zone) {
        String property = zone.substring(8).toLowerCase(Locale.ROOT).replace('_', '-');
        ZonedDateTime midnight = LocalDate.now(ZoneId.of(zone)).atStartOfDay(ZoneId.of(zone));
        PAST.store(
                TestEvent.view("before", midnight.minusSeconds(1).toInstant(), "/late")
                        .property(property),
                TestEvent.view("after-one", midnight.toInstant(), "/early").property(property),
                TestEvent.view("after-two", midnight.toInstant(), "/early").property(property));
        int daysAgo = (int) ChronoUnit.DAYS.between(midnight.toLocalDate(), PAST.today);
        PAST.rollUp(daysAgo + 1, daysAgo);
        page.signIn("?window=today&property=" + property);

        assertThat(page.tile("uniqueVisitors")).startsWith("2");
        assertThat(page.breakdown("path")).containsExactly("/early|2|2");
        List<Double> before = page.heights("path.before");
        assertThat(before).hasSize(24);
        assertThat(before.getLast()).as("the last hour of yesterday").isEqualTo(111.0);
        assertThat(before.subList(0, 23)).containsOnly(212.0);
        assertThat(page.heights("path.now").getFirst())
                .as("the first hour of today")
                .isEqualTo(10.0);
        page.choose("yesterday");
        assertThat(page.breakdown("path")).containsExactly("/late|1|1");
        page.assertBlameless();
    }

    @Test
    void the_title_names_no_days_of_the_previous_window_when_a_request_fails() {
        page.signIn("?property=kiln");
        assertThat(page.tab.evaluate("document.title").asText()).matches("Maple Kiln · .+\\d{4} · AltContext");
        page.tab.unreachable("*/v1/metrics/summary*");
        page.choose("7");

        assertThat(page.tab.evaluate("document.title").asText()).isEqualTo("Maple Kiln · Dashboard · AltContext");
    }
}
