package com.altcontext.api.event;

import static com.altcontext.api.event.DemoStage.TWO_FRAMES;
import static com.altcontext.api.event.DemoStage.anonId;
import static com.altcontext.api.event.DemoStage.beacons;
import static com.altcontext.api.event.DemoStage.changed;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Chromium;
import com.altcontext.api.testing.ChromiumTab;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a site can configure: attributes of the script, calls to its functions, and the ids of an earlier system. */
class TrackerOptionsIT {
    private static final DemoStage STAGE = new DemoStage();

    private final Chromium.Profile visitor = STAGE.browser.visitor();

    @AfterAll
    static void stop() {
        STAGE.close();
    }

    private ChromiumTab tab(String change) {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage(changed(change));
        return tab;
    }

    private List<String> viewed(ChromiumTab tab, int count) {
        return STAGE.await(tab, "page_view", count).stream()
                .map(view -> view.path("path").textValue())
                .toList();
    }

    @Test
    void a_site_with_its_pages_in_the_fragment_sends_a_page_view_for_each() {
        ChromiumTab tab = tab("script.dataset.hash = ''").open(STAGE.site.at("/index.html#/cups?key=secret"));
        STAGE.await(tab, "page_view", 1);
        tab.evaluate("location.hash = '#/bowls'");

        assertThat(viewed(tab, 2)).containsExactly("/index.html#/cups", "/index.html#/bowls");
        assertThat(STAGE.await(tab, "engagement", 1).getFirst().path("path").textValue())
                .isEqualTo("/index.html#/cups");
        // A change of the query within the fragment is not a page view.
        tab.evaluate("location.hash = '#/bowls?sorted=1'");
        tab.evaluate("altcontext.track('last')");
        STAGE.await(tab, "last", 1);
        STAGE.await(tab, "page_view", 2);
        assertThat(tab.complaints()).isEmpty();
    }

    /** A sign-in by OAuth or by a link in a mail comes back with its tokens in the fragment (RFC 6749, section 4.2.2). */
    @Test
    void the_values_in_a_fragment_are_not_sent() {
        ChromiumTab tab = tab("script.dataset.hash = ''")
                .open(STAGE.site.at("/index.html#access_token=secret&refresh_token=secret"));
        STAGE.await(tab, "page_view", 1);
        tab.evaluate("location.hash = '#/bowls&token=secret'");

        assertThat(viewed(tab, 2)).containsExactly("/index.html#access_token", "/index.html#/bowls&token");
    }

    @Test
    void a_page_view_may_have_its_own_address_and_properties() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        tab.evaluate("altcontext.pageView('/basket/step-2?utm_source=letter&key=secret#top', {plan: 'pro'})");

        JsonNode view = STAGE.await(tab, "page_view", 2).getLast();
        assertThat(view.path("path").textValue()).isEqualTo("/basket/step-2");
        assertThat(view.path("utm_source").textValue()).isEqualTo("letter");
        assertThat(view.at("/props/plan").textValue()).isEqualTo("pro");
        assertThat(STAGE.await(tab, "engagement", 1).getFirst().path("path").textValue())
                .isEqualTo("/index.html");

        // Later events belong to that page, and replacing the state without changing the URL is not a page view.
        tab.evaluate("history.replaceState({}, '')");
        tab.click("[data-alt-event]");
        assertThat(STAGE.await(tab, "cta_click", 1).getFirst().path("path").textValue())
                .isEqualTo("/basket/step-2");
        STAGE.await(tab, "page_view", 2);
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_site_that_sends_its_own_page_views_sends_no_others() {
        ChromiumTab tab = tab("script.dataset.manual = ''").open(STAGE.site.at("/index.html"));
        tab.click("nav a[href=\"pricing.html\"]");
        tab.await("location.pathname == '/pricing.html'");
        assertThat(beacons(tab)).isZero();

        tab.evaluate("altcontext.pageView()");
        // Two requests at once may arrive in the other order, and their times are corrected by the time of receipt.
        STAGE.await(tab, "page_view", 1);
        tab.evaluate("altcontext.pageView('/second')");

        assertThat(viewed(tab, 2)).containsExactly("/pricing.html", "/second");
        assertThat(STAGE.await(tab, "page_view", 2))
                .extracting(view -> view.path("traffic_source").textValue())
                .containsExactly("direct", "internal");
    }

    @Test
    void properties_of_the_script_go_with_every_event() {
        ChromiumTab tab = tab("script.setAttribute('data-props-plan', 'pro');"
                        + " script.setAttribute('data-props-signed_in', 'yes')")
                .open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        tab.evaluate("altcontext.track('plan_chosen', {plan: 'team'})");
        tab.click("[data-alt-event]");

        JsonNode view = STAGE.await(tab, "page_view", 1).getFirst().path("props");
        assertThat(view.path("plan").textValue()).isEqualTo("pro");
        assertThat(view.path("signed_in").textValue()).isEqualTo("yes");
        // A property of the event overrides that of the script.
        assertThat(STAGE.await(tab, "plan_chosen", 1)
                        .getFirst()
                        .at("/props/plan")
                        .textValue())
                .isEqualTo("team");
        JsonNode click = STAGE.await(tab, "cta_click", 1).getFirst().path("props");
        assertThat(click.path("signed_in").textValue()).isEqualTo("yes");
        assertThat(click.path("label").textValue()).isEqualTo("get news");
    }

