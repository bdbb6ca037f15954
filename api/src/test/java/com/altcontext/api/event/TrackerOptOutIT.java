package com.altcontext.api.event;

import static com.altcontext.api.event.DemoStage.TWO_FRAMES;
import static com.altcontext.api.event.DemoStage.anonId;
import static com.altcontext.api.event.DemoStage.beacons;
import static com.altcontext.api.event.DemoStage.changed;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Chromium;
import com.altcontext.api.testing.ChromiumTab;
import com.altcontext.api.testing.Forms;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tracker neither sends nor stores anything about visitors who do not want to be tracked. */
class TrackerOptOutIT {
    private static final DemoStage STAGE = new DemoStage();

    private static final String ALL_ARRIVED = "!('altcontext.unsent' in localStorage)";

    private final Chromium.Profile visitor = STAGE.browser.visitor();

    @AfterAll
    static void stop() {
        STAGE.close();
    }

    @Test
    void nothing_is_sent_or_stored_between_an_opt_out_and_an_opt_in() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        String before = anonId(tab);

        tab.click("[data-privacy]");
        int asked = beacons(tab);
        tab.click("[data-alt-event]");
        tab.open(STAGE.site.at("/thanks.html"));
        tab.evaluate("altcontext.track('unwanted')");

        assertThat(tab.evaluate("Object.keys(localStorage).join()").asText()).isEqualTo("altcontext.off");
        assertThat(beacons(tab)).isEqualTo(asked);

