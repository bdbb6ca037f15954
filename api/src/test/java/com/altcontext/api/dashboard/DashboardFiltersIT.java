package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.access.AccessKeyStore;
import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.api.testing.SignIn;
import com.altcontext.testing.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Filters, hours, leads by their origin, and share links, in a real browser, against what was stored. */
class DashboardFiltersIT {
    private static final Database DATABASE = Database.migrated();
    private static final DashboardPast PAST = new DashboardPast(DATABASE.url());
    private static final DashboardStage STAGE;
    private static final String SEVEN = "?window=7&property=kiln";

    static {
        PAST.fill();
        PAST.stored.execute(
                "UPDATE leads SET first_traffic_source = 'organic_search', capture_traffic_source = 'direct',"
                        + " form_name = 'newsletter' WHERE email = 'anna@example.ca'");
        STAGE = new DashboardStage(DATABASE.url(), Map.of());
    }

    private final DashboardTab page = STAGE.tab();

    @AfterAll
    static void stop() {
        STAGE.close();
    }

    private void clickRow(String dimension, int row) {
        page.tab.click("[data-dimension=" + dimension + "] tbody tr:nth-child(" + row + ") button");
        page.settled();
    }

    @Test
    void the_first_figures_are_leads_those_that_may_be_written_to_visitors_and_the_rate() {
        page.signIn(SEVEN);

        assertThat(page.tile("newLeads")).isEqualTo("1");
        assertThat(page.tile("newMailableLeads")).isEqualTo("1");
        assertThat(page.tab
                        .evaluate(
                                "[...document.querySelectorAll('.first [data-metric]')].map(tile => tile.dataset.metric).join()")
                        .asText())
                .isEqualTo("newLeads,newMailableLeads,uniqueVisitors,landingPageConversionRate");
        assertThat(page.rows(".leads-by")).containsExactly("Organic search|1|1|100.0%");
        page.choose("capture");
        assertThat(page.rows(".leads-by")).containsExactly("Direct|1|1|100.0%");
        page.choose("lead.form");
        assertThat(page.rows(".leads-by")).containsExactly("newsletter|1|1|–");
        assertThat(page.query()).isEqualTo(SEVEN + "&leads=lead.form&touch=capture");
        page.assertBlameless();
    }

    @Test
    void a_click_on_a_row_filters_everything_and_filters_combine_turn_and_go() {
        page.signIn(SEVEN);

        clickRow("country", 1);
        assertThat(page.query()).isEqualTo(SEVEN + "&f=is%3Acountry%3ACA");
        assertThat(page.text(".chips")).isEqualTo("Country is Canada ×");
        assertThat(page.tile("uniqueVisitors")).startsWith("1");
        assertThat(page.tile("sessions")).startsWith("2");
        assertThat(page.breakdown("traffic_source"))
                .containsExactlyInAnyOrder("Direct|1|50.0%", "Organic search|1|50.0%");
        assertThat(page.rows(".leads-by")).isEmpty();

        page.choose("landing_path");
        page.tab.click("[data-dimension=landing_path] tbody tr:nth-child(2) button");
        page.settled();
        assertThat(page.tile("sessions")).startsWith("1");
        page.assertAccessible("filtered", DashboardTab.WIDE);

        page.tab.click(".chips li:nth-child(1) .turn");
        page.settled();
        assertThat(page.query()).contains("f=is_not%3Acountry%3ACA");
        assertThat(page.tile("sessions")).startsWith("0");

        page.tab.evaluate("document.querySelector('.chips li:nth-child(1) .remove').focus()");
        page.tab.press("Backspace");
        page.settled();
        assertThat(page.tab
                        .evaluate("document.querySelectorAll('.chips li').length")
                        .intValue())
                .isEqualTo(1);
        assertThat(page.tile("sessions")).startsWith("1");

        page.tab.evaluate("history.back()");
        page.tab.await("location.search.includes('is_not')");
        page.settled();
        assertThat(page.tab
                        .evaluate("document.querySelectorAll('.chips .turn').length")
                        .intValue())
                .isEqualTo(2);
        String link = page.query();
        page.open(link).settled();
        assertThat(page.query()).isEqualTo(link);
        assertThat(page.text(".chips")).startsWith("Country is not Canada ×");
        page.assertBlameless();
    }

