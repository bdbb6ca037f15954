package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.Database;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Signing in to the dashboard and out of it, in a real browser. */
class DashboardSignInIT {
    private static final DashboardStage STAGE =
            new DashboardStage(Database.migrated().url(), Map.of());

    private static final int MAX_ATTEMPTS = 60;

    private final DashboardTab page = STAGE.tab();

    @AfterAll
    static void stop() {
        STAGE.close();
    }

    @Test
    void the_key_gives_access_to_the_figures_and_is_stored_nowhere_in_the_browser() {
        page.open("?window=7");
        assertThat(page.text("h1")).isEqualTo("Sign in");
        assertThat(page.focus()).isEqualTo("key");
        assertThat(page.tab.requests())
                .as("without a cookie, asking for a session would only log an error")
                .noneMatch(asked -> asked.contains("/session"));
        page.assertAccessible("sign-in", DashboardTab.WIDE);
        page.enter(TestService.ADMIN_KEY);
        page.settled();

        assertThat(page.query()).isEqualTo("?window=7");
        assertThat(page.tab.evaluate("document.activeElement.tagName").asText()).isEqualTo("H1");
        assertThat(page.tab
                        .evaluate(
                                "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])")
                        .asText())
                .isEqualTo("[{},{},\"\",null]");
        assertThat(page.tab.evaluate("document.documentElement.outerHTML").asText())
                .doesNotContain(TestService.ADMIN_KEY);
        assertThat(page.tab.requests()).noneMatch(asked -> asked.contains("key"));

        // A visit within the session needs no key.
        page.open("").settled();
        page.assertBlameless();
    }

    /**
     * The browser does not send the cookie with the navigation from the other site. It sends it with the requests that
     * the dashboard page then makes.
     */
    @Test
    void a_link_on_another_site_opens_the_view_within_the_session() {
        page.signIn("?lang=fr");
        page.tab.open(
                "data:text/html,<a href=\"%s/dashboard?window=7\">Last week</a>".formatted(STAGE.service.address()));
        page.tab.click("a");
        page.tab.await("document.querySelector('#key, .overview')");

        assertThat(page.has(".overview")).isTrue();
        assertThat(page.settled().query()).isEqualTo("?window=7");
        assertThat(page.has("html[lang=fr]"))
                .as("in the language that was chosen")
                .isTrue();
    }

    @Test
    void a_wrong_key_is_reported_and_the_field_waits_for_another() {
        page.open("").enter("not the key of this service");
        page.tab.await("document.querySelector('#key-fault').textContent");

        assertThat(page.text("#key-fault")).isEqualTo("This is not the key of this service.");
        assertThat(page.focus()).isEqualTo("key");
        assertThat(page.tab
                        .evaluate("document.querySelector('#key').getAttribute('aria-invalid')")
                        .asText())
                .isEqualTo("true");
        page.assertAccessible("sign-in-wrong", DashboardTab.PHONE);

        page.enter(TestService.ADMIN_KEY);
        page.settled();
    }

    @Test
    void a_key_that_could_not_be_checked_is_not_called_wrong() {
        page.open("");
        page.tab.unreachable("*/v1/*");
        page.enter(TestService.ADMIN_KEY);
        page.tab.await("document.querySelector('#key-fault').textContent");

        assertThat(page.text("#key-fault")).startsWith("The service cannot be reached.");
        assertThat(page.has("#key[aria-invalid=true]")).isFalse();
    }

    @Test
    void nothing_is_sent_without_a_key() {
        page.open("");
        page.tab.press("Enter");

        assertThat(page.text("#key-fault")).isEqualTo("Enter the key.");
    }

    @Test
    void too_many_attempts_show_how_long_to_wait() {
        page.open("");
        // The allowance of ten refills during the test, so a slow machine gets more attempts.
        for (int i = 0; i < MAX_ATTEMPTS && !page.text("#key-fault").startsWith("Too many"); i++) {
            page.tab.evaluate("document.querySelector('#key-fault').textContent = ''");
            page.enter("wrong key number " + i);
            page.tab.await("document.querySelector('#key-fault').textContent");
        }

        assertThat(page.text("#key-fault")).matches("Too many wrong keys\\. Try again in \\d+ seconds?\\.");
    }

