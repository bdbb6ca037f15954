package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The layout of the dashboard and the order in which its parts load, in a real browser. */
class DashboardLayoutIT extends FilledDashboard {
    @Test
    void cards_far_below_load_when_they_come_into_view() {
        page.tab.look(DashboardTab.WIDE, 800, false);
        page.open("?property=default").enter(TestService.ADMIN_KEY);
        page.tab.await("document.querySelector('.leads-by .bars') && !document.querySelector('[aria-busy]')");

        assertThat(asked("dimension=country"))
                .as("in a window of %s", page.tab.evaluate("[innerHeight, scrollY, document.body.scrollHeight]"))
                .isZero();
        assertThat(asked("/v1/")).as("requests of the first view").isLessThan(12);
        page.tab.evaluate("document.querySelector('[data-waits]').scrollIntoView()");
        page.tab.evaluate("scrollTo(0, document.body.scrollHeight)");
        page.tab.await("document.querySelector('[data-dimension=country] .bars')");
        assertThat(page.breakdown("country")).hasSize(5);
        page.tab.evaluate("scrollTo(0, 0)");

        // Cards that are out of view again do not load with the next view.
        page.tab.click("input[value=\"90\"]");
        page.tab.await("location.search.includes('window=90') && !document.querySelector('[aria-busy]')");
        assertThat(asked("window=90&propertyId=default&dimension=country")).isZero();
        page.assertBlameless();
    }

    @Test
    void cards_just_below_the_first_screen_wait_until_it_has_its_figures() {
        page.tab.look(DashboardTab.WIDE, 800, false);
        page.open("").enter(TestService.ADMIN_KEY);
        page.tab.await("document.querySelector('.leads-by .bars')");
        page.tab.call("Fetch.enable", Map.of("patterns", List.of(Map.of("urlPattern", "*/v1/metrics/summary*"))));
        page.tab.evaluate("location.href = '?property=default'");
        page.tab.await("location.search && document.querySelector('.leads-by .bars')");
        assertThat(asked("propertyId=default&dimension=path")).isZero();

        page.tab.call("Fetch.disable", Map.of());
        page.tab.await("document.querySelector('[data-dimension=path] .bars')");
        page.assertBlameless();
    }

    @Test
    void a_first_load_that_takes_long_is_not_begun_again() {
        page.open("").enter(TestService.ADMIN_KEY);
        page.settled();
        page.hold("*/v1/metrics/summary*");
        page.open(SEVEN);
        page.tab.await("document.querySelector('.key[aria-busy]')");
        page.tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
        page.release();
        page.settled();

        assertThat(asked("/v1/metrics/summary?window=7&")).isEqualTo(1);
        page.assertBlameless();
    }

    private long asked(String part) {
        return page.tab.requests().stream().filter(each -> each.contains(part)).count();
    }

    @Test
    void every_table_can_be_saved_with_figures_that_are_not_rounded(@TempDir Path downloads) {
        page.signIn(SEVEN);
        assertThat(page.tab.save("[data-dimension=country] .csv", downloads))
                .hasFileName("countries.csv")
                .content()
                .isEqualTo("\ufeffCountries,Sessions,%\r\nCA,2,0.6666666666666666\r\nFR,1,0.3333333333333333\r\n");
        assertThat(page.tab.save(".leads-by .csv", downloads))
                .hasFileName("source.csv")
                .content()
                .isEqualTo("\ufeffSource,Leads,Mailable,Per session\r\norganic_search,1,1,1\r\n");
        page.tab.click(".trend summary");
        page.tab.click(".vitals summary");
        page.tab.click(".ingest summary");
        assertThat(page.tab
                        .evaluate(
                                "[...document.querySelectorAll('table')].filter(table => !table.closest('.card').querySelector('.csv')).length")
                        .intValue())
                .as("tables that cannot be saved as a file")
                .isZero();
        page.assertBlameless();
    }

    @Test
    void on_a_narrow_phone_the_french_header_has_one_line_and_tables_show_that_they_can_be_scrolled() {
        DashboardTab french = STAGE.tab("fr-CA");
        french.signIn("?property=default").look(DashboardTab.PHONE, false);

        assertThat(french.tab
                        .evaluate("document.querySelector('.top').offsetHeight")
                        .intValue())
                .isLessThan(60);
        french.assertAccessible("french-phone", DashboardTab.PHONE);
        french.tab.click("[data-dimension=path] button.details");
        french.tab.await("document.querySelector('dialog table')");
        assertThat(french.tab
                        .evaluate(
                                "(({scrollWidth, clientWidth}) => scrollWidth > clientWidth)(document.querySelector('dialog .scroll'))")
                        .booleanValue())
                .isTrue();
        assertThat(french.tab
                        .evaluate("getComputedStyle(document.querySelector('dialog .scroll')).backgroundAttachment")
                        .asText())
                .as("a shadow at the side to which the table can be scrolled")
                .isEqualTo("local, local, scroll, scroll");
        french.assertBlameless();
    }

