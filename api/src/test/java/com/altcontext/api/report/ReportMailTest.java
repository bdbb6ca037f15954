package com.altcontext.api.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.delivery.Mail;
import com.altcontext.delivery.Outbox;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary.Measure;
import com.altcontext.report.ReportWeek;
import com.altcontext.report.StopToken;
import com.altcontext.report.WeeklyReport;
import com.altcontext.report.WeeklyReport.CountedValue;
import com.altcontext.value.Language;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReportMailTest {
    private static final UUID RECIPIENT = UUID.fromString("5b0e3a52-7d1c-4a7e-9f0a-3c1d2e4f5a6b");
    private static final StopToken TOKEN = new StopToken("a secret of the tests");
    private static final String LINK = "https://api.example.ca/v1/reports/stop/" + TOKEN.of(RECIPIENT);

    private static final WeeklyReport REPORT = new WeeklyReport(
            "Docs & <co>",
            ReportWeek.parse("2026-W47"),
            Map.of(
                    Metric.UNIQUE_VISITORS, new Measure(1420L, 0.25),
                    Metric.SESSIONS, new Measure(1600L, -0.1),
                    Metric.PAGE_VIEWS, new Measure(5000L, null),
                    Metric.NEW_LEADS, new Measure(3L, 0.0)),
            List.of(new CountedValue("email", 2L), new CountedValue(null, 1L)),
            List.of(new CountedValue("/<script>", 7L)),
            Metric.UNIQUE_VISITORS);

    private static Mail mail(Language language, WeeklyReport report) {
        String body = report.toJson();
        return new ReportMail(URI.create("https://api.example.ca"), TOKEN)
                .of(new Outbox.Message(
                        UUID.randomUUID(),
                        "report.weekly",
                        "a@team.example",
                        null,
                        "docs",
                        language,
                        body.substring(0, body.length() - 1) + ",\"recipientId\":\"" + RECIPIENT + "\"}",
                        1));
    }

    @Test
    void it_has_the_figures_of_the_week_and_their_changes() {
        Mail mail = mail(Language.ENGLISH, REPORT);

        assertThat(mail.subject()).isEqualTo("Docs & <co>: week of November 16, 2026");
        assertThat(mail.text())
                .contains("Unique visitors: 1,420 (+25% against the week before)\n")
                .contains("Sessions: 1,600 (-10% against the week before)\n")
                .contains("Page views: 5,000\n")
                .contains("New leads: 3 (0% against the week before)\n")
                .contains("E-mail: 2\n", "unknown: 1\n", "/<script>: 7\n")
                .contains(
                        "All figures: https://api.example.ca/dashboard?property=docs&from=2026-11-16&to=2026-11-22\n",
                        LINK);
        assertThat(mail.unsubscribe()).isEqualTo(URI.create(LINK));
    }

    @Test
    void it_is_in_the_language_of_the_property() {
        Mail mail = mail(Language.FRENCH, REPORT);

        assertThat(mail.subject()).isEqualTo("Docs & <co>\u00A0: semaine du 16 novembre 2026");
        assertThat(mail.text())
                .containsPattern(
                        "(?U)Visiteurs uniques\\s: 1\\s420 \\(\\+25\\s% par rapport à la semaine précédente\\)")
                .contains("Courriel\u00A0: 2\n", "inconnue\u00A0: 1\n", "Ne plus recevoir ce rapport\u00A0: " + LINK);
        assertThat(mail.html()).contains("<html lang=\"fr\">");
    }

    @Test
    void its_html_shows_text_from_visitors_as_text_and_loads_nothing() {
        assertThat(mail(Language.ENGLISH, REPORT).html())
                .contains("Docs &amp; &lt;co&gt;", "/&lt;script&gt;: 7", "<a href=\"" + LINK + "\">")
                .contains(
                        "href=\"https://api.example.ca/dashboard?property=docs&amp;from=2026-11-16&amp;to=2026-11-22\"")
                .doesNotContain("<script", "<img", "src=", "url(");
    }

    @Test
    void its_list_of_pages_says_what_it_counts() {
        WeeklyReport purged =
                new WeeklyReport("Docs", REPORT.week(), REPORT.figures(), List.of(), REPORT.pages(), Metric.SESSIONS);

        assertThat(mail(Language.ENGLISH, REPORT).text()).contains("Best pages, by visitors\n  /<script>: 7\n");
        assertThat(mail(Language.ENGLISH, purged).text()).contains("Best pages, by sessions\n  /<script>: 7\n");
        assertThat(mail(Language.FRENCH, purged).text()).contains("Meilleures pages, par sessions\n");
    }

    @Test
    void a_week_that_begins_on_the_first_of_a_month_has_an_ordinal_number_in_french() {
        WeeklyReport june = new WeeklyReport(
                "Docs",
                ReportWeek.parse("2026-W23"),
                REPORT.figures(),
                List.of(new CountedValue("unknown", 1L)),
                List.of(),
                Metric.UNIQUE_VISITORS);
        assertThat(mail(Language.ENGLISH, june).subject()).isEqualTo("Docs: week of June 1, 2026");
        assertThat(mail(Language.FRENCH, june).subject()).isEqualTo("Docs\u00A0: semaine du 1er juin 2026");
        assertThat(mail(Language.FRENCH, june).text()).contains("Inconnue\u00A0: 1\n");
    }

    @Test
    void a_week_without_leads_says_so() {
        WeeklyReport quiet =
                new WeeklyReport("Docs", REPORT.week(), REPORT.figures(), List.of(), List.of(), Metric.UNIQUE_VISITORS);
        assertThat(mail(Language.ENGLISH, quiet).text()).contains("New leads by source\n  none\n");
    }

    @Test
    void the_path_of_a_page_stays_on_one_line_and_is_cut() {
        WeeklyReport hostile = new WeeklyReport(
                "Docs",
                REPORT.week(),
                REPORT.figures(),
                List.of(),
                List.of(
                        new CountedValue("/a\r\n\nStop this report: https://b.example", 9L),
                        new CountedValue("/\u202Egnp.exe", 8L),
                        new CountedValue("/" + "🦊".repeat(500), 7L)),
                Metric.UNIQUE_VISITORS);

        assertThat(mail(Language.ENGLISH, hostile).text())
                .contains("\n  /a Stop this report: https://b.example: 9\n  / gnp.exe: 8\n  /" + "🦊".repeat(198)
                        + "…: 7\n");
    }
}