    @Test
    void leads_answer_to_filters_that_leads_know() {
        page.signIn(SEVEN + "&f=is%3Atraffic_source%3Adirect");
        assertThat(page.text(".leads-by .body")).isEqualTo("No new leads in this window.");

        page.open(SEVEN + "&f=is%3Atraffic_source%3Aorganic_search").settled();
        assertThat(page.rows(".leads-by")).containsExactly("Organic search|1|1|100.0%");
        assertThat(page.tile("newLeads")).isEqualTo("1");
    }

    @Test
    void one_day_is_shown_by_its_hours_against_those_of_the_day_before() {
        page.signIn("?window=yesterday&property=kiln");

        assertThat(page.heights("path.now")).hasSize(24);
        assertThat(page.heights("path.before")).hasSize(24);
        // Both came at midnight; one of the day before at eight.
        assertThat(page.heights("path.now").subList(0, 2)).containsExactly(10.0, 212.0);
        assertThat(page.heights("path.before").subList(7, 10)).containsExactly(212.0, 111.0, 212.0);

        page.choose("today");
        assertThat(page.heights("path.before")).hasSize(24);
        assertThat(page.has("path.now")).as("never a lone dot").isTrue();
        page.tab.evaluate("document.querySelector('.plot svg').focus()");
        page.tab.press("ArrowRight");
        assertThat(page.text(".legend .now")).contains("12").endsWith("1");
        page.assertBlameless();
    }

    @Test
    void all_that_there_is_begins_with_the_first_visit() {
        page.signIn("?window=all&property=kiln");

        assertThat(page.text("h1")).startsWith("Since ");
        assertThat(page.heights("path.now")).as("nine days ago until today").hasSize(9);
    }

    @Test
    void a_share_link_opens_figures_and_no_leads_and_leaves_no_key_in_the_address() {
        String key = SignIn.key(
                DATABASE.sql(), NewKey.ofShare("a link", "kiln", Instant.now().plus(Duration.ofDays(1))));

        page.open("?window=7#key=" + key).settled();

        assertThat(page.tab.evaluate("location.href").asText()).endsWith("/dashboard?window=7");
        assertThat(page.tab.requests()).noneMatch(asked -> asked.contains(key));
        assertThat(page.tile("uniqueVisitors")).startsWith("2");
        assertThat(page.text(".toolbar select")).isEqualTo("Maple Kiln (kiln)");
        assertThat(page.has(".leads, .forms")).isFalse();
        page.assertAccessible("shared", DashboardTab.PHONE);
        page.open("?window=7&f=is%3Acountry%3ACA").settled();
        assertThat(page.text("[data-dimension=path] .body"))
                .as("of one visitor")
                .isEqualTo("Nothing in this window.");
        page.assertBlameless();

        var _ = DATABASE.sql().inTransaction(tx -> AccessKeyStore.revoke(tx, "a link", Instant.now()));
        page.open("?window=7");
        assertThat(page.text("h1")).isEqualTo("Sign in");
        DashboardTab later = STAGE.tab();
        later.open("#key=" + key);
        assertThat(later.text(".why")).isEqualTo("This link has ended. Ask for a new one, or sign in with a key.");
        assertThat(later.tab.evaluate("location.hash").asText()).isEmpty();
    }

    @Test
    void what_happens_now_is_shown() {
        page.signIn(SEVEN);
        page.tab.await("document.querySelector('.minutes')");

        assertThat(page.tab
                        .evaluate("document.querySelectorAll('.minutes i').length")
                        .intValue())
                .isEqualTo(30);
        assertThat(page.text(".now-visitors")).matches("[01] visitors? in the last 5 minutes");
    }

    @Test
    void a_funnel_is_drawn_and_stands_in_the_address() {
        page.signIn(SEVEN);
        page.tab.evaluate("document.querySelector('.funnel input').value = '/news, form_start, form_submit, /nowhere'");
        page.tab.click(".funnel button");
        page.settled();

        assertThat(page.query()).isEqualTo(SEVEN + "&step=%2Fnews&step=form_start&step=form_submit&step=%2Fnowhere");
        assertThat(page.rows(".funnel"))
                .containsExactly("/news|1|33.3%", "Form begun|1|100.0%", "Form sent|1|100.0%", "/nowhere|0|0.0%");
        page.assertBlameless();
    }

