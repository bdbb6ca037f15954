package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CSV files of lists that request and show only some of the rows, in a real browser. */
class DashboardFilesIT extends FilledDashboard {
    @TempDir
    Path downloads;

    @Test
    void the_file_of_links_has_every_link() throws IOException {
        PAST.store(IntStream.range(0, 1_050)
                .mapToObj(i -> PAST.view("far", "clicker-" + i, 3, "10:00:00")
                        .type("outbound_click")
                        .props("{\"url\":\"https://other.example/%d\"}".formatted(i)))
                .toList());
        String day = PAST.today.minusDays(3).toString();
        page.signIn("?from=%1$s&to=%1$s&property=far".formatted(day));
        assertThat(page.rows(".extras")).hasSize(9);
        long asked = queries();

        assertThat(saved(".extras .csv", "outbound-links.csv"))
                .startsWith("\ufeffOutbound links,Visitors,Clicks")
                .contains("https://other.example/0,1,1", "https://other.example/1049,1,1")
                .doesNotHaveDuplicates()
                .hasSize(1_051);
        // One query, because a new click between two queries could move a link from one answer to the other.
        assertThat(queries()).isEqualTo(asked + 1);
        page.assertBlameless();
    }

    private long queries() {
        return page.tab.requests().stream()
                .filter(asked -> asked.endsWith("/v1/metrics/query"))
                .count();
    }

    @Test
    void a_file_has_an_empty_cell_for_a_rate_that_is_not_known() throws IOException {
        PAST.store(IntStream.range(0, 520)
                .mapToObj(
                        i -> PAST.view("landings", "reader-" + i, 1, "10:00:00").path("/page-" + i))
                .toList());
        PAST.rollUp(2, 1);
        // Another system, which did not count conversions, counted this day.
        PAST.stored.execute(
                "UPDATE daily_metric_rollups SET sessions = 3, imported = 1 WHERE property_id = 'landings' AND day = ?",
                PAST.today.minusDays(2));
        page.signIn("?window=7&pages=landing_path&property=landings");

        assertThat(saved("[data-dimension=landing_path] .csv", "landing-pages.csv"))
                .endsWith("All others,20,")
                .hasSize(502);
    }

    /** A French spreadsheet splits cells at semicolons, even inside quotation marks. */
    @Test
    void a_french_spreadsheet_sees_no_formula_in_a_file() throws IOException {
        PAST.store(PAST.view("far", "clicker-hostile", 4, "10:00:00")
                .type("outbound_click")
                .props("{\"url\":\"https://other.example/;=HYPERLINK(A1)\"}"));
        String day = PAST.today.minusDays(4).toString();
        page.signIn("?from=%1$s&to=%1$s&property=far".formatted(day));

        assertThat(saved(".extras .csv", "outbound-links.csv"))
                .contains("\"https://other.example/;'=HYPERLINK(A1)\",1,1");
        page.assertBlameless();
    }

    @Test
    void the_button_for_the_file_of_days_names_its_card_and_the_file_of_details_has_a_byte_order_mark()
            throws IOException {
        page.signIn("?window=7&property=odd");
        page.tab.click(".trend summary");
        page.tab.await("document.querySelector('.trend .csv')");
        assertThat(page.tab
                        .evaluate("document.querySelector('.trend .csv').ariaLabel")
                        .asText())
                .isEqualTo("Download as CSV: Trend");
        page.tab.click("[data-dimension=path] .details");
        page.tab.await("document.querySelector('dialog table')");

        assertThat(saved("dialog .csv", "path.csv").getFirst()).startsWith("\ufeffvalue,visitors,");
    }

    @Test
    void the_file_of_campaigns_with_leads_says_how_many_leads_it_leaves_out() throws IOException {
        PAST.stored.execute(
                "INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status,"
                        + " first_utm_campaign) SELECT gen_random_uuid(), 'far', n || '@far.example.ca', now() - interval '5 days',"
                        + " now() - interval '5 days', 'pending', 'c' || n FROM generate_series(1, 510) AS n");
        page.signIn("?window=7&property=far&leads=lead.campaign");
        assertThat(page.rows(".leads-by")).hasSize(9);

        assertThat(saved(".leads-by .csv", "campaign.csv"))
                .startsWith("\ufeffCampaign,Leads,Mailable,Per session")
                .endsWith("All others,10,0,")
                .hasSize(502);
    }

    @Test
    void events_and_values_with_unusual_names_are_visible_and_can_be_clicked() {
        PAST.store(
                chosen("guest-1", "{\"plan\": \"\"}"),
                chosen("guest-2", "{\"plan\": \"pro\"}"),
                chosen("guest-3", "{\"plan\": \"pro\"}"));
        PAST.rollUp(6, 6);
        String day = PAST.today.minusDays(6).toString();
        page.signIn("?from=%1$s&to=%1$s&property=far&extras=props".formatted(day));

        assertThat(page.breakdown("event_type")).containsExactly("Proto|3|0");
        assertThat(page.rows(".extras")).containsExactly("pro|2|2", "Empty|1|1");
        page.tab.click(".extras tr:last-child button");
        page.settled();
        assertThat(page.text(".chips")).isEqualTo("plan is Empty ×");
        assertThat(page.tile("sessions")).startsWith("1");
        page.assertBlameless();
    }

    private static TestEvent chosen(String who, String props) {
        return PAST.view("far", who, 6, "10:00:00").type("__proto__").props(props);
    }

    private List<String> saved(String button, String name) throws IOException {
        Path file = page.tab.save(button, downloads);
        assertThat(file).hasFileName(name);
        return Files.readAllLines(file);
    }
}
