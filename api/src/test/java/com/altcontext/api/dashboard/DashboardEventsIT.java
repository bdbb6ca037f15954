package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.StoredRows;
import com.altcontext.testing.TestEvent;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Realtime figures, goals, funnels, links, files and named events in the dashboard, in a real browser. */
class DashboardEventsIT extends FilledDashboard {
    @Test
    void visitors_of_the_last_minutes_are_shown() {
        String property = "busy-now";
        page.signIn("?window=7&property=" + property);
        page.tab.await("document.querySelector('.minutes')");
        assertThat(page.text(".now-visitors")).isEqualTo("0 visitors in the last 5 minutes");
        PAST.store(TestEvent.view("guest-now", Instant.now(), "/here").property(property));

        // The page requests new figures when it becomes visible again.
        page.tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
        page.tab.await("document.querySelector('.now-visitors').textContent.startsWith('1 ')");

        assertThat(page.tab
                        .evaluate("document.querySelectorAll('.minutes i').length")
                        .intValue())
                .isEqualTo(30);
        assertThat(page.rows(".realtime")).containsExactly("/here|1", "Direct|1");
        page.assertAccessible("now", DashboardTab.PHONE);
    }

    @Test
    void a_hidden_page_requests_no_realtime_figures() {
        page.signIn(SEVEN);
        page.tab.await("document.querySelector('.minutes')");
        page.tab.evaluate("Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})");
        long asked = realtimeRequests();
        page.tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
        assertThat(realtimeRequests()).isEqualTo(asked);

        page.tab.evaluate("delete document.hidden");
        page.tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
        StoredRows.await(() -> realtimeRequests() > asked, true);
    }

    private long realtimeRequests() {
        return page.tab.requests().stream()
                .filter(asked -> asked.contains("/realtime"))
                .count();
    }

    @Test
    void a_funnel_is_drawn_and_its_steps_are_in_the_address() {
        page.signIn(SEVEN);
        page.tab.evaluate("document.querySelector('.funnel input').value = '/news, form_start, form_submit, /nowhere'");
        page.tab.click(".funnel button");
        page.settled();

        assertThat(page.query()).isEqualTo(SEVEN + "&step=%2Fnews&step=form_start&step=form_submit&step=%2Fnowhere");
        assertThat(page.rows(".funnel"))
                .containsExactly(
                        "1. /news|1|33.3%|33.3%",
                        "2. Form begun|1|100.0%|33.3%", "3. Form sent|1|100.0%|33.3%", "4. /nowhere|0|0.0%|0.0%");
        page.assertAccessible("funnel", DashboardTab.PHONE);
        page.assertBlameless();
    }

    @Test
    void links_downloads_and_reading_times_are_shown_and_a_click_on_a_link_filters() {
        String property = "read";
        PAST.store(
                PAST.view(property, "reader", 1, "10:00:00").path("/guide").engaged(30_000),
                PAST.view(property, "reader", 1, "10:01:00")
                        .type("outbound_click")
                        .path("/guide")
                        .props("{\"url\":\"https://other.example/kilns\"}"),
                PAST.view(property, "reader", 1, "10:02:00")
                        .type("file_download")
                        .path("/guide")
                        .props("{\"url\":\"https://odd.example/plan.pdf\"}"));
        page.signIn("?window=7&property=" + property);

        assertThat(page.rows(".extras")).containsExactly("https://other.example/kilns|1|1");
        page.choose("file_download");
        assertThat(page.rows(".extras")).containsExactly("https://odd.example/plan.pdf|1|1");
        page.choose("scroll");
        assertThat(page.rows(".extras").stream().filter(row -> row.startsWith("/guide|")))
                .containsExactly("/guide|1|–|30 s");
        page.choose("outbound_click");
        page.tab.click(".extras tbody button");
        page.settled();
        assertThat(page.text(".chips")).isEqualTo("Link is https://other.example/kilns ×");
        assertThat(page.tile("sessions")).startsWith("1");
        page.assertBlameless();
    }

