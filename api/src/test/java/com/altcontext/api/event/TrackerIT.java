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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the tracker sends: from the demo site in a real browser, through the packaged service, to the rows. */
class TrackerIT {
    private static final DemoStage STAGE = new DemoStage();

    private final Chromium.Profile visitor = STAGE.browser.visitor();

    @AfterAll
    static void stop() {
        STAGE.close();
    }

    @Test
    void a_loaded_page_is_a_page_view_with_its_campaign() {
        ChromiumTab tab =
                visitor.tab().open(STAGE.site.at("/?utm_source=letter&utm_medium=email&utm_campaign=&x=1#top"));

        JsonNode view = STAGE.await(tab, "page_view", 1).getFirst();
        assertThat(view.path("path").textValue()).isEqualTo("/");
        assertThat(view.path("utm_source").textValue()).isEqualTo("letter");
        assertThat(view.path("utm_campaign").isNull()).isTrue();
        assertThat(view.path("traffic_source").textValue()).isEqualTo("email");
        assertThat(view.path("device").textValue()).isEqualTo("desktop");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_page_change_by_script_is_a_page_view_and_so_is_going_back() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);

        tab.click("nav a[href=\"pricing.html\"]");
        List<JsonNode> views = STAGE.await(tab, "page_view", 2);
        assertThat(views.getLast().path("path").textValue()).isEqualTo("/pricing.html");
        assertThat(views.getLast().path("traffic_source").textValue()).isEqualTo("internal");
        assertThat(STAGE.await(tab, "engagement", 1).getFirst().path("path").textValue())
                .isEqualTo("/index.html");

        tab.await("document.querySelector('table')");
        tab.evaluate("history.back()");
        assertThat(STAGE.await(tab, "page_view", 3).getLast().path("path").textValue())
                .isEqualTo("/index.html");
        // Another query or fragment is the same page.
        tab.evaluate("history.replaceState(null, '', '?sorted=1#prices')");
        tab.evaluate("location.hash = 'cups'");
        tab.evaluate("altcontext.track('last')");
        STAGE.await(tab, "last", 1);
        STAGE.await(tab, "page_view", 3);
        assertThat(tab.complaints()).isEmpty();
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

        // Neither the time nor the web vitals are sent a second time.
        tab.toFront();
        tab.evaluate(TWO_FRAMES);
        tab.open(STAGE.site.at("/thanks.html"));
        STAGE.await(tab, "page_view", 2);
        JsonNode again = STAGE.await(tab, "engagement", 2).getLast();
        assertThat(again.path("ttfb_ms").isNull()).isTrue();
        assertThat(again.path("lcp_ms").isNull()).isTrue();
        assertThat(tab.complaints()).isEmpty();
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
    void a_page_that_comes_back_from_the_cache_of_pages_is_seen_again() {
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
    void a_page_that_comes_back_and_is_left_unpainted_sends_no_earlier_paint() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        tab.toFront();
        tab.evaluate(PAINTED);
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
    void a_browser_that_refuses_the_beacon_is_sent_a_fetch_when_the_page_is_left() {
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

    @Test
    void a_campaign_that_is_too_long_is_cut_between_two_characters() {
        String source = "a" + "\uD83C\uDFFA".repeat(300);
        ChromiumTab tab =
                visitor.tab().open(STAGE.site.at("/?utm_source=" + URLEncoder.encode(source, StandardCharsets.UTF_8)));

        assertThat(STAGE.await(tab, "page_view", 1)
                        .getFirst()
                        .path("utm_source")
                        .textValue())
                .isEqualTo(source.substring(0, 1 + 2 * 254));
    }

    @Test
    void the_service_may_be_named_with_a_slash_at_the_end() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage(changed("script.dataset.endpoint = '" + STAGE.service.address() + "/'"));
        tab.open(STAGE.site.at("/index.html"));

        STAGE.await(tab, "page_view", 1);
    }

    @Test
    void a_form_of_the_page_sends_its_start_and_its_submit_and_a_search_form_does_not() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        tab.evaluate("""
                for (const [name, more] of [['survey', ''], ['find', 'role=search'], ['quiz', 'data-alt-ignore']]) {
                  document.querySelector('h1').insertAdjacentHTML('beforebegin',
                    `<form name=${name} ${more}><input id=${name}><button>Send</button></form>`);
                }
                document.addEventListener('submit', (event) => event.preventDefault())""");

        for (String name : List.of("find", "quiz", "survey")) {
            tab.type("#" + name, "as it is");
            tab.type("#" + name, "or was");
            tab.click("[name=" + name + "] button");
        }

        assertThat(STAGE.await(tab, "form_submit", 1)
                        .getFirst()
                        .at("/props/formName")
                        .textValue())
                .isEqualTo("survey");
        assertThat(STAGE.await(tab, "form_start", 1)
                        .getFirst()
                        .at("/props/formName")
                        .textValue())
                .isEqualTo("survey");
    }