    @Test
    void a_function_of_the_page_changes_or_withholds_events() {
        ChromiumTab tab = tab("script.dataset.beforeSend = 'inspect'");
        tab.beforeEachPage("""
                window.inspect = (event) => event.eventType != 'secret' && {...event, path: '/people/…', props: {seen: true}};""");
        tab.open(STAGE.site.at("/index.html"));
        tab.evaluate("altcontext.track('secret')");
        tab.evaluate("altcontext.track('last')");

        STAGE.await(tab, "last", 1);
        JsonNode view = STAGE.await(tab, "page_view", 1).getFirst();
        assertThat(view.path("path").textValue()).isEqualTo("/people/…");
        assertThat(view.at("/props/seen").booleanValue()).isTrue();
        assertThat(STAGE.events(anonId(tab), "secret")).isEmpty();
        assertThat(tab.complaints()).isEmpty();
    }

    /** The service makes an event of a form. */
    @Test
    void a_function_of_the_page_also_decides_what_a_form_says_about_the_visitor() {
        ChromiumTab tab = tab("script.dataset.beforeSend = 'inspect'");
        tab.beforeEachPage("""
                window.inspect = (event) => !window.isWithheld && {...event, path: '/people/…', utm: {source: 'changed'}};""");
        tab.open(STAGE.site.at("/index.html?utm_source=secret"));
        submit(tab, "first@example.ca");
        JsonNode form = STAGE.await(tab, "form_submit", 1).getFirst();
        assertThat(form.path("path").textValue()).isEqualTo("/people/…");
        assertThat(form.path("utm_source").textValue()).isEqualTo("changed");

        tab.evaluate("window.isWithheld = true");
        submit(tab, "second@example.ca");
        assertThat(STAGE.events(anonId(tab), "form_submit")).hasSize(1);
        assertThat(tab.complaints()).isEmpty();
    }

    private static void submit(ChromiumTab tab, String email) {
        tab.evaluate("document.querySelector('[data-alt-status]').textContent = ''");
        tab.evaluate("document.querySelector('#email').value = '" + email + "'");
        tab.click("form button");
        tab.await("document.querySelector('[data-alt-status]').textContent");
    }