    @Test
    void named_events_are_shown_with_their_props_in_words() {
        String property = "teas";
        PAST.store(
                ordered(property, "guest-1", "{\"tea\": \"sencha\", \"grams\": 100}"),
                ordered(property, "guest-2", "{\"tea\": \"sencha\"}"),
                ordered(property, "guest-3", "{\"tea\": \"assam\"}"));
        PAST.rollUp(1, 1);
        page.signIn("?window=7&extras=props&property=" + property);

        assertThat(page.breakdown("event_type")).containsExactly("Tea ordered|3|0");
        assertThat(page.text(".extras option:checked")).isEqualTo("Tea ordered · tea");
        assertThat(page.rows(".extras")).containsExactly("sencha|2|2", "assam|1|1");
        page.assertAccessible("props", DashboardTab.PHONE);
        page.select(".extras select", "tea_ordered.grams");
        assertThat(page.rows(".extras")).containsExactly("100|1|1");
        assertThat(page.query()).endsWith("&extras=props&prop=tea_ordered.grams");
        page.tab.click(".extras tbody button");
        page.settled();
        assertThat(page.text(".chips")).isEqualTo("grams is 100 ×");
        assertThat(page.tile("sessions")).startsWith("1");
        page.assertBlameless();
    }

    private static TestEvent ordered(String property, String who, String props) {
        return PAST.view(property, who, 1, "10:00:00").type("tea_ordered").props(props);
    }

    /** Opens the dialog for a goal from the row of {@code /thanks}, which one of three visitors saw. */
    private void openGoalOfThanks(String property) {
        PAST.store(
                PAST.view(property, "guest-1", 1, "10:00:00").path("/thanks"),
                PAST.view(property, "guest-2", 2, "10:00:00").path("/thanks/again"),
                PAST.view(property, "guest-3", 2, "10:00:00").path("/"));
        PAST.rollUp(2, 1);
        page.signIn("?window=7&property=" + property);
        assertThat(page.text(".goals .body")).startsWith("No goals yet.");

        page.tab.evaluate(
                "document.querySelector('[data-dimension=path] [title=\"/thanks\"]').closest('tr').querySelector('.menu').click()");
        page.tab.evaluate("[...document.querySelectorAll('.menu-list button')].at(-1).click()");
    }

    @Test
    void a_goal_without_a_name_is_not_sent_and_the_browser_says_so() {
        openGoalOfThanks("nameless");
        page.tab.evaluate("document.querySelector('dialog input').value = '   '");

        page.tab.press("Enter");
        page.settled();

        assertThat(page.tab
                        .evaluate("document.querySelector('dialog input').validity.valueMissing")
                        .asBoolean())
                .isTrue();
        assertThat(page.text("dialog .problem")).isEmpty();
        assertThat(page.tab.requests()).noneMatch(asked -> asked.contains("/v1/goals"));
        page.tab.evaluate("document.querySelector('dialog input').value = ' line\u0007break '");
        page.tab.press("Enter");
        page.tab.await("!document.querySelector('dialog')");
        page.settled();
        assertThat(page.rows(".goals")).containsExactly("line break|1|33.3%|");
    }

    @Test
    void a_goal_can_be_added_from_the_row_of_a_page() {
        String property = "wished";
        openGoalOfThanks(property);
        assertThat(page.tab.evaluate("document.activeElement.value").asText()).isEqualTo("Visited /thanks");
        page.tab.evaluate("document.querySelectorAll('dialog input')[1].value = '/thanks*'");
        page.assertAccessible("new-goal", DashboardTab.PHONE);
        page.tab.press("Enter");
        page.tab.await("!document.querySelector('dialog')");
        page.settled();

        assertThat(page.rows(".goals")).containsExactly("Visited /thanks|2|66.7%|");
        assertThat(page.tab
                        .evaluate("document.querySelector('.sparkline').ariaLabel")
                        .asText())
                .isEqualTo("From 0 to 1");
        assertThat(PAST.stored.rows(
                        "SELECT to_jsonb(a)::text FROM audit_log AS a WHERE action = 'goal_added' AND done_by = 'dashboard' AND property_id = ?",
                        property))
                .hasSize(1);
        page.tab.click(".goals tbody button");
        page.settled();
        assertThat(page.tile("sessions")).startsWith("2");
        page.assertBlameless();
    }