    @Test
    void if_all_countries_are_unknown_the_card_says_why() {
        page.signIn("?window=7&property=odd");

        assertThat(page.text("[data-dimension=country] .body"))
                .isEqualTo(
                        "All countries are unknown: this service has no GEOIP_DATABASE, or none when these visits came."
                                + " Its operator can set one.");
    }

    @Test
    void the_file_of_a_card_has_more_rows_than_the_card_and_a_failed_download_leaves_the_card_as_it_is(
            @TempDir Path downloads) throws IOException {
        List<TestEvent> views = new ArrayList<>();
        for (int i = 0; i < 520; i++) {
            views.add(PAST.view("many-pages", "reader-" + i, 1, "10:00:00").path("/page-" + i));
        }
        PAST.store(views);
        PAST.rollUp(1, 1);
        page.signIn("?window=7&property=many-pages");
        page.tab.unreachable("*/v1/metrics/breakdown*");
        page.tab.click("[data-dimension=path] .csv");
        page.tab.await("document.querySelector('[data-dimension=path] .problem[role=alert]')");
        assertThat(page.breakdown("path")).hasSize(9);

        page.tab.unreachable();
        Path file = page.tab.save("[data-dimension=path] .csv", downloads);
        assertThat(file).hasFileName("pages.csv");
        assertThat(Files.readAllLines(file))
                .startsWith("\ufeffPages,Page views,Sessions")
                .endsWith("All others,20,")
                .hasSize(502);
        page.assertBlameless();
    }

    @Test
    void the_toolbar_never_hides_the_element_with_the_focus() {
        String filters = Stream.of("US", "FR", "GB", "DE", "JP", "AU", "MX", "BR")
                .map("&f=is_not%3Acountry%3A"::concat)
                .collect(Collectors.joining());
        page.signIn("?property=default&from=%s&to=%s".formatted(PAST.today.minusDays(9), PAST.today) + filters);
        page.tab.look(DashboardTab.WIDE, 900, false);
        page.tab.evaluate("[...document.querySelectorAll('.tools button')].at(-1).focus()");

        int stops = 0;
        while (!page.tab
                .evaluate("!!document.activeElement.closest('.toolbar')")
                .booleanValue()) {
            assertThat(page.tab
                            .evaluate("document.activeElement.getBoundingClientRect().bottom"
                                    + " > document.querySelector('.toolbar').getBoundingClientRect().bottom")
                            .booleanValue())
                    .as(page.focus())
                    .isTrue();
            for (String type : List.of("rawKeyDown", "keyUp")) {
                page.tab.call(
                        "Input.dispatchKeyEvent",
                        Map.of("type", type, "key", "Tab", "code", "Tab", "windowsVirtualKeyCode", 9, "modifiers", 8));
            }
            stops++;
        }
        assertThat(stops).isGreaterThan(30);

        page.tab.look(DashboardTab.WIDE, 600, false);
        assertThat(page.tab
                        .evaluate("getComputedStyle(document.querySelector('.toolbar')).position")
                        .asText())
                .as("in a low window")
                .isEqualTo("static");
    }

    @Test
    void placeholders_are_visible_in_dark_mode_and_realtime_bars_in_forced_colours() {
        page.signIn(SEVEN).look(DashboardTab.WIDE, true);
        assertThat(page.tab
                        .evaluate("getComputedStyle(document.querySelector('.funnel input'), '::placeholder').color")
                        .asText())
                .isEqualTo(page.tab
                        .evaluate("getComputedStyle(document.querySelector('.funnel .quiet')).color")
                        .asText());

        page.tab.call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "forced-colors", "value", "active"))));
        assertThat(page.tab
                        .evaluate("getComputedStyle(document.querySelector('.minutes i')).backgroundColor")
                        .asText())
                .isNotEqualTo(page.tab
                        .evaluate("getComputedStyle(document.body).backgroundColor")
                        .asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"en-CA", "fr-CA"})
    void the_accessible_name_of_a_control_contains_its_visible_text(String language) {
        DashboardTab tab = STAGE.tab(language);
        tab.signIn("?property=default&window=31");

        assertThat(tab.tab.evaluate("""
                        (() => {
                          const words = text => text.toLowerCase().replace(/[^\\p{L}\\d]+/gu, ' ').trim();
                          return [...document.querySelectorAll(':is(button, a, input[type=radio])[aria-label]')]
                            .map(control => [control.ariaLabel, control.innerText || control.nextElementSibling?.innerText || ''])
                            .filter(([name, text]) => !words(name).includes(words(text)))
                            .join('; ');
                        })()""").asText()).isEmpty();
    }
}