    @Test
    void calls_before_the_script_has_loaded_are_sent_when_it_has() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage("""
                window.altcontext ||= {q: [], track(...call) { this.q.push(call) }};
                altcontext.track('plan_shown', {plan: 'pro'});
                altcontext.track('plan_liked');""");
        tab.open(STAGE.site.at("/index.html"));

        assertThat(STAGE.await(tab, "plan_shown", 1)
                        .getFirst()
                        .at("/props/plan")
                        .textValue())
                .isEqualTo("pro");
        STAGE.await(tab, "plan_liked", 1);
        STAGE.await(tab, "page_view", 1);
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void clicks_on_outbound_links_files_and_marked_elements_are_sent() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));

        tab.click("[data-alt-event]");
        JsonNode click = STAGE.await(tab, "cta_click", 1).getFirst();
        assertThat(click.at("/props/label").textValue()).isEqualTo("get news");

        tab.click("a[download]");
        JsonNode download = STAGE.await(tab, "file_download", 1).getFirst();
        assertThat(download.at("/props/url").textValue()).isEqualTo(STAGE.site.at("/care.csv"));

        String anonId = anonId(tab);
        tab.click("main a[href^=\"https:\"]");
        STAGE.await(anonId, "outbound_click", 1);
        JsonNode outbound = STAGE.events(anonId, "outbound_click").getFirst();
        assertThat(outbound.at("/props/url").textValue()).isEqualTo("https://www.iana.org/domains/reserved");
        assertThat(STAGE.stored.sessions(anonId)).hasSize(1);
    }

    @Test
    void events_of_the_page_itself_are_sent_and_its_mistakes_do_no_harm() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        tab.evaluate("""
                const circle = {};
                circle.circle = circle;
                altcontext.track('circle', circle);
                altcontext.track();
                altcontext.track('plan_chosen', {plan: 'pro'});
                localStorage['altcontext.unsent'] = '5';
                dispatchEvent(new Event('online'));
                history.pushState(null, '', '/pricing.html');""");

        assertThat(STAGE.await(tab, "plan_chosen", 1)
                        .getFirst()
                        .at("/props/plan")
                        .textValue())
                .isEqualTo("pro");
        STAGE.await(tab, "page_view", 2);
        assertThat(STAGE.events(anonId(tab), "circle")).isEmpty();
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_browser_that_a_program_drives_is_a_bot_in_all_it_sends() {
        try (Chromium automated = Chromium.automated()) {
            ChromiumTab tab = automated.visitor().tab().open(STAGE.site.at("/index.html"));
            tab.toFront();
            tab.evaluate(PAINTED);
            String email = Forms.email();
            tab.type("#email", email);
            tab.click("form button");
            STAGE.await(tab, "form_submit", 1);
            tab.evaluate("dispatchEvent(new Event('pagehide'))");

            assertThat(STAGE.stored.lead(email).path("is_bot").asBoolean()).isTrue();
            for (String eventType : List.of("page_view", "form_start", "form_submit", "engagement")) {
                JsonNode event = STAGE.await(tab, eventType, 1).getFirst();
                assertThat(event.path("device").textValue()).as(eventType).isEqualTo("bot");
            }
            assertThat(STAGE.events(anonId(tab), "engagement")
                            .getFirst()
                            .path("ttfb_ms")
                            .isNumber())
                    .isTrue();
        }
    }

    @Test
    void a_page_may_say_which_property_it_belongs_to() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage(changed("script.dataset.property = 'kiln'"));
        tab.open(STAGE.site.at("/index.html"));

        assertThat(STAGE.await(tab, "page_view", 1)
                        .getFirst()
                        .path("property_id")
                        .textValue())
                .isEqualTo("kiln");
    }

    @Test
    void a_prerendered_page_is_no_page_view_until_it_is_shown() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage("Object.defineProperty(document, 'prerendering', {value: true, configurable: true})");
        tab.open(STAGE.site.at("/index.html"));
        tab.evaluate("altcontext.track('too_early')");
        assertThat(beacons(tab)).isZero();

        tab.evaluate("""
                Object.defineProperty(document, 'prerendering', {value: false});
                document.dispatchEvent(new Event('prerenderingchange'));""");

        STAGE.await(tab, "page_view", 1);
        STAGE.await(tab, "too_early", 1);
    }

    /** Waits until the browser has reported its largest paint; it reports none after a click. */
    private static final String PAINTED = """
            new Promise((done) =>
              new PerformanceObserver(() => done()).observe({type: 'largest-contentful-paint', buffered: true}))""";
}