        tab.evaluate("altcontext.optIn()");
        JsonNode view = STAGE.await(tab, "page_view", 1).getFirst();
        assertThat(view.path("path").textValue()).isEqualTo("/thanks.html");
        assertThat(anonId(tab)).isNotEqualTo(before);
        assertThat(STAGE.stored.events(before))
                .extracting(event -> event.path("event_type").textValue())
                .doesNotContain("unwanted", "cta_click");
    }

    @Test
    void the_time_before_an_opt_in_is_not_reported() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        tab.toFront();
        STAGE.await(tab, "page_view", 1);
        tab.evaluate("altcontext.optOut()");
        tab.evaluate(TWO_FRAMES);
        // By the clock of the tracker, the visitor now reads for an hour.
        tab.evaluate("const now = performance.now; performance.now = () => now.call(performance) + 36e5");
        tab.click("h1");
        tab.evaluate("altcontext.optIn()");
        String anonId = anonId(tab);
        tab.open(STAGE.site.at("/thanks.html"));

        for (JsonNode engagement : STAGE.await(anonId, "engagement", 1)) {
            assertThat(engagement.path("engaged_time_ms").intValue()).isLessThan(60_000);
        }
    }

    @Test
    void the_time_before_an_opt_in_is_not_reported_by_a_site_that_sends_its_own_page_views() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage(changed("script.dataset.manual = ''"));
        tab.open(STAGE.site.at("/index.html"));
        tab.toFront();
        tab.evaluate("altcontext.optOut()");
        tab.evaluate(TWO_FRAMES);
        tab.evaluate("const now = performance.now; performance.now = () => now.call(performance) + 36e5");
        tab.click("h1");
        tab.evaluate("altcontext.optIn(); altcontext.pageView()");
        STAGE.await(tab, "page_view", 1);
        String anonId = anonId(tab);
        tab.click("h1");
        tab.open(STAGE.site.at("/thanks.html"));

        for (JsonNode engagement : STAGE.await(anonId, "engagement", 1)) {
            assertThat(engagement.path("engaged_time_ms").intValue()).isLessThan(60_000);
        }
    }

    @Test
    void scrolling_before_an_opt_in_is_not_reported_by_a_site_that_sends_its_own_page_views() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage(changed("script.dataset.manual = ''"));
        tab.open(STAGE.site.at("/thanks.html"));
        tab.evaluate("altcontext.optOut(); altcontext.pageView()");
        tab.evaluate("document.body.style.height = 4 * innerHeight + 'px'");
        tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
        tab.await("scrollY > 0");
        tab.evaluate(TWO_FRAMES);
        tab.evaluate("scrollTo(0, 0)");
        tab.await("scrollY == 0");
        tab.evaluate(TWO_FRAMES);
        // An engagement does not begin a session; another event does.
        tab.evaluate("altcontext.optIn(); altcontext.track('back')");
        STAGE.await(tab, "back", 1);
        tab.click("h1");
        // With web vitals to send, the engagement is sent even if the page has no focus and no engaged time.
        tab.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))");
        tab.evaluate("altcontext.pageView('/second')");

        assertThat(STAGE.await(tab, "engagement", 1)
                        .getFirst()
                        .path("scroll_depth_percent")
                        .doubleValue())
                .isBetween(20.0, 30.0);
    }

    @Test
    void a_form_names_its_property_even_if_its_visitor_is_not_tracked() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true});"
                + changed("script.dataset.property = 'kiln'"));
        tab.open(STAGE.site.at("/index.html"));
        String email = Forms.email();
        tab.type("#email", email);
        tab.click("form button");
        tab.await("document.querySelector('[data-alt-status]').textContent.startsWith('Thank you')");

        assertThat(STAGE.stored.lead(email).path("property_id").textValue()).isEqualTo("kiln");
        assertThat(tab.evaluate("localStorage.length").intValue()).isZero();
    }

    @Test
    void nothing_is_sent_or_stored_if_the_browser_has_a_privacy_signal() {
        for (String signal : List.of("globalPrivacyControl", "doNotTrack")) {
            ChromiumTab tab = STAGE.browser.visitor().tab();
            tab.beforeEachPage("Object.defineProperty(navigator, '" + signal + "', {value: '1'})");
            tab.open(STAGE.site.at("/index.html"));
            tab.click("[data-alt-event]");
            tab.open(STAGE.site.at("/thanks.html"));

            assertThat(tab.evaluate("localStorage.length").intValue())
                    .as(signal)
                    .isZero();
            assertThat(beacons(tab)).as(signal).isZero();
            assertThat(tab.requests()).as(signal).anyMatch(url -> url.endsWith("/v1/telemetry.js"));
        }
    }

    @Test
    void the_example_in_the_privacy_law_page_loads_the_tracker_only_after_consent(@TempDir Path folder)
            throws IOException {
        String page = Files.readString(Path.of("..", "docs", "privacy-law.md"));
        int from = page.indexOf("```html\n") + "```html\n".length();
        String example = page.substring(from, page.indexOf("```", from));
        Files.writeString(
                folder.resolve("asked.html"),
                "<!doctype html><title>Asked</title><body>"
                        + example.replace(
                                "script.src = 'https://api.example.com",
                                "script.dataset.allowLocalhost = ''; script.src = 'http://localhost:3000"));
        STAGE.site.add(folder);
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/asked.html"));
        tab.open(STAGE.site.at("/asked.html"));
        assertThat(tab.requests()).noneMatch(url -> url.contains("/v1/"));
        assertThat(tab.evaluate("localStorage.length").intValue()).isZero();

        tab.click("#ask button");
        tab.await("'altcontext.id' in localStorage");
        STAGE.await(tab, "page_view", 1);
        tab.open(STAGE.site.at("/asked.html"));
        STAGE.await(tab, "page_view", 2);
    }

    @Test
    void an_opt_out_while_an_event_is_in_flight_stores_nothing() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage("window.fetch = () => new Promise((_, failed) => window.fail = failed)");
        tab.open(STAGE.site.at("/index.html"));
        tab.evaluate("altcontext.optOut(); fail()");
        tab.evaluate(TWO_FRAMES);

        assertThat(tab.evaluate("Object.keys(localStorage).join()").asText()).isEqualTo("altcontext.off");
    }

    @Test
    void an_event_just_before_an_opt_out_is_neither_sent_nor_stored() {
        for (String after : List.of("", "altcontext.optIn()")) {
            ChromiumTab tab = STAGE.browser.visitor().tab();
            tab.beforeEachPage("window.sent = []; window.fetch = (url, {body}) => (sent.push(body), Promise.reject())");
            tab.open(STAGE.site.at("/index.html"));
            String before = anonId(tab);
            tab.evaluate(TWO_FRAMES);
            tab.evaluate("sent = []; altcontext.track('last'); altcontext.optOut(); " + after);
            tab.evaluate(TWO_FRAMES);
            tab.evaluate("dispatchEvent(new Event('online'))");
            tab.evaluate(TWO_FRAMES);

            assertThat(tab.evaluate("sent.join() + localStorage['altcontext.unsent']")
                            .asText())
                    .as("then " + after)
                    .doesNotContain("last", before);
        }
    }

    @Test
    void an_opt_out_while_an_event_is_created_stops_the_event() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage("window.inspect = (event) => (event.eventType == 'last' && altcontext.optOut(), event);"
                + changed("script.dataset.beforeSend = 'inspect'"));
        tab.open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        tab.await(ALL_ARRIVED);
        int asked = beacons(tab);
        tab.evaluate("altcontext.track('last')");
        tab.evaluate(TWO_FRAMES);

        assertThat(beacons(tab)).isEqualTo(asked);
        assertThat(tab.evaluate("Object.keys(localStorage).join()").asText()).isEqualTo("altcontext.off");
    }

    @Test
    void stored_events_are_not_sent_when_the_network_returns_if_the_browser_has_a_privacy_signal() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true});"
                + "localStorage['altcontext.unsent'] = JSON.stringify({timestamp: Date.now()})");
        tab.open(STAGE.site.at("/index.html"));
        tab.evaluate("dispatchEvent(new Event('online'))");
        tab.evaluate(TWO_FRAMES);

        assertThat(beacons(tab)).isZero();
    }
}
