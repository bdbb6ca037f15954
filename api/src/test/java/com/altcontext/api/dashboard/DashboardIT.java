package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.Database;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the dashboard shows, in a real browser, against what was stored. */
class DashboardIT {
    private static final String DATABASE = Database.migrated().url();
    private static final DashboardPast PAST = new DashboardPast(DATABASE);
    private static final DashboardStage STAGE;

    static {
        PAST.fill();
        STAGE = new DashboardStage(DATABASE, Map.of());
    }

    private static final String SEVEN = "?window=7&property=kiln";

    private final DashboardTab page = STAGE.tab();

    @AfterAll
    static void stop() {
        STAGE.close();
    }

    @Test
    void the_key_figures_match_what_is_stored_and_show_whether_a_change_is_good() {
        page.signIn(SEVEN);

        assertThat(page.tile("uniqueVisitors")).isEqualTo("2▲ 100%up 100%, better");
        assertThat(page.tile("sessions")).isEqualTo("3▲ 200%up 200%, better");
        assertThat(page.tile("totalPageViews")).isEqualTo("4▲ 300%up 300%, better");
        assertThat(page.tile("avgEngagedTimeMs")).isEqualTo("50 s");
        assertThat(page.tile("bounceRate")).isEqualTo("33.3%▼ 67%down 67%, better");
        assertThat(page.tile("landingPageConversionRate")).isEqualTo("33.3%");
        assertThat(page.tile("leadCaptureRate")).isEqualTo("50.0%");
        assertThat(page.tile("formCompletionRate")).isEqualTo("100.0%");
        assertThat(page.tile("avgTimeToFirstCaptureHrs")).isEqualTo("4h");
        assertThat(page.tile("returningVisitorsPct")).isEqualTo("0.0%");
        assertThat(page.has("[data-metric=bounceRate] .delta.better")).isTrue();
        assertThat(page.text(".fresh")).startsWith("As of ");
        assertThat(page.has(".warning:not([hidden])")).isFalse();
        assertThat(page.text("[role=status]")).endsWith(": 2 unique visitors.");
        page.assertBlameless();
    }

    @Test
    void the_pickers_change_the_figures_and_the_address_and_the_way_back_is_open() {
        page.signIn(SEVEN);

        page.choose("today");
        assertThat(page.query()).isEqualTo("?window=today&property=kiln");
        assertThat(page.tile("uniqueVisitors")).isEqualTo("1▼ 50%down 50%, worse");
        page.choose("30");
        assertThat(page.tile("uniqueVisitors")).isEqualTo("3");
        page.choose("90");
        page.choose("all");
        assertThat(page.tile("uniqueVisitors")).as("today too").isEqualTo("4");
        page.select(".toolbar select", "");
        assertThat(page.query()).isEqualTo("?window=all");
        assertThat(page.text("main > .quiet")).isEqualTo("Days are those of each site’s own time zone.");
        assertThat(page.tile("uniqueVisitors")).matches("[\\d,]{3,}");
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
        page.signIn("?window=31&property=kiln");

        assertThat(page.query()).isEqualTo("?window=31&property=kiln");
        assertThat(page.windows()).isEqualTo("today yesterday 7 30 90 month year all 31 custom");
        assertThat(page.has("input[value=\"31\"]:checked")).isTrue();
        assertThat(page.text("label:has(input[value=\"31\"])")).isEqualTo("31 d");
        assertThat(page.heights("path.now")).hasSize(31);

        page.choose("7");
        assertThat(page.query()).isEqualTo("?window=7&property=kiln");
        page.choose("31");
        assertThat(page.query()).isEqualTo("?window=31&property=kiln");
        assertThat(page.heights("path.now")).hasSize(31);
        page.assertBlameless();
    }

