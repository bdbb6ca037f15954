package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.TestService;
import org.junit.jupiter.api.Test;

/** The figures of the dashboard, in a real browser, against what was stored. */
class DashboardFiguresIT extends FilledDashboard {
    @Test
    void the_key_figures_match_what_is_stored_and_show_whether_a_change_is_good() {
        page.signIn(SEVEN);

        assertThat(page.tile("uniqueVisitors")).isEqualTo("2▲ 100.0%up 100.0%, better");
        assertThat(page.tile("sessions")).isEqualTo("3▲ 200.0%up 200.0%, better");
        assertThat(page.tile("totalPageViews")).isEqualTo("4▲ 300.0%up 300.0%, better");
        assertThat(page.tile("avgEngagedTimeMs")).isEqualTo("50 s");
        assertThat(page.tile("bounceRate")).isEqualTo("33.3%▼ 66.7%down 66.7%, better");
        assertThat(page.tile("landingPageConversionRate")).isEqualTo("33.3%");
        assertThat(page.tile("leadCaptureRate")).isEqualTo("50.0%");
        assertThat(page.tile("formCompletionRate")).isEqualTo("100.0%");
        assertThat(page.tile("avgTimeToFirstCaptureHrs")).isEqualTo("4 h");
        assertThat(page.tile("returningVisitorsPct")).isEqualTo("0.0%");
        assertThat(page.has("[data-metric=bounceRate] .delta.better")).isTrue();
        assertThat(page.text(".fresh")).startsWith("As of ");
        assertThat(page.has(".warning:not([hidden])")).isFalse();
        assertThat(page.text("[role=status]")).isEqualTo(page.text("h1") + ". Unique visitors: 2.");
        page.assertBlameless();
    }

    @Test
    void the_page_says_in_its_language_why_a_figure_is_missing() {
        page.signIn(SEVEN + "&f=is%3Acountry%3ACA");
        assertThat(page.tile("newLeads")).isEqualTo("–");
        assertThat(page.text(".key .quiet")).isEqualTo("–: not known with these filters.");
        assertThat(page.has(".tile[title]")).isFalse();

        page.open(SEVEN + "&lang=fr&f=is%3Acountry%3ACA").settled();
        assertThat(page.text(".key .quiet")).isEqualTo("– : inconnu avec ces filtres.");
        page.open(SEVEN).settled();
        assertThat(page.has(".key .quiet")).isFalse();
    }

    @Test
    void the_breakdowns_match_what_is_stored() {
        page.signIn(SEVEN);

        assertThat(page.breakdown("traffic_source"))
                .containsExactlyInAnyOrder("Direct|1|33.3%", "E-mail|1|33.3%", "Organic search|1|33.3%");
        assertThat(page.breakdown("path")).containsExactly("/|2|2", "/news|1|1", "/pricing|1|1");
        assertThat(page.breakdown("country")).containsExactly("Canada|2|66.7%", "France|1|33.3%");
        assertThat(page.breakdown("device")).containsExactly("Desktop|2|66.7%", "Mobile|1|33.3%");
        assertThat(page.breakdown("event_type"))
                .containsExactly("Page view|3|0", "Time on page|2|0", "Form begun|1|0", "Form sent|1|1");

        page.choose("referrer_host");
        assertThat(page.breakdown("referrer_host")).containsExactly("Google|1|33.3%");
        page.choose("utm_campaign");
        assertThat(page.breakdown("utm_campaign")).containsExactly("spring|1|33.3%");
        page.choose("utm_term");
        assertThat(page.text("[data-dimension=utm_term] .body")).isEqualTo("Nothing in this window.");
        page.choose("utm_content");
        assertThat(page.breakdown("utm_content")).containsExactly("button|1|33.3%");
        page.choose("landing_path");
        assertThat(page.breakdown("landing_path")).containsExactly("/|2|0.0%", "/news|1|100.0%");
        page.choose("exit_path");
        assertThat(page.breakdown("exit_path"))
                .containsExactlyInAnyOrder("/|1|33.3%", "/news|1|33.3%", "/pricing|1|33.3%");
        assertThat(page.query()).isEqualTo("?window=7&property=kiln&sources=utm_content&pages=exit_path");
    }

    @Test
    void the_details_show_every_figure_and_return_the_focus_when_they_are_closed() {
        page.signIn(SEVEN + "&sources=referrer_host");
        page.tab.click("[data-dimension=referrer_host] button.details");
        page.tab.await("document.querySelector('dialog table')");

        assertThat(page.rows("dialog"))
                .containsExactly("No referrer|2|2|2|1|50.0%", "www.google.ca|1|2|1|0|0.0%", "Total|–|4|3|1|33.3%");
        page.assertAccessible("details", DashboardTab.WIDE);

        page.tab.press("Escape");
        page.tab.await("!document.querySelector('dialog')");
        assertThat(page.tab
                        .evaluate("document.activeElement.getAttribute('aria-label')")
                        .asText())
                .isEqualTo("Details: Referrers");
    }

