package com.altcontext.api.event;

import static com.altcontext.api.event.DemoStage.anonId;
import static com.altcontext.api.event.DemoStage.beacons;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.ChromiumTab;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The npm package in a browser, on a page that imports it instead of embedding the script. */
class TrackerPackageIT {
    private static final DemoStage STAGE = new DemoStage();

    @BeforeAll
    static void build(@TempDir Path folder) throws IOException, InterruptedException {
        Process build = new ProcessBuilder("node", "../packages/tracker/build.mjs", folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(build.waitFor()).as(said).isZero();
        Files.writeString(folder.resolve("package.html"), """
                <!doctype html>
                <title>Package</title>
                <h1 id="altcontext">An element can have the name of the tracker</h1>
                <script type="module">
                  import { init, optOut, pageView, track } from './index.js';
                  Object.assign(window, {pageView, track, optOut});
                  track('before_init', {early: true});
                  init({
                    endpoint: '%s/',
                    property: 'kiln',
                    allowLocalhost: true,
                    exclude: ['/secret*'],
                    props: {plan: 'pro'},
                    beforeSend: (event) => event.eventType != 'held_back' && event,
                  });
                  init({endpoint: 'https://example.invalid', allowLocalhost: true});
                </script>""".formatted(STAGE.service.address()));
        Files.writeString(folder.resolve("refused.html"), """
                <!doctype html>
                <title>Refused</title>
                <script type="module">
                  import { init, optIn, optOut } from './index.js';
                  Object.assign(window, {optIn});
                  init({endpoint: undefined, allowLocalhost: true});
                  optOut();
                </script>
                <script type="module">
                  import { init, optIn, optOut } from './index.js?again';
                  Object.assign(window, {optIn});
                  optOut();
                  init({endpoint: '%s', property: 'kiln', allowLocalhost: true});
                  window.isStarted = true;
                </script>""".formatted(STAGE.service.address()));
        STAGE.site.add(folder);
    }

    @AfterAll
    static void stop() {
        STAGE.close();
    }

    private final ChromiumTab tab = STAGE.browser.visitor().tab().open(STAGE.site.at("/package.html"));

    @Test
    void a_page_that_starts_the_tracker_sends_a_page_view_with_its_options() {
        tab.await("localStorage['altcontext.id']");

        JsonNode view = STAGE.await(tab, "page_view", 1).getFirst();
        assertThat(view.path("path").textValue()).isEqualTo("/package.html");
        assertThat(view.path("property_id").textValue()).isEqualTo("kiln");
        assertThat(view.at("/props/plan").textValue()).isEqualTo("pro");
        // A call before init is sent after the page view.
        JsonNode early = STAGE.await(tab, "before_init", 1).getFirst();
        assertThat(early.at("/props/early").booleanValue()).isTrue();
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void events_and_page_views_of_the_page_are_sent_unless_withheld_or_excluded() {
        tab.await("localStorage['altcontext.id']");
        // Two requests at once may arrive in the other order, and their times are corrected by the time of receipt.
        STAGE.await(tab, "page_view", 1);
        tab.evaluate(
                "track('held_back'); track('plan_chosen', {plan: 'team'}); pageView('/secret-page'); pageView('/second')");

        assertThat(STAGE.await(tab, "plan_chosen", 1)
                        .getFirst()
                        .at("/props/plan")
                        .textValue())
                .isEqualTo("team");
        assertThat(STAGE.await(tab, "page_view", 2).getLast().path("path").textValue())
                .isEqualTo("/second");
        assertThat(STAGE.events(anonId(tab), "held_back")).isEmpty();
    }

    @Test
    void nothing_is_sent_after_an_opt_out() {
        tab.await("localStorage['altcontext.id']");
        String anonId = anonId(tab);
        STAGE.await(anonId, "before_init", 1);
        tab.evaluate("optOut()");
        tab.await("localStorage['altcontext.off']");
        int before = beacons(tab);
        tab.evaluate("new Promise((done) => { track('unwanted'); setTimeout(done) })");

        assertThat(beacons(tab)).isEqualTo(before);
        assertThat(STAGE.events(anonId, "unwanted")).isEmpty();
    }

    @Test
    void an_opt_out_before_the_start_is_respected_and_a_start_without_an_endpoint_does_no_harm() {
        ChromiumTab refused = STAGE.browser.visitor().tab().open(STAGE.site.at("/refused.html"));
        refused.await("window.isStarted && window.altcontext");

        assertThat(beacons(refused)).isZero();
        refused.evaluate("optIn()");
        refused.await("localStorage['altcontext.id']");
        assertThat(STAGE.await(refused, "page_view", 1)).hasSize(1);
        assertThat(refused.complaints()).isEmpty();
    }
}
