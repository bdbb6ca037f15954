package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.testing.TestEvent;
import org.junit.jupiter.api.Test;

/** Filters of the dashboard, in a real browser: set by a click, a menu, the keyboard or an address. */
class DashboardFiltersIT extends FilledDashboard {
    private static final String SEGMENTS = "[aria-label=\"Saved segments\"]";

    private void clickRow(String dimension, int row) {
        page.tab.click("[data-dimension=" + dimension + "] tbody tr:nth-child(" + row + ") button");
        page.settled();
    }

    @Test
    void a_click_on_a_row_filters_everything_and_filters_can_be_combined_negated_and_removed() {
        page.signIn(SEVEN);

        clickRow("country", 1);
        assertThat(page.query()).isEqualTo(SEVEN + "&f=is%3Acountry%3ACA");
        assertThat(page.text(".chips")).isEqualTo("Country is Canada ×");
        assertThat(page.tile("uniqueVisitors")).startsWith("1");
        assertThat(page.tile("sessions")).startsWith("2");
        assertThat(page.breakdown("traffic_source"))
                .containsExactlyInAnyOrder("Direct|1|50.0%", "Organic search|1|50.0%");
        assertThat(page.rows(".leads-by")).isEmpty();

        page.choose("landing_path");
        page.tab.click("[data-dimension=landing_path] tbody tr:nth-child(2) button");
        page.settled();
        assertThat(page.tile("sessions")).startsWith("1");
        page.assertAccessible("filtered", DashboardTab.WIDE);

        page.tab.click(".chips li:nth-child(1) .turn");
        page.settled();
        assertThat(page.query()).contains("f=is_not%3Acountry%3ACA");
        assertThat(page.tile("sessions")).startsWith("0");

        page.tab.evaluate("document.querySelector('.chips li:nth-child(1) .remove').focus()");
        page.tab.press("Backspace");
        page.settled();
        assertThat(page.tab
                        .evaluate("document.querySelectorAll('.chips li').length")
                        .intValue())
                .isEqualTo(1);
        assertThat(page.tile("sessions")).startsWith("1");

        page.tab.evaluate("history.back()");
        page.tab.await("location.search.includes('is_not')");
        page.settled();
        assertThat(page.tab
                        .evaluate("document.querySelectorAll('.chips .turn').length")
                        .intValue())
                .isEqualTo(2);
        String link = page.query();
        page.open(link).settled();
        assertThat(page.query()).isEqualTo(link);
        assertThat(page.text(".chips")).startsWith("Country is not Canada ×");
        page.assertBlameless();
    }

    @Test
    void a_segment_is_saved_in_this_browser_and_shown_again() {
        page.signIn(SEVEN + "&f=is%3Acountry%3ACA");
        page.tab.evaluate("document.querySelector('.save input').value = 'At home'");
        page.tab.click(".save button");
        page.tab.click(".chips .remove");
        page.settled();
        assertThat(page.tile("uniqueVisitors")).startsWith("2");

        page.select("[aria-label=\"Saved segments\"]", "At home");

        assertThat(page.query()).isEqualTo(SEVEN + "&f=is%3Acountry%3ACA");
        assertThat(page.tile("uniqueVisitors")).startsWith("1");
    }

    @Test
    void the_menu_of_a_row_can_exclude_its_value_by_keyboard_alone() {
        page.signIn(SEVEN);
        page.tab.evaluate("document.querySelector('[data-dimension=country] tbody button').focus()");
        page.tab.press("Tab");
        assertThat(page.tab.evaluate("document.activeElement.ariaLabel").asText())
                .isEqualTo("What to do with Canada");
        page.tab.press("Enter");
        assertThat(page.focus()).isEqualTo("Show only this");
        page.assertAccessible("menu", DashboardTab.WIDE);
        page.tab.press("Escape");
        page.tab.await("!document.querySelector('.menu-list')");
        assertThat(page.tab.evaluate("document.activeElement.className").asText())
                .isEqualTo("menu");

        page.tab.press("Enter");
        page.tab.press("ArrowDown");
        page.tab.press("Enter");
        page.settled();

        assertThat(page.query()).isEqualTo(SEVEN + "&f=is_not%3Acountry%3ACA");
        assertThat(page.breakdown("country")).containsExactly("France|1|100.0%");
        page.assertBlameless();
    }