    @Test
    void links_files_and_reading_are_shown_and_filter_too() {
        PAST.store(
                PAST.view("odd", "reader", 1, "10:00:00").path("/guide").engaged(30_000),
                PAST.view("odd", "reader", 1, "10:01:00")
                        .type("outbound_click")
                        .path("/guide")
                        .props("{\"url\":\"https://other.example/kilns\"}"),
                PAST.view("odd", "reader", 1, "10:02:00")
                        .type("file_download")
                        .path("/guide")
                        .props("{\"url\":\"https://odd.example/plan.pdf\"}"));
        page.signIn("?window=7&property=odd");

        assertThat(page.rows(".extras")).containsExactly("https://other.example/kilns|1|1");
        page.choose("file_download");
        assertThat(page.rows(".extras")).containsExactly("https://odd.example/plan.pdf|1|1");
        page.choose("scroll");
        assertThat(page.rows(".extras").stream().filter(row -> row.startsWith("/guide|")))
                .containsExactly("/guide|1|–|30 s");
        page.choose("outbound_click");
        page.tab.click(".extras tbody button");
        page.settled();
        assertThat(page.text(".chips")).isEqualTo("Link is https://other.example/kilns ×");
        assertThat(page.tile("sessions")).startsWith("1");
        page.assertBlameless();
    }

    @Test
    void a_segment_is_saved_in_this_browser_and_shown_again() {
        page.signIn(SEVEN + "&f=is%3Acountry%3ACA");
        page.tab.evaluate("document.querySelector('.save input').value = 'At home'");
        page.tab.click(".save button");
        page.tab.click(".chips .remove");
        page.settled();
        assertThat(page.tile("uniqueVisitors")).startsWith("2");

        page.select("[aria-label=\"Saved segments\"]", "At home");

        assertThat(page.query()).isEqualTo(SEVEN + "&f=is%3Acountry%3ACA");
        assertThat(page.tile("uniqueVisitors")).startsWith("1");
    }

    @Test
    void a_lead_is_found_shown_and_forgotten_and_each_look_is_audited() {
        String lead = "zoe" + System.nanoTime() + "@example.ca";
        PAST.lead("kiln", lead, "express", 40);
        PAST.stored.execute(
                "INSERT INTO form_submissions (id, lead_id, property_id, form_name, submitted_at, content_hash, payload)"
                        + " SELECT gen_random_uuid(), id, 'kiln', 'workshop', now(), sha256('x'), '{\"topic\": \"glazes\"}' FROM leads WHERE email IN (?, 'anna@example.ca')",
                lead);
        page.signIn(SEVEN);
        assertThat(looks()).as("closed, nothing is asked").isZero();

        page.tab.click(".forms summary");
        page.tab.await("document.querySelector('.forms table')");
        assertThat(page.rows(".forms")).hasSize(2);
        page.tab.evaluate("document.querySelector('.forms input').value = 'zoe'");
        page.tab.click(".forms form button");
        page.tab.await("document.querySelector('.forms tbody').rows.length === 1");
        assertThat(page.rows(".forms").getFirst())
                .startsWith(lead + "|")
                .endsWith("|workshop|topic: glazes|Express|Unknown");
        assertThat(looks()).isEqualTo(2);
        page.assertAccessible("submissions", DashboardTab.PHONE);

        page.tab.click(".forms td button, .forms th button");
        page.tab.await("document.querySelector('dialog .actions')");
        assertThat(page.text("dialog h2")).isEqualTo(lead);
        page.assertAccessible("lead", DashboardTab.PHONE);
        page.tab.click("dialog .forget");
        assertThat(stored(lead)).as("asked once").isEqualTo(1);
        page.tab.click("dialog .sure");
        page.tab.await("!document.querySelector('dialog')");
        page.tab.await("!document.querySelector('.forms table')");

        assertThat(stored(lead)).isZero();
        assertThat(page.text(".forms .list-of-forms")).isEqualTo("No form was sent.");
        page.assertBlameless();
    }

    private static int stored(String lead) {
        return PAST.stored
                .rows("SELECT to_jsonb(l)::text FROM leads l WHERE email = ?", lead)
                .size();
    }

    private static int looks() {
        return PAST.stored
                .rows("SELECT to_jsonb(a)::text FROM audit_log a WHERE action = 'lead_list' AND property_id = 'kiln'")
                .size();
    }
}
