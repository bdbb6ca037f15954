package com.altcontext.api.event;

import static com.altcontext.api.event.DemoStage.anonId;
import static com.altcontext.api.event.DemoStage.beacons;
import static com.altcontext.api.event.DemoStage.changed;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Chromium;
import com.altcontext.api.testing.ChromiumTab;
import com.altcontext.api.testing.StoredRows;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The tracker's storage in the browser: unsent events, and browsers whose storage or functions fail. */
class TrackerStorageIT {
    private static final DemoStage STAGE = new DemoStage();

    private final Chromium.Profile visitor = STAGE.browser.visitor();

    @AfterAll
    static void stop() {
        STAGE.close();
    }

    @Test
    void localhost_is_measured_only_if_allowed_and_excluded_paths_are_not_measured() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage(changed("script.removeAttribute('data-allow-localhost')"));
        tab.open(STAGE.site.at("/index.html"));
        assertThat(tab.evaluate("localStorage.length").intValue()).isZero();
        assertThat(beacons(tab)).isZero();

        ChromiumTab other = STAGE.browser.visitor().tab();
        other.beforeEachPage(changed("script.dataset.exclude = '/admin/, /price, /thanks'"));
        other.open(STAGE.site.at("/thanks.html"));
        assertThat(beacons(other)).isZero();
        other.open(STAGE.site.at("/pricing.html"));
        assertThat(STAGE.await(other, "page_view", 1).getFirst().path("path").textValue())
                .isEqualTo("/pricing.html");
    }

    @Test
    void events_without_a_network_are_sent_later_and_keep_their_time() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        tab.await(ALL_ARRIVED);

        tab.offline(true);
        tab.await("!navigator.onLine");
        tab.click("[data-alt-event]");
        JsonNode kept = kept(tab);
        assertThat(kept).hasSize(1);
        long timestamp = kept.at("/0/timestamp").longValue();
        long waited = tab.evaluate("Date.now()").longValue() - timestamp;
        tab.offline(false);

        // Its time is the time of receipt minus the time between the click and the sending.
        JsonNode click = STAGE.await(tab, "cta_click", 1).getFirst();
        Instant received = Instant.parse(click.path("received_at").textValue());
        assertThat(Instant.parse(click.path("occurred_at").textValue()))
                .isBetween(Instant.ofEpochMilli(timestamp), received.minusMillis(waited));
        tab.await(ALL_ARRIVED);
    }

    @Test
    void an_event_that_did_not_arrive_is_sent_with_the_next_page_and_stored_once() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        tab.await(ALL_ARRIVED);

        tab.unreachable("*/v1/events*");
        tab.click("[data-alt-event]");
        JsonNode kept = kept(tab);
        assertThat(kept).hasSize(1);
        tab.unreachable();
        // This stores the event as if it had arrived and only the answer was lost.
        tab.evaluate("""
                fetch('%s/v1/events', {method: 'POST', body: JSON.stringify(%s)})""".formatted(STAGE.service.address(), kept.get(0)));
        STAGE.await(tab, "cta_click", 1);
        tab.open(STAGE.site.at("/thanks.html"));

        STAGE.await(tab, "page_view", 2);
        tab.evaluate("altcontext.track('last')");
        STAGE.await(tab, "last", 1);
        STAGE.await(tab, "cta_click", 1);
        tab.await(ALL_ARRIVED);
    }

    @Test
    void an_event_in_flight_when_the_page_is_left_is_sent_again() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage("if (location.pathname == '/index.html') { window.fetch = () => new Promise(() => {}) }");
        tab.open(STAGE.site.at("/index.html"));
        tab.click("[data-alt-event]");
        tab.open(STAGE.site.at("/thanks.html"));

        STAGE.await(tab, "page_view", 2);
        STAGE.await(tab, "cta_click", 1);
        tab.await(ALL_ARRIVED);
    }

    @Test
    void large_unsent_events_are_sent_in_parts_that_the_service_accepts() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        tab.offline(true);
        tab.await("!navigator.onLine");
        tab.evaluate("for (let i = 0; i < 30; i++) altcontext.track('large', {i, text: 'é'.repeat(1500)})");
        tab.offline(false);

        STAGE.await(tab, "large", 30);
        tab.await(ALL_ARRIVED);
    }

    @Test
    void at_most_forty_unsent_events_are_stored() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        tab.await(ALL_ARRIVED);
        tab.offline(true);
        tab.await("!navigator.onLine");
        tab.evaluate("for (let i = 0; i < 200; i++) altcontext.track('many', {i})");

        JsonNode kept = kept(tab);

        assertThat(kept).hasSize(40);
        assertThat(kept.at("/39/props/i").intValue()).isEqualTo(199);
        tab.offline(false);
        STAGE.await(tab, "many", 40);
    }

    @Test
    void a_browser_without_storage_is_one_visitor_until_the_page_is_left() {
        String campaign = "refused-" + UUID.randomUUID();
        try (Chromium strict = Chromium.start(NO_STORAGE)) {
            ChromiumTab tab = strict.owner().tab().open(STAGE.site.at("/index.html?utm_source=" + campaign));
            assertThat(tab.evaluate("(() => { try { return localStorage.length } catch (e) { return e.name } })()")
                            .asText())
                    .isEqualTo("SecurityError");
            StoredRows.await(() -> visitorsOf(campaign).size(), 1);
            String anonId = visitorsOf(campaign).getFirst();

            tab.click("[data-alt-event]");
            STAGE.await(anonId, "cta_click", 1);
            tab.click("nav a[href=\"pricing.html\"]");
            STAGE.await(anonId, "page_view", 2);
            tab.evaluate("altcontext.optOut()");
            int asked = beacons(tab);
            tab.evaluate("altcontext.track('unwanted')");
            assertThat(beacons(tab)).isEqualTo(asked);
            assertThat(tab.complaints()).isEmpty();
        }
    }

    @Test
    void a_full_storage_neither_stops_the_script_nor_undoes_an_opt_out() {
        String campaign = "full-" + UUID.randomUUID();
        ChromiumTab tab = visitor.tab();
        // Chromium gives a site 5 MiB of storage, including the names of the entries.
        tab.beforeEachPage("localStorage.filling = 'x'.repeat(5 * 1024 * 1024 - 'filling'.length)");
        tab.open(STAGE.site.at("/index.html?utm_source=" + campaign));
        StoredRows.await(() -> visitorsOf(campaign).size(), 1);
        String anonId = visitorsOf(campaign).getFirst();
        tab.click("[data-alt-event]");
        STAGE.await(anonId, "cta_click", 1);

        tab.evaluate("altcontext.optOut()");
        int asked = beacons(tab);
        tab.evaluate("altcontext.track('unwanted')");
        assertThat(beacons(tab)).isEqualTo(asked);
        assertThat(tab.evaluate("Object.keys(localStorage).join()").asText()).isEqualTo("filling");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void unexpected_content_in_the_storage_is_skipped() {
        for (String strange : List.of("5", "[null]", "{", "null\\n{}\\n[]")) {
            ChromiumTab tab = STAGE.browser.visitor().tab();
            tab.beforeEachPage("if (!localStorage.length) { localStorage['altcontext.unsent'] = '" + strange + "' }");
            tab.open(STAGE.site.at("/index.html"));
            STAGE.await(tab, "page_view", 1);
            tab.click("[data-alt-event]");
            STAGE.await(tab, "cta_click", 1);
            tab.await(ALL_ARRIVED);
            assertThat(tab.complaints()).as(strange).isEmpty();
        }
    }

    @Test
    void the_script_stays_silent_in_a_browser_whose_functions_fail() {
        for (String name : List.of(
                "window.fetch",
                "navigator.sendBeacon",
                "window.queueMicrotask",
                "window.PerformanceObserver",
                "window.URLSearchParams",
                "window.requestAnimationFrame",
                "performance.now",
                "performance.getEntriesByType",
                "document.hasFocus",
                "URL.createObjectURL",
                "JSON.stringify",
                "Date.now",
                "Storage.prototype.setItem",
                "PerformanceObserver.prototype.observe",
                "PerformanceObserver.prototype.takeRecords")) {
            for (String broken : List.of("undefined", "() => { throw new Error('broken') }")) {
                ChromiumTab tab = STAGE.browser.visitor().tab();
                tab.beforeEachPage(name + " = " + broken);
                tab.open(STAGE.site.at("/thanks.html"));
                tab.click("h1");
                tab.evaluate("""
                        window.altcontext?.track('mine', {a: 1});
                        history.pushState(null, '', '/pricing.html');
                        dispatchEvent(new Event('online'));
                        dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
                        dispatchEvent(new Event('pagehide'));
                        window.altcontext?.optOut();
                        window.altcontext?.optIn();""");
                tab.evaluate("new Promise((done) => setTimeout(done))");

                assertThat(tab.complaints()).as(name + " = " + broken).isEmpty();
                tab.close();
            }
        }
    }

    @Test
    void two_tabs_are_one_visitor_in_one_session() {
        ChromiumTab one = visitor.tab().open(STAGE.site.at("/index.html"));
        STAGE.await(one, "page_view", 1);
        ChromiumTab other = visitor.tab().open(STAGE.site.at("/pricing.html"));

        List<JsonNode> views = STAGE.await(other, "page_view", 2);

        assertThat(anonId(one)).isEqualTo(anonId(other));
        assertThat(views)
                .extracting(view -> view.path("path").textValue())
                .containsExactly("/index.html", "/pricing.html");
        assertThat(STAGE.stored.sessions(anonId(one))).hasSize(1);
    }

    private static final String NO_STORAGE = """
            {"profile":{"default_content_setting_values":{"cookies":2}}}""";

    private static final String ALL_ARRIVED = "!('altcontext.unsent' in localStorage)";

    /** Waits until the storage has unsent events, and returns them. */
    private static JsonNode kept(ChromiumTab tab) {
        tab.await("localStorage['altcontext.unsent']");
        return tab.evaluate("localStorage['altcontext.unsent'].split('\\n').map((event) => JSON.parse(event))");
    }

    private static List<String> visitorsOf(String campaign) {
        return STAGE
                .stored
                .rows(
                        "SELECT DISTINCT to_jsonb(v)::text FROM events e JOIN visitors v USING (bucket, visitor_id)"
                                + " WHERE e.utm_source = ?",
                        campaign)
                .stream()
                .map(row -> row.path("anon_id").asText())
                .toList();
    }
}
