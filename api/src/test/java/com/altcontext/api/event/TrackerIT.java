package com.altcontext.api.event;

import static com.altcontext.api.event.DemoStage.PAINTED;
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

/** What the tracker sends: from the demo site in a real browser, through the packaged service, to the database. */
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
    void a_page_change_by_script_is_a_page_view_and_going_back_is_one_too() {
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
        // A change of the query or fragment alone is not a page view.
        tab.evaluate("history.replaceState(null, '', '?sorted=1#prices')");
        tab.evaluate("location.hash = 'cups'");
        tab.evaluate("altcontext.track('last')");
        STAGE.await(tab, "last", 1);
        STAGE.await(tab, "page_view", 3);
        assertThat(tab.complaints()).isEmpty();
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
    void the_endpoint_may_end_with_a_slash() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage(changed("script.dataset.endpoint = '" + STAGE.service.address() + "/'"));
        tab.open(STAGE.site.at("/index.html"));

        STAGE.await(tab, "page_view", 1);
    }

    @Test
    void starting_and_submitting_a_form_are_events_unless_it_is_a_search_form_or_ignored() {
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
    void calls_before_the_script_has_loaded_are_sent_once_it_has() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage(
                DemoStage.STUB + "altcontext.track('plan_shown', {plan: 'pro'}); altcontext.track('plan_liked');");
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
    void a_click_on_a_label_with_a_marked_element_is_one_event() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        tab.evaluate("""
                document.querySelector('h1').insertAdjacentHTML('beforebegin',
                  `<label data-alt-event="inside"><b id="inside">Pro</b> <input type="radio" name="plan"></label>
                   <label data-alt-event="beside" id="beside" for="other">Team</label> <input type="radio" id="other">
                   <label>I read the <a data-alt-event="terms" id="terms" href="#news">terms</a> <input type="checkbox"></label>
                   <label data-goal="accepted"><b id="text">I accept</b> the <a id="link" href="#news">terms</a> <input type="checkbox"></label>`)""");

        for (String name : List.of("inside", "beside", "terms", "text", "link")) {
            tab.click("#" + name);
        }
        tab.evaluate("document.querySelector('[name=plan]').click(); altcontext.track('last')");
        STAGE.await(tab, "last", 1);

        assertThat(STAGE.stored.events(anonId(tab)))
                .extracting(event -> event.path("event_type").textValue())
                .containsExactlyInAnyOrder(
                        "page_view", "inside", "beside", "terms", "accepted", "accepted", "inside", "last");
    }

    @Test
    void events_of_the_site_itself_are_sent_and_its_mistakes_do_no_harm() {
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
    void every_event_and_lead_of_an_automated_browser_is_marked_as_a_bot() {
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
    void a_prerendered_page_is_not_a_page_view_until_it_is_shown() {
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
}