    @Test
    void a_window_that_the_service_does_not_take_becomes_thirty_days_also_in_the_address() {
        page.signIn("");
        for (String wrong : List.of("0", "-7", "abc", "367", "7.5")) {
            page.open("?window=" + wrong + "&property=kiln").settled();

            assertThat(page.query()).as(wrong).isEqualTo("?property=kiln");
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
    void the_chart_is_drawn_from_the_days_and_a_table_has_them_all() {
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
                .contains("from 0 to 2 a day");

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
    void a_pointer_on_the_chart_shows_the_day_below_it() {
        page.signIn(SEVEN);
        String yesterday =
                DateTimeFormatter.ofPattern("EEE, MMM d, yyyy", Locale.US).format(PAST.today.minusDays(1));
        // As a hand does, the pointer moves a little: after a new layout, the next move finds what is below it.
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
    }

    @Test
    void the_breakdowns_are_those_of_what_is_stored() {
        page.signIn(SEVEN);

        assertThat(page.breakdown("traffic_source"))
                .containsExactlyInAnyOrder("Direct|1|33.3%", "E-mail|1|33.3%", "Organic search|1|33.3%");
        assertThat(page.breakdown("path")).containsExactly("/|2|2", "/news|1|1", "/pricing|1|1");
        assertThat(page.breakdown("country")).containsExactly("Canada|2|66.7%", "France|1|33.3%");
        assertThat(page.breakdown("device")).containsExactly("Desktop|2|66.7%", "Mobile|1|33.3%");
        assertThat(page.breakdown("event_type"))
                .containsExactly("Page view|2|3", "Time on page|1|2", "Form begun|1|1", "Form sent|1|1");

        page.choose("referrer_host");
        assertThat(page.breakdown("referrer_host")).containsExactly("www.google.ca|1|33.3%");
        page.choose("utm_campaign");
        assertThat(page.breakdown("utm_campaign")).containsExactly("spring|1|33.3%");
        page.choose("utm_term");
        assertThat(page.text("[data-dimension=utm_term] .body")).isEqualTo("Nothing in this window.");
        page.choose("landing_path");
        assertThat(page.breakdown("landing_path")).containsExactly("/|2|0.0%", "/news|1|100.0%");
        page.choose("exit_path");
        assertThat(page.breakdown("exit_path"))
                .containsExactlyInAnyOrder("/|1|33.3%", "/news|1|33.3%", "/pricing|1|33.3%");
        assertThat(page.query()).isEqualTo("?window=7&property=kiln&sources=utm_term&pages=exit_path");
    }

    @Test
    void the_details_have_every_figure_and_give_the_focus_back() {
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
    void web_vitals_have_their_bands() {
        page.signIn(SEVEN);
        page.tab.click(".vitals summary");

        assertThat(page.vital("lcpMs")).matches("2\\.9\\ds ▲ Needs improvement|3(\\.0\\d)?s ▲ Needs improvement");
        assertThat(page.vital("inpMs")).matches("(59|60)\\dms ■ Poor");
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
    void text_of_visitors_is_shown_as_text_and_breaks_nothing() {
        page.signIn("?window=7&property=odd&sources=utm_campaign").look(DashboardTab.PHONE, false);

        assertThat(page.breakdown("path"))
                .containsExactlyInAnyOrder(
                        DashboardPast.LONG_PATH + "|1|1", DashboardPast.MARKUP + "|1|1", DashboardPast.ARABIC + "|1|0");
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

        assertThat(french.tile("bounceRate")).isEqualTo("33,3 %▼ 67 %baisse de 67 %, mieux");
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
    void a_device_whose_clock_is_wrong_is_shown_the_day_of_the_service() {
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
    void leads_are_counted_by_consent_and_a_download_is_audited(@TempDir Path downloads) {
        page.signIn(SEVEN);
        assertThat(page.rows(".leads .bars"))
                .containsExactly(
                        "Express|1|50.0%",
                        "Implied|0|0.0%", "Implied, expired|0|0.0%", "Pending|0|0.0%", "Withdrawn|1|50.0%");
        assertThat(page.text(".leads tfoot")).isEqualTo("All leads 2");

        page.tab.call("Page.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", downloads.toString()));
        page.select(".leads select", "withdrawn");
        page.tab.click(".leads .download button");
        page.tab.await("document.querySelector('.leads .download + p').textContent.endsWith('is being saved.')");

        String name = page.text(".leads .download + p").replace(" is being saved.", "");
        assertThat(name).matches("leads-.+\\.csv");
        StoredRows.await(() -> Files.exists(downloads.resolve(name)), true);
        assertThat(downloads.resolve(name))
                .content()
                .contains("'=cmd@example.ca,kiln,withdrawn")
                .doesNotContain("anna@");
        assertThat(PAST.stored.rows("SELECT to_jsonb(a)::text FROM audit_log a WHERE property_id = 'kiln'"))
                .hasSize(1);
        page.assertBlameless();
    }

    @Test
    void it_is_whole_in_light_and_dark_and_on_a_phone() {
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
