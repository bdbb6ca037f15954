package com.altcontext.api.event;

import static com.altcontext.api.event.DemoStage.PAINTED;
import static com.altcontext.api.event.DemoStage.TWO_FRAMES;
import static com.altcontext.api.event.DemoStage.anonId;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Chromium;
import com.altcontext.api.testing.ChromiumTab;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the tracker sends when a visitor leaves a page or returns to it: engagement and web vitals. Like {@link TrackerIT}, in a real browser. */
class TrackerEngagementIT {
    private static final DemoStage STAGE = new DemoStage();

    private final Chromium.Profile visitor = STAGE.browser.visitor();

    @AfterAll
    static void stop() {
        STAGE.close();
    }

    @Test
    void leaving_a_tab_sends_engagement_and_web_vitals() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        tab.toFront();
        tab.evaluate(PAINTED);
        tab.click("h1");
        tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
        tab.await("scrollY > 0");
        tab.evaluate(TWO_FRAMES);

        visitor.tab().toFront();

        JsonNode engagement = STAGE.await(tab, "engagement", 1).getFirst();
        assertThat(engagement.path("engaged_time_ms").intValue()).isPositive();
        assertThat(engagement.path("scroll_depth_percent").intValue()).isEqualTo(100);
        assertThat(engagement.path("ttfb_ms").doubleValue()).isPositive();
        assertThat(engagement.path("fcp_ms").doubleValue())
                .isGreaterThanOrEqualTo(engagement.path("ttfb_ms").doubleValue());
        assertThat(engagement.path("lcp_ms").doubleValue())
                .isGreaterThanOrEqualTo(engagement.path("fcp_ms").doubleValue());
        assertThat(engagement.path("inp_ms").isNumber()).isTrue();
        assertThat(engagement.path("cls_score").isNumber()).isTrue();