    @Test
    void the_menu_of_a_row_at_the_end_of_the_window_opens_above_it() {
        page.signIn(SEVEN);
        page.tab.look(DashboardTab.WIDE, 800, false);
        page.tab.evaluate("document.querySelector('[data-dimension=country] .menu').scrollIntoView(false)");

        page.tab.evaluate("document.querySelector('[data-dimension=country] .menu').click()");

        assertThat(page.tab
                        .evaluate(
                                "document.querySelector('.menu-list').getBoundingClientRect().bottom <= "
                                        + "document.querySelector('[data-dimension=country] .menu').getBoundingClientRect().top")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void hosts_of_one_site_are_one_row_that_opens_and_filters_by_all_of_them() {
        String property = "referred";
        PAST.store(
                referred(property, "guest-1", "www.google.com"),
                referred(property, "guest-2", "google.ca"),
                referred(property, "guest-3", "l.facebook.com"),
                referred(property, "guest-4", "news.example.org"),
                referred(property, "guest-5", "news.example.org"),
                referred(property, "guest-6", "news.example.org"));
        PAST.rollUp(1, 1);
        page.signIn("?window=7&sources=referrer_host&property=" + property);

        assertThat(page.breakdown("referrer_host"))
                .containsExactly("news.example.org|3|50.0%", "Google|2|33.3%", "Facebook|1|16.7%");
        page.tab.click("[data-dimension=referrer_host] tr:nth-child(2) .opener");
        assertThat(page.breakdown("referrer_host"))
                .containsExactly(
                        "news.example.org|3|50.0%",
                        "Google|2|33.3%", "google.ca|1|16.7%", "www.google.com|1|16.7%", "Facebook|1|16.7%");
        page.assertAccessible("hosts", DashboardTab.PHONE);
        page.tab.click("[data-dimension=referrer_host] tr:nth-child(2) .opener");

        clickRow("referrer_host", 2);
        assertThat(page.query())
                .isEqualTo(
                        "?window=7&property=referred&f=is%3Areferrer_host%3Agoogle.ca%2Cwww.google.com&sources=referrer_host");
        assertThat(page.text(".chips")).isEqualTo("Referrer is google.ca, www.google.com ×");
        assertThat(page.tile("sessions")).startsWith("2");
        page.open(page.query()).settled();
        assertThat(page.tile("sessions"))
                .as("opening the address again shows the same figures")
                .startsWith("2");
        page.assertBlameless();
    }

    private static TestEvent referred(String property, String who, String host) {
        return PAST.view(property, who, 1, "10:00:00").source(TrafficSource.REFERRAL, Utm.NONE, host);
    }

    @Test
    void a_saved_segment_stays_selected_for_the_arrow_keys_and_can_be_deleted() {
        page.signIn(SEVEN + "&f=is%3Acountry%3ACA");
        save("At home");
        page.open(SEVEN + "&f=is%3Acountry%3AFR").settled();
        save("Away");
        page.open(SEVEN).settled();
        assertThat(page.has("button.delete:not([hidden])")).isFalse();

        page.tab.evaluate("document.querySelector('" + SEGMENTS + "').focus()");
        page.tab.press("ArrowDown");
        page.settled();
        assertThat(page.text(".chips")).isEqualTo("Country is Canada ×");
        page.tab.press("ArrowDown");
        page.settled();
        assertThat(page.text(".chips")).isEqualTo("Country is France ×");
        assertThat(page.tab.evaluate("document.activeElement.value").asText()).isEqualTo("Away");
        page.assertAccessible("segment", DashboardTab.PHONE);

        page.tab.click("button.delete");
        assertThat(page.text(SEGMENTS)).contains("At home").doesNotContain("Away");
        assertThat(page.has(SEGMENTS + ":focus")).isTrue();
        assertThat(page.has("button.delete:not([hidden])")).isFalse();
        page.open(SEVEN + "&f=is%3Acountry%3ACA").settled();
        assertThat(page.tab
                        .evaluate("document.querySelector('" + SEGMENTS + "').value")
                        .asText())
                .isEqualTo("At home");
        page.assertBlameless();
    }

    private void save(String name) {
        page.tab.evaluate("document.querySelector('.save input').value = '" + name + "'");
        page.tab.click(".save button");
    }

    @Test
    void a_goal_belongs_to_its_property_and_an_unknown_filter_is_given_as_a_reason() {
        page.signIn(SEVEN + "&f=is%3Agoal%3Aordered&f=is%3Acountry%3ACA");
        assertThat(page.text(".alert p"))
                .isEqualTo("This address names a property, a window or a filter that does not exist here."
                        + " Choose another one, or remove the filters.");

        page.select(".toolbar select", "default");

        assertThat(page.query()).isEqualTo("?window=7&property=default&f=is%3Acountry%3ACA");
        assertThat(page.has(".alert p")).isFalse();
    }
}