    @Test
    void each_of_many_goals_has_a_line_with_all_days() {
        int days = 89;
        PAST.store(IntStream.rangeClosed(1, days)
                .mapToObj(daysAgo -> PAST.view("goals", "guest-" + daysAgo, daysAgo, "10:00:00"))
                .toList());
        page.signIn("?from=%s&to=%s&property=goals&f=is:landing_path:/"
                .formatted(PAST.today.minusDays(days), PAST.today.minusDays(1)));

        assertThat(page.rows(".goals")).hasSize(12).allMatch(row -> row.contains("|89|100.0%|"));
        assertThat(page.tab
                        .evaluate(
                                "[...new Set([...document.querySelectorAll('.goals .sparkline')].map(line => line.ariaLabel))].join()")
                        .asText())
                .isEqualTo("From 1 to 1");
    }

    @Test
    void current_visitors_of_the_previous_property_are_cleared_while_those_of_the_chosen_one_load() {
        page.signIn(SEVEN);
        page.tab.await("document.querySelector('.minutes')");
        page.hold("*/v1/metrics/realtime*");
        page.tab.evaluate("""
                (() => {
                  const list = document.querySelector('.toolbar select');
                  list.value = 'default';
                  list.dispatchEvent(new Event('change'));
                })()""");

        assertThat(page.text(".realtime .body")).isEmpty();
        assertThat(page.has(".realtime[aria-busy=true]")).isTrue();
        page.release();
        page.settled();
        assertThat(page.has(".minutes")).isTrue();
    }

    @Test
    void steps_that_are_being_typed_survive_a_refresh() {
        page.signIn(SEVEN + "&step=%2Fnews&step=form_submit");
        page.tab.evaluate("document.querySelector('.funnel input').value = '/news, form_st'");

        page.tab.evaluate("document.querySelector('.fresh button').click()");
        page.settled();

        assertThat(page.tab
                        .evaluate("document.querySelector('.funnel input').value")
                        .asText())
                .isEqualTo("/news, form_st");
    }

    @Test
    void a_step_with_a_comma_is_one_step_and_stays_one() {
        String asked = SEVEN + "&step=%2Fnews%2Cform_start&step=form_submit";
        page.signIn(asked);
        assertThat(page.rows(".funnel")).hasSize(2);

        page.tab.click(".funnel button");
        page.settled();
        assertThat(page.query()).isEqualTo(asked);

        page.tab.evaluate("history.pushState(null, '', '" + SEVEN + "&step=/news&step=form_start&step=form_submit');"
                + "dispatchEvent(new PopStateEvent('popstate'))");
        page.settled();
        assertThat(page.rows(".funnel")).hasSize(3);
    }

    @Test
    void a_click_on_a_value_of_a_prop_filters_even_if_its_key_has_a_colon() {
        PAST.store(
                ordered("colours", "guest-1", "{\"shop:colour 100%\": \"red: dark\"}"),
                ordered("colours", "guest-2", "{\"shop:colour 100%\": \"blue\"}"));
        page.signIn("?window=7&extras=props&property=colours");

        page.tab.click(".extras [title=\"red: dark\"]");
        page.settled();
        assertThat(page.text(".chips")).isEqualTo("shop:colour 100% is red: dark ×");
        assertThat(page.tile("sessions")).startsWith("1");
        page.open(page.query()).settled();
        assertThat(page.text(".chips"))
                .as("opening the address again shows the same filter")
                .isEqualTo("shop:colour 100% is red: dark ×");
        assertThat(page.tile("sessions")).startsWith("1");
        page.assertBlameless();
    }
}
