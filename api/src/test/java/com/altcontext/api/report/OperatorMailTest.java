package com.altcontext.api.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.MailFixture;
import com.altcontext.api.testing.MailServer;
import com.altcontext.api.testing.MailServer.ReceivedMail;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary.Measure;
import com.altcontext.report.ReportWeek;
import com.altcontext.report.WeeklyReport;
import com.altcontext.report.WeeklyReports;
import com.altcontext.report.WeeklyReports.ReportedProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Mails to the operator's staff, as a real mail server receives them. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = {
            @ResourceArg(name = "SMTP_URL", value = "smtp://127.0.0.1:0/"),
            @ResourceArg(name = "MAIL_FROM", value = "Docs Inc. <news@docs.example>"),
            @ResourceArg(name = "NOTIFY_EMAIL", value = "All@Team.example")
        })
class OperatorMailTest extends MailFixture {
    @Inject
    Sql sql;

    @Inject
    InstantSource clock;

    private void recipient(String kind, String address) {
        stored.execute(
                "INSERT INTO recipients (id, property_id, kind, email, created_at) VALUES (gen_random_uuid(), ?, ?, ?, now())",
                property,
                kind,
                address);
    }

    private void capture() {
        capture(Forms.scripted(email));
    }

    private void capture(ObjectNode form) {
        assertThat(Call.capture(form.put("propertyId", property)).send().status())
                .isEqualTo(200);
    }

    @Test
    void a_subject_keeps_every_character_of_the_site_s_name() {
        String name = "🦊 Fox & Söhne עברית 漢字 ".repeat(5) + "🦊".repeat(130);
        stored.execute("UPDATE properties SET name = ? WHERE id = ?", name, property);
        properties.refresh();
        try (MailServer server = new MailServer(port)) {
            capture();
            ReceivedMail mail = server.await("all@team.example", 1).getFirst();

            assertThat(mail.subject())
                    .isEqualTo("One new lead on " + name.substring(0, name.offsetByCodePoints(0, 113)) + "…");
            assertThat(mail.header("Subject")).doesNotContainPattern("\\S{76}");
        }
    }

    @Test
    void a_new_lead_causes_one_mail_that_says_nothing_about_the_person() {
        try (MailServer server = new MailServer(port)) {
            capture();
            ReceivedMail mail = server.await("all@team.example", 1).getFirst();

            assertThat(mail.subject()).startsWith("One new lead on ");
            assertThat(mail.part("text/plain")).contains("/dashboard");
            assertThat(mail.source()).doesNotContain(email);
            assertThat(mail.header("From")).isEqualTo("\"Docs Inc.\" <news@docs.example>");
            assertThat(mail.header("List-Unsubscribe")).isNull();
        }
    }

    @Test
    void recipients_of_alerts_get_the_details_if_the_property_allows_it() {
        recipient("alert", "watcher@team.example");
        stored.execute("UPDATE properties SET notify_details = true, mail_language = 'fr' WHERE id = ?", property);
        try (MailServer server = new MailServer(port)) {
            capture();
            ReceivedMail mail = server.await("watcher@team.example", 1).getFirst();

            assertThat(mail.subject()).startsWith("Un nouveau contact sur ");
            assertThat(mail.part("text/plain")).contains("Adresse\u00A0: " + email, "renseignements personnels");
            assertThat(server.to("all@team.example")).isEmpty();
        }
    }

    /** Browsers end the lines of a form's text with CR LF. */
    @Test
    void text_of_several_lines_stays_on_several_lines() {
        recipient("alert", "watcher@team.example");
        stored.execute("UPDATE properties SET notify_details = true WHERE id = ?", property);
        ObjectNode form = Forms.scripted(email);
        form.putObject("payload").put("note", "Söhne\r\n.\r\nBcc: x@example.ca");
        try (MailServer server = new MailServer(port)) {
            capture(form);
            ReceivedMail mail = server.await("watcher@team.example", 1).getFirst();

            assertThat(mail.part("text/plain")).contains("\r\nnote: Söhne\r\n  .\r\n  Bcc: x@example.ca\r\n");
            assertThat(mail.part("text/html")).contains("<p>note: Söhne<br>.<br>Bcc: x@example.ca</p>");
        }
    }

    @Test
    void a_report_comes_with_the_link_that_stops_it() {
        recipient("report", "reader@team.example");
        WeeklyReport report = new WeeklyReport(
                "Docs",
                ReportWeek.parse("2026-W47"),
                Map.of(Metric.UNIQUE_VISITORS, new Measure(12L, 0.5)),
                List.of(),
                List.of(),
                Metric.UNIQUE_VISITORS);
        ReportedProperty site = new ReportedProperty(property, "Docs", ZoneId.of("UTC"));
        try (MailServer server = new MailServer(port)) {
            long put = sql.inTransaction(tx -> WeeklyReports.put(tx, site, report, clock.instant()));
            assertThat(put).isOne();
            ReceivedMail mail = server.await("reader@team.example", 1).getFirst();

            assertThat(mail.subject()).isEqualTo("Docs: week of November 16, 2026");
            assertThat(mail.part("text/plain")).contains("Unique visitors: 12 (+50% against the week before)");
            assertThat(mail.part("text/html")).doesNotContain("<img", "src=");
            assertThat(mail.header("List-Unsubscribe-Post")).isEqualTo("List-Unsubscribe=One-Click");
            String link =
                    Objects.requireNonNull(mail.header("List-Unsubscribe")).replaceAll("[<>]", "");
            assertThat(mail.part("text/plain")).contains(link);

            assertThat(Call.of("POST", URI.create(link).getPath()).send().status())
                    .isEqualTo(200);
            long again = sql.inTransaction(tx -> WeeklyReports.put(
                    tx,
                    site,
                    new WeeklyReport(
                            "Docs",
                            ReportWeek.parse("2026-W48"),
                            Map.of(),
                            List.of(),
                            List.of(),
                            Metric.UNIQUE_VISITORS),
                    clock.instant()));
            assertThat(again).isZero();
        }
    }
}
