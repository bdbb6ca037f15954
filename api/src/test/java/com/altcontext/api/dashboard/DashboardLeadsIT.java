package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leads in the dashboard, in a real browser: where they came from, their consent, their forms, one person. */
class DashboardLeadsIT extends FilledDashboard {
    @Test
    void the_first_figures_are_new_leads_mailable_leads_visitors_and_the_conversion_rate() {
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
    void leads_can_be_filtered_by_dimensions_that_are_known_for_leads() {
        page.signIn(SEVEN + "&f=is%3Atraffic_source%3Adirect");
        assertThat(page.text(".leads-by .body")).isEqualTo("No new leads in this window.");

        page.open(SEVEN + "&f=is%3Atraffic_source%3Aorganic_search").settled();
        assertThat(page.rows(".leads-by")).containsExactly("Organic search|1|1|100.0%");
        assertThat(page.tile("newLeads")).isEqualTo("1");
        page.choose("capture");
        assertThat(page.text(".leads-by .body"))
                .as("filters apply to the chosen visit: the first one or that of the capture")
                .isEqualTo("No new leads in this window.");

        page.open(SEVEN + "&touch=capture&f=is%3Atraffic_source%3Adirect").settled();
        assertThat(page.rows(".leads-by")).containsExactly("Direct|1|1|100.0%");
        page.choose("lead.form");
        assertThat(page.rows(".leads-by")).containsExactly("newsletter|1|1|–");
        page.open(SEVEN + "&f=is%3Acountry%3ACA").settled();
        assertThat(page.text(".leads-by .body"))
                .isEqualTo("Of a lead, only the source, referrer, landing page and UTM values are known. Remove these"
                        + " filters to see leads: Country.");
    }

    @Test
    void leads_are_counted_by_consent_and_a_download_is_audited(@TempDir Path downloads) {
        page.signIn(SEVEN);
        assertThat(page.rows(".leads .bars"))
                .containsExactly(
                        "Express|1|50.0%",
                        "Implied|0|0.0%", "Implied, expired|0|0.0%", "Pending|0|0.0%", "Withdrawn|1|50.0%");
        assertThat(page.text(".leads tfoot")).isEqualTo("All leads 2");

        page.select(".leads select", "withdrawn");
        Path file = page.tab.save(".leads .download button", downloads);
        assertThat(file.getFileName().toString()).matches("leads-.+\\.csv");
        page.tab.await("document.querySelector('.leads .download + p').textContent === '%s is being saved.'"
                .formatted(file.getFileName()));
        assertThat(file).content().contains("'=cmd@example.ca,kiln,withdrawn").doesNotContain("anna@");
        assertThat(
                        PAST.stored.rows(
                                "SELECT to_jsonb(a)::text FROM audit_log a WHERE property_id = 'kiln' AND action = 'leads_csv'"))
                .hasSize(1);
        page.assertBlameless();
    }

    @Test
    void a_download_before_the_properties_are_known_has_only_leads_of_the_chosen_one() {
        page.signIn(SEVEN);
        page.hold("*/v1/dashboard/properties*");
        page.open(SEVEN);
        page.tab.await("document.querySelector('.leads[aria-busy], .leads .bars')");

        // The layout still moves, so the mouse could miss the button.
        page.tab.evaluate("document.querySelector('.leads .download button').click()");
        page.tab.await("document.querySelector('.leads .download + p').textContent.endsWith('is being saved.')");

        assertThat(page.tab.requests().stream().filter(asked -> asked.contains("/leads.csv")))
                .singleElement()
                .asString()
                .endsWith("/leads.csv?propertyId=kiln");
        page.release();
        page.settled();
        page.assertBlameless();
    }

    @Test
    void a_lead_is_found_shown_and_erased_and_each_listing_is_audited(@TempDir Path downloads) {
        String lead = "zoe" + System.nanoTime() + "@example.ca";
        PAST.lead("kiln", lead, "express", 40);
        PAST.stored.execute(
                "INSERT INTO form_submissions (id, lead_id, property_id, form_name, submitted_at, content_hash, payload)"
                        + " SELECT gen_random_uuid(), id, 'kiln', 'workshop', now(), sha256('x'), '{\"topic\": \"glazes\"}' FROM leads WHERE email IN (?, 'anna@example.ca')",
                lead);
        PAST.stored.execute(
                "INSERT INTO consent_events (lead_id, property_id, status, source, form_name, purpose, occurred_at)"
                        + " SELECT id, property_id, 'express', 'form', 'workshop', 'news', now() FROM leads WHERE email = ?",
                lead);
        int before = listings();
        page.signIn(SEVEN);
        assertThat(listings()).as("a closed list requests nothing").isEqualTo(before);

        page.tab.click(".forms summary");
        page.tab.await("document.querySelector('.forms table')");
        assertThat(page.rows(".forms")).hasSize(2);
        page.tab.evaluate("document.querySelector('.forms input').value = 'zoe'");
        page.tab.click(".forms form button");
        page.tab.await("document.querySelector('.forms tbody').rows.length === 1");
        assertThat(page.rows(".forms").getFirst())
                .startsWith(lead + "|")
                .endsWith("|workshop|topic: glazes|Express|Unknown|Unknown");
        assertThat(listings()).isEqualTo(before + 2);
        page.assertAccessible("submissions", DashboardTab.PHONE);

        page.tab.click(".forms td button, .forms th button");
        page.tab.await("document.querySelector('dialog .actions')");
        assertThat(page.text("dialog h2")).isEqualTo(lead);
        page.assertAccessible("lead", DashboardTab.PHONE);
        assertThat(page.tab.save("dialog .csv", downloads))
                .hasFileName("consent.csv")
                .content()
                .contains(",kiln,express,form: workshop,");
        assertThat(page.text("dialog .erase")).isEqualTo("Erase this person…");
        page.tab.click("dialog .erase");
        assertThat(stored(lead))
                .as("the first button only asks for a confirmation")
                .isEqualTo(1);
        page.tab.click("dialog .sure");
        page.tab.await("!document.querySelector('dialog')");
        page.tab.await("!document.querySelector('.forms table')");

        assertThat(stored(lead)).isZero();
        assertThat(page.text(".forms .list-of-forms")).isEqualTo("No form was sent with this address.");
        page.assertBlameless();
    }

    private static int stored(String lead) {
        return PAST.stored
                .rows("SELECT to_jsonb(l)::text FROM leads l WHERE email = ?", lead)
                .size();
    }

    private static int listings() {
        return PAST.stored
                .rows("SELECT to_jsonb(a)::text FROM audit_log a WHERE action = 'lead_list' AND property_id = 'kiln'")
                .size();
    }

    @Test
    void opening_a_person_who_was_erased_meanwhile_says_that_nothing_is_held() {
        String lead = "gone" + System.nanoTime() + "@example.ca";
        PAST.lead("kiln", lead, "express", 40);
        PAST.stored.execute(
                "INSERT INTO form_submissions (id, lead_id, property_id, form_name, submitted_at, content_hash)"
                        + " SELECT gen_random_uuid(), id, 'kiln', 'workshop', now(), sha256('x') FROM leads WHERE email = ?",
                lead);
        page.signIn(SEVEN);
        page.tab.click(".forms summary");
        page.tab.await("document.querySelector('.forms table')");
        PAST.stored.execute("DELETE FROM form_submissions WHERE form_name = 'workshop'");
        PAST.stored.execute("DELETE FROM leads WHERE email = ?", lead);

        page.tab.click(".forms td button, .forms th button");
        page.tab.await("document.querySelector('dialog .problem')");

        assertThat(page.text("dialog .problem")).isEqualTo("Nothing is held here any more.");
    }

    @Test
    void submissions_that_are_tests_or_from_bots_or_for_review_are_marked() {
        String property = "marked";
        PAST.lead(property, "robot@example.ca", "pending", 1);
        PAST.lead(property, "many@example.ca", "pending", 1);
        PAST.lead(property, "jo@example.com", "pending", 1);
        PAST.stored.execute("UPDATE leads SET is_bot = true WHERE email = 'robot@example.ca'");
        PAST.stored.execute("UPDATE leads SET in_review = true WHERE email = 'many@example.ca'");
        PAST.stored.execute(
                "INSERT INTO form_submissions (id, lead_id, property_id, form_name, submitted_at, content_hash, for_review)"
                        + " SELECT gen_random_uuid(), id, property_id, 'fair', now(), sha256('x'), in_review FROM leads WHERE property_id = 'marked'");
        page.signIn("?window=7&property=marked");
        page.tab.click(".forms summary");
        page.tab.await("document.querySelector('.forms table')");

        assertThat(page.rows(".forms"))
                .anyMatch(row -> row.startsWith("robot@example.ca|") && row.contains("|fairbot|"))
                .anyMatch(row -> row.startsWith("many@example.ca|") && row.contains("|fairspam?|"))
                .anyMatch(row -> row.startsWith("jo@example.com|") && row.contains("|fairtest|"));
        assertThat(page.text(".forms .list-of-forms"))
                .contains(
                        "test The domain is reserved for tests, as example.com is.",
                        "bot A bot sent it.",
                        "spam? One sender");
        page.assertAccessible("marked", DashboardTab.PHONE);
    }
}