    @Test
    void after_signing_out_the_key_is_needed_again() {
        page.signIn("");
        page.tab.click(".account button");
        page.tab.await("document.querySelector('#key')");

        assertThat(page.text(".why")).isEqualTo("You are signed out.");
        page.open("");
        assertThat(page.has("#key")).isTrue();
        page.assertBlameless();
    }

    @Test
    void when_a_session_ends_the_figures_are_hidden_and_signing_in_returns_to_the_same_view() {
        page.signIn("?window=90&chart=sessions&pages=exit_path");
        page.tab.call("Network.clearBrowserCookies", Map.of());
        page.tab.click("input[value=\"7\"]");
        page.tab.await("document.querySelector('#key')");

        assertThat(page.text(".why")).isEqualTo("Your session has ended. Sign in again to return to this view.");
        assertThat(page.has(".tiles")).isFalse();
        page.enter(TestService.ADMIN_KEY);
        page.settled();
        assertThat(page.query()).isEqualTo("?window=7&chart=sessions&pages=exit_path");
        assertThat(page.has("input[value=exit_path]:checked")).isTrue();
        page.assertBlameless();
    }

    @Test
    void a_page_from_the_browsers_cache_shows_nothing_without_a_session() {
        page.signIn("");
        page.tab.evaluate("window.kept = 'the same page'");
        page.tab.open(STAGE.service.address() + "/v1/privacy");
        page.tab.call("Network.clearBrowserCookies", Map.of());

        page.tab.evaluate("history.back()");
        page.tab.await("window.kept === 'the same page' && document.querySelector('#key')");
        assertThat(page.has(".tiles")).isFalse();
    }

    @Test
    void signing_in_and_choosing_custom_days_work_by_keyboard_alone() {
        LocalDate today = LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC);
        LocalDate from = today.minusDays(3);
        page.open("");
        TestService.ADMIN_KEY.chars().forEach(c -> page.tab.press(String.valueOf((char) c)));
        page.tab.press("Enter");
        page.settled();

        // The focus is on the heading, and the pickers come before it: without a focus, Tab begins at the top of the
        // page.
        page.tab.evaluate("document.activeElement.blur()");
        tabTo("30");
        for (String window : new String[] {"90", "month", "year", "all", "custom"}) {
            page.tab.press("ArrowRight");
            assertThat(page.focus()).isEqualTo(window);
        }
        page.tab.press("Tab");
        page.tab.press("Tab");
        assertThat(page.tab.evaluate("document.activeElement.type").asText()).isEqualTo("date");
        type(from);
        type(today);
        page.tab.press("Enter");
        page.settled();

        assertThat(page.query()).isEqualTo("?from=" + from + "&to=" + today);
        assertThat(page.text("[id=figures]")).contains(String.valueOf(from.getDayOfMonth()));
        // Today is not over, so its line is drawn dashed.
        assertThat(page.has("path.now.open")).isTrue();
    }

    /** Presses Tab until the element has the focus. The focus must be visible at each step. */
    private void tabTo(String focus) {
        for (int i = 0; i < 60 && !page.focus().equals(focus); i++) {
            page.tab.press("Tab");
            assertThat(page.tab.evaluate("""
                    document.activeElement === document.body
                      || [document.activeElement, document.activeElement.nextElementSibling]
                        .some(element => element && getComputedStyle(element).outlineStyle !== 'none')""").booleanValue())
                    .as("the focus is visible on %s", page.focus())
                    .isTrue();
        }
        assertThat(page.focus()).isEqualTo(focus);
    }

    /** Types a day part by part, in the order of the browser, and goes on to the next field. */
    private void type(LocalDate day) {
        String digits = "%02d%02d%04d".formatted(day.getMonthValue(), day.getDayOfMonth(), day.getYear());
        digits.chars().forEach(c -> page.tab.press(String.valueOf((char) c)));
        page.tab.press("Tab");
        page.tab.press("Tab");
    }

    @Test
    void a_service_without_a_key_says_that_signing_in_is_impossible() {
        try (PackagedService service = PackagedService.on(Database.migrated().url())) {
            DashboardTab keyless = new DashboardTab(STAGE.browser.visitor().tab(), service.address());
            keyless.tab.open(service.address() + "/dashboard");
            keyless.tab.await("document.querySelector('button')");

            assertThat(keyless.text("main")).contains("This service has no ADMIN_API_KEY");
        }
    }
}