        // The second engagement does not repeat the web vitals.
        tab.toFront();
        tab.evaluate(TWO_FRAMES);
        tab.open(STAGE.site.at("/thanks.html"));
        STAGE.await(tab, "page_view", 2);
        JsonNode again = STAGE.await(tab, "engagement", 2).getLast();
        assertThat(again.path("ttfb_ms").isNull()).isTrue();
        assertThat(again.path("lcp_ms").isNull()).isTrue();
        assertThat(tab.complaints()).isEmpty();
    }

    /** Opens a page that is this many windows high, and scrolls to a position. */
    private ChromiumTab scrolled(int windows, String to) {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/thanks.html"));
        STAGE.await(tab, "page_view", 1);
        tab.evaluate("document.body.style.height = " + windows + " * innerHeight + 'px'");
        tab.evaluate("scrollTo(0, " + to + ")");
        tab.await("scrollY > 0");
        tab.evaluate(TWO_FRAMES);
        return tab;
    }

    @Test
    void the_scroll_depth_of_a_page_that_grows_is_relative_to_its_new_height() {
        ChromiumTab tab = scrolled(3, "document.documentElement.scrollHeight");
        tab.evaluate("document.body.style.height = 12 * innerHeight + 'px'");
        String anonId = anonId(tab);
        tab.open(STAGE.site.at("/index.html"));

        assertThat(STAGE.await(anonId, "engagement", 1)
                        .getFirst()
                        .path("scroll_depth_percent")
                        .doubleValue())
                .isBetween(20.0, 30.0);
    }

    @Test
    void the_scroll_depth_of_a_page_that_shrinks_is_relative_to_its_earlier_height() {
        ChromiumTab tab = scrolled(12, "2 * innerHeight");
        tab.evaluate("document.body.style.height = 4 * innerHeight + 'px'");
        String anonId = anonId(tab);
        tab.open(STAGE.site.at("/index.html"));

        assertThat(STAGE.await(anonId, "engagement", 1)
                        .getFirst()
                        .path("scroll_depth_percent")
                        .doubleValue())
                .isBetween(20.0, 30.0);
    }

    @Test
    void the_scroll_depth_of_a_page_that_is_replaced_before_the_address_changes_is_relative_to_its_own_height() {
        ChromiumTab tab = scrolled(3, "document.documentElement.scrollHeight");
        tab.evaluate("""
                document.body.style.height = 20 * innerHeight + 'px';
                scrollTo(0, 0);
                history.pushState(null, '', '/long');""");
        assertThat(STAGE.await(tab, "engagement", 1)
                        .getFirst()
                        .path("scroll_depth_percent")
                        .doubleValue())
                .isBetween(95.0, 100.0);

        // A page that is not scrolled has a scroll depth too: a click records its height before it is replaced. With
        // web vitals to send, the engagement is sent even if the page has no focus and no engaged time.
        tab.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))");
        tab.click("h1");
        tab.evaluate("""
                document.body.style.height = 'auto';
                history.pushState(null, '', '/short');""");
        assertThat(STAGE.await(tab, "engagement", 2)
                        .getLast()
                        .path("scroll_depth_percent")
                        .doubleValue())
                .isBetween(4.0, 6.0);
    }

    @Test
    void layout_shifts_and_slow_clicks_are_measured() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        tab.toFront();
        tab.evaluate(PAINTED);
        tab.evaluate("document.querySelector('main').style.paddingTop = innerHeight / 4 + 'px'");
        tab.evaluate(TWO_FRAMES);
        tab.evaluate("""
                document.querySelector('h1').addEventListener('click', () => {
                  const end = performance.now() + 200;
                  while (performance.now() < end) {}
                })""");
        tab.click("h1");
        tab.evaluate(TWO_FRAMES);

        visitor.tab().toFront();

        JsonNode engagement = STAGE.await(tab, "engagement", 1).getFirst();
        assertThat(engagement.path("inp_ms").doubleValue()).isBetween(200.0, 60_000.0);
        assertThat(engagement.path("cls_score").doubleValue()).isBetween(0.01, 1.0);
    }

    @Test
    void a_browser_is_not_asked_for_a_measurement_that_it_does_not_support() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage("""
                {
                  delete window.LayoutShift;
                  window.asked = [];
                  const { supportedEntryTypes, prototype } = PerformanceObserver;
                  const { observe } = prototype;
                  const value = supportedEntryTypes.filter((type) => type != 'layout-shift');
                  Object.defineProperty(PerformanceObserver, 'supportedEntryTypes', { value });
                  prototype.observe = function (options) {
                    asked.push(options.type);
                    observe.call(this, options);
                  };
                }""");
        tab.open(STAGE.site.at("/index.html"));
        tab.toFront();
        STAGE.await(tab, "page_view", 1);
        assertThat(tab.evaluate("asked.sort().join(' ')").textValue())
                .isEqualTo("event first-input largest-contentful-paint paint");
        tab.evaluate(PAINTED);

        visitor.tab().toFront();

        JsonNode engagement = STAGE.await(tab, "engagement", 1).getFirst();
        assertThat(engagement.path("lcp_ms").isNumber()).isTrue();
        assertThat(engagement.path("cls_score").isNull()).isTrue();
    }

    @Test
    void closing_a_page_sends_engagement_once() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        tab.toFront();
        STAGE.await(tab, "page_view", 1);
        tab.open(STAGE.site.at("/thanks.html"));
        STAGE.await(tab, "page_view", 2);

        List<JsonNode> engagements = STAGE.await(tab, "engagement", 1);
        assertThat(engagements.getFirst().path("path").textValue()).isEqualTo("/index.html");
    }

    @Test
    void a_page_restored_from_the_back_forward_cache_is_another_page_view() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        tab.evaluate("window.kept = 'the same page'");
        tab.open(STAGE.site.at("/thanks.html"));
        STAGE.await(tab, "page_view", 2);

        tab.evaluate("history.back()");
        tab.await("window.kept === 'the same page'");

        List<JsonNode> views = STAGE.await(tab, "page_view", 3);
        assertThat(views.getLast().path("path").textValue()).isEqualTo("/index.html");
        assertThat(STAGE.stored.sessions(anonId(tab))).hasSize(1);
    }

    @Test
    void a_restored_page_that_is_left_unpainted_does_not_send_its_earlier_paint() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        tab.toFront();
        tab.evaluate(PAINTED);
        STAGE.await(tab, "page_view", 1);
        tab.evaluate("dispatchEvent(new Event('pagehide'))");
        assertThat(STAGE.await(tab, "engagement", 1).getFirst().path("fcp_ms").isNumber())
                .isTrue();

        tab.evaluate("""
                dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
                dispatchEvent(new Event('pagehide'))""");

        JsonNode again = STAGE.await(tab, "engagement", 2).getLast();
        assertThat(again.path("ttfb_ms").doubleValue()).isZero();
        for (String paint : List.of("fcp_ms", "lcp_ms", "cls_score")) {
            assertThat(again.path(paint).isNull()).as(paint).isTrue();
        }
    }

    @Test
    void the_engagement_is_sent_by_fetch_if_the_browser_refuses_the_beacon() {
        for (String refusal : List.of("() => false", "() => { throw new TypeError() }", "undefined")) {
            ChromiumTab tab = STAGE.browser.visitor().tab();
            tab.beforeEachPage("navigator.sendBeacon = " + refusal);
            tab.open(STAGE.site.at("/index.html"));
            String anonId = anonId(tab);
            tab.open(STAGE.site.at("/thanks.html"));

            assertThat(STAGE.await(anonId, "engagement", 1)
                            .getFirst()
                            .path("path")
                            .textValue())
                    .as(refusal)
                    .isEqualTo("/index.html");
        }
    }
}