    @Test
    void nothing_is_sent_if_the_named_function_does_not_exist() {
        ChromiumTab tab = tab("script.dataset.beforeSend = 'forgotten'").open(STAGE.site.at("/index.html"));
        tab.click("[data-alt-event]");
        tab.evaluate(TWO_FRAMES);

        assertThat(beacons(tab)).isZero();
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_click_on_a_goal_is_a_conversion() {
        ChromiumTab tab = visitor.tab().open(STAGE.site.at("/index.html"));
        tab.evaluate("document.querySelector('[data-alt-event]').dataset.goal = 'signup'");
        tab.click("[data-goal]");

        JsonNode click = STAGE.await(tab, "signup", 1).getFirst();
        assertThat(click.path("is_conversion").booleanValue()).isTrue();
        assertThat(click.at("/props/label").textValue()).isEqualTo("get news");
        assertThat(STAGE.events(anonId(tab), "cta_click")).isEmpty();
        assertThat(STAGE.await(tab, "page_view", 1)
                        .getFirst()
                        .path("is_conversion")
                        .booleanValue())
                .isFalse();
    }

    @Test
    void an_excluded_path_may_have_wildcards_and_its_other_characters_are_literal() {
        ChromiumTab tab =
                tab("script.dataset.exclude = '/a+b, *pri*html, /thanks?'").open(STAGE.site.at("/pricing.html"));
        assertThat(beacons(tab)).isZero();
        tab.open(STAGE.site.at("/thanks.html"));
        assertThat(viewed(tab, 1)).containsExactly("/thanks.html");
    }

    @Test
    void an_excluded_path_is_not_sent_as_a_referrer_either() {
        ChromiumTab tab = tab("script.dataset.exclude = '/thanks, /pri'").open(STAGE.site.at("/thanks.html"));
        tab.evaluate("location.href = '/index.html'");
        tab.await("localStorage['altcontext.id']");
        STAGE.await(tab, "page_view", 1);
        tab.click("nav a[href=\"pricing.html\"]");
        tab.await("document.querySelector('table')");
        tab.click("nav a[href=\"index.html\"]");
        STAGE.await(tab, "page_view", 2);
        tab.await("document.querySelector('#email')");
        submit(tab, "jo@example.ca");

        List<JsonNode> events = new ArrayList<>(STAGE.await(tab, "form_submit", 1));
        events.addAll(STAGE.await(tab, "page_view", 2));
        assertThat(events)
                .hasSize(3)
                .allSatisfy(
                        event -> assertThat(event.path("referrer").textValue()).isNull());
    }

    /** Frameworks write a flag as {@code data-allow-localhost="true"}. */
    @Test
    void a_flag_may_have_a_value() {
        ChromiumTab tab = tab("script.dataset.allowLocalhost = 'true'; script.dataset.hash = 'true'")
                .open(STAGE.site.at("/index.html#/cups"));

        assertThat(tab.console()).isEmpty();
        assertThat(viewed(tab, 1)).containsExactly("/index.html#/cups");
    }

    @Test
    void the_console_says_why_nothing_is_sent() {
        ChromiumTab local =
                tab("script.removeAttribute('data-allow-localhost')").open(STAGE.site.at("/index.html"));
        assertThat(local.console()).containsExactly("altcontext: localhost");

        ChromiumTab excluded = tab("script.dataset.exclude = '/in*'").open(STAGE.site.at("/index.html"));
        assertThat(excluded.console()).containsExactly("altcontext: /in*");

        ChromiumTab counted = visitor.tab().open(STAGE.site.at("/index.html"));
        STAGE.await(counted, "page_view", 1);
        assertThat(counted.console()).isEmpty();
        counted.evaluate("altcontext.optOut(); altcontext.track('unwanted')");
        assertThat(counted.console()).containsExactly("altcontext: optOut");
    }

    /** Such an element is a property of the window. */
    @Test
    void an_element_with_the_id_altcontext_does_not_stop_the_tracker() {
        ChromiumTab tab = tab("script.id = 'altcontext'").open(STAGE.site.at("/index.html"));
        tab.await("localStorage['altcontext.id']");
        tab.evaluate("altcontext.track('plan_chosen')");

        STAGE.await(tab, "page_view", 1);
        STAGE.await(tab, "plan_chosen", 1);
        assertThat(tab.complaints()).isEmpty();
    }

    /** Otherwise the content of a page could send its visitors' events to another server (DOM clobbering). */
    @Test
    void a_page_with_an_element_that_has_the_name_of_the_running_script_is_not_tracked() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage("""
                document.addEventListener('readystatechange', () => document.readyState == 'interactive' &&
                  document.body.insertAdjacentHTML('beforeend',
                    '<img name="currentScript" data-endpoint="http://localhost:1" data-allow-localhost>'))""");
        tab.open(STAGE.site.at("/index.html"));
        tab.await("document.readyState == 'complete' && document.currentScript.dataset.endpoint");

        assertThat(tab.evaluate("String(window.altcontext) + localStorage.length")
                        .textValue())
                .isEqualTo("undefined0");
        assertThat(tab.requests()).noneMatch(url -> url.contains("localhost:1/"));
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void calls_are_kept_until_the_script_has_loaded_even_if_an_element_has_its_name() {
        ChromiumTab tab = tab("script.id = 'altcontext'; window.isShown ||= (() => { " + DemoStage.STUB
                        + " altcontext.track('plan_shown'); return true })()")
                .open(STAGE.site.at("/index.html"));
        tab.await("localStorage['altcontext.id']");

        STAGE.await(tab, "plan_shown", 1);
        STAGE.await(tab, "page_view", 1);
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_visitor_of_the_earlier_system_keeps_the_id() {
        ChromiumTab tab = visitor.tab();
        tab.beforeEachPage("localStorage.length || (localStorage.altctx_anon_id = 'visitor-of-old')");
        tab.open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        assertThat(anonId(tab)).isEqualTo("visitor-of-old");
        assertThat(tab.evaluate("'altctx_anon_id' in localStorage").booleanValue())
                .isFalse();

        // The old id is adopted only once: a visitor who opted out and in again gets a new id.
        tab.evaluate("altcontext.optOut(); localStorage.altctx_anon_id = 'visitor-of-old'");
        tab.evaluate("altcontext.optOut(); altcontext.optIn()");
        tab.await("localStorage['altcontext.id']");
        assertThat(UUID.fromString(anonId(tab))).isNotNull();
    }

    @Test
    void ids_are_generated_the_slow_way_only_if_the_browser_lacks_the_fast_one() {
        ChromiumTab quick = visitor.tab();
        quick.beforeEachPage("window.urls = 0; URL.createObjectURL = () => { window.urls++ }");
        quick.open(STAGE.site.at("/index.html"));
        STAGE.await(quick, "page_view", 1);
        assertThat(quick.evaluate("window.urls").intValue()).isZero();

        // A page without TLS has no randomUUID.
        ChromiumTab slow = STAGE.browser.visitor().tab();
        slow.beforeEachPage("delete Crypto.prototype.randomUUID");
        slow.open(STAGE.site.at("/index.html"));
        STAGE.await(slow, "page_view", 1);
        assertThat(UUID.fromString(anonId(slow))).isNotNull();
    }
}