    @Test
    void web_vitals_are_shown_with_their_ratings() {
        page.signIn(SEVEN);
        page.tab.click(".vitals summary");

        assertThat(page.vital("lcpMs")).matches("2\\.9\\d s ▲ Needs improvement|3(\\.0\\d)? s ▲ Needs improvement");
        assertThat(page.vital("inpMs")).matches("(59|60)\\d ms ■ Poor");
        assertThat(page.vital("clsScore")).isEqualTo("0.05 ● Good");
        assertThat(page.vital("fcpMs")).endsWith("● Good");
        assertThat(page.vital("ttfbMs")).endsWith("● Good");
        page.choose("today");
        assertThat(page.text(".vitals details p")).isEqualTo("Nothing in this window.");
    }

    @Test
    void ingest_health_shows_accepted_and_rejected_events() {
        page.signIn(SEVEN);
        page.tab.click(".ingest summary");

        assertThat(page.text(".ingest dl"))
                .isEqualTo(
                        "Success share 80.0% Accepted events 8 Refused or dropped 3 Bot events, kept out of the figures 1");
        assertThat(page.rows(".ingest")).containsExactly("Invalid|2", "Honeypot filled, dropped|1");
    }

    @Test
    void a_day_without_events_has_no_share_of_accepted_events() {
        page.signIn("?window=today&property=odd");

        assertThat(page.text(".ingest summary")).isEqualTo("No event was accepted or refused");
    }

    @Test
    void text_from_visitors_is_shown_as_text_and_not_as_markup() {
        page.signIn("?window=7&property=odd&sources=utm_campaign").look(DashboardTab.PHONE, false);

        assertThat(page.breakdown("path"))
                .containsExactlyInAnyOrder(
                        DashboardPast.LONG_PATH + "|1|1", DashboardPast.MARKUP + "|1|1", DashboardPast.ARABIC + "|0|1");
        assertThat(page.breakdown("utm_campaign")).containsExactly("<script>document.title='taken'</script>|1|33.3%");
        assertThat(page.has("main img, main script")).isFalse();
        page.assertAccessible("odd-values", DashboardTab.PHONE);
        page.tab.click("[data-dimension=path] button.details");
        page.tab.await("document.querySelector('dialog table')");
        page.assertAccessible("odd-values-details", DashboardTab.PHONE);
        assertThat(page.tab.evaluate("document.title").asText()).startsWith("<b>Odd</b>");
        page.assertBlameless();
    }

    @Test
    void a_french_browser_gets_french_and_the_switch_is_remembered() {
        DashboardTab french = STAGE.tab("fr-CA, en;q=0.5");
        french.open(SEVEN);
        assertThat(french.text("h1")).isEqualTo("Connexion");
        french.enter(TestService.ADMIN_KEY);
        french.settled();

        assertThat(french.tile("bounceRate")).isEqualTo("33,3 %▼ 66,7 %baisse de 66,7 %, mieux");
        assertThat(french.tile("avgEngagedTimeMs")).startsWith("50 s");
        assertThat(french.breakdown("country")).containsExactly("Canada|2|66,7 %", "France|1|33,3 %");
        assertThat(french.tab.evaluate("document.documentElement.lang").asText())
                .isEqualTo("fr");
        french.assertAccessible("french", DashboardTab.WIDE);

        french.tab.click("a.language");
        french.tab.await("document.documentElement.lang === 'en' && document.querySelector('.overview')");
        french.settled();
        assertThat(french.query()).isEqualTo(SEVEN);
        assertThat(french.tile("bounceRate")).startsWith("33.3%");
        french.open("").settled();
        assertThat(french.text(".account button")).isEqualTo("Sign out");
        french.assertBlameless();
    }

    @Test
    void the_page_is_accessible_in_light_and_dark_and_on_a_phone() {
        page.signIn("?property=default");
        page.assertAccessible("dashboard", DashboardTab.WIDE);
        page.assertAccessible("dashboard-phone", DashboardTab.PHONE);
        assertThat(page.tab
                        .evaluate("getComputedStyle(document.body).backgroundColor")
                        .asText())
                .isEqualTo("rgb(244, 246, 246)");
        page.look(DashboardTab.PHONE, true);
        assertThat(page.tab
                        .evaluate("getComputedStyle(document.body).backgroundColor")
                        .asText())
                .isEqualTo("rgb(14, 18, 19)");

        page.choose("all");
        page.assertAccessible("dashboard-year", DashboardTab.WIDE);
        page.tab.click("input[value=custom]");
        page.tab.click(".trend summary");
        page.tab.await("document.querySelector('.trend details table')");
        page.assertAccessible("dashboard-phone-custom", DashboardTab.PHONE);
        page.assertBlameless();
    }
}
