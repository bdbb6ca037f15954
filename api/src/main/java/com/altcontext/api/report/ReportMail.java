package com.altcontext.api.report;

import com.altcontext.api.delivery.Mail;
import com.altcontext.delivery.Outbox;
import com.altcontext.metrics.Metric;
import com.altcontext.report.StopToken;
import com.altcontext.report.WeeklyReport;
import com.altcontext.value.Html;
import com.altcontext.value.Language;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The weekly report as text and as HTML, with the link by which its recipient stops it. */
public final class ReportMail {
    static final String PATH = "/v1/reports/stop/";

    private static final Words ENGLISH = new Words(
            "%1$s: week of %3$s %2$s, %4$d",
            "1",
            List.of(
                    "January",
                    "February",
                    "March",
                    "April",
                    "May",
                    "June",
                    "July",
                    "August",
                    "September",
                    "October",
                    "November",
                    "December"),
            ',',
            "%",
            Map.of(
                    Metric.UNIQUE_VISITORS, "Unique visitors",
                    Metric.SESSIONS, "Sessions",
                    Metric.PAGE_VIEWS, "Page views",
                    Metric.NEW_LEADS, "New leads",
                    Metric.NEW_MAILABLE_LEADS, "New leads you may write to"),
            "%s against the week before",
            "New leads by source",
            "Best pages, by visitors",
            "Best pages, by sessions",
            "none",
            "unknown",
            SourceNames.ENGLISH,
            "All figures",
            "Stop this report",
            ": ");
    private static final Words FRENCH = new Words(
            "%1$s\u00A0: semaine du %2$s %3$s %4$d",
            "1er",
            List.of(
                    "janvier",
                    "février",
                    "mars",
                    "avril",
                    "mai",
                    "juin",
                    "juillet",
                    "août",
                    "septembre",
                    "octobre",
                    "novembre",
                    "décembre"),
            '\u00A0',
            "\u00A0%",
            Map.of(
                    Metric.UNIQUE_VISITORS, "Visiteurs uniques",
                    Metric.SESSIONS, "Sessions",
                    Metric.PAGE_VIEWS, "Pages vues",
                    Metric.NEW_LEADS, "Nouveaux contacts",
                    Metric.NEW_MAILABLE_LEADS, "Nouveaux contacts joignables"),
            "%s par rapport à la semaine précédente",
            "Nouveaux contacts par provenance",
            "Meilleures pages, par visiteurs",
            "Meilleures pages, par sessions",
            "aucun",
            "inconnue",
            SourceNames.FRENCH,
            "Tous les chiffres",
            "Ne plus recevoir ce rapport",
            "\u00A0: ");

    private final String base;
    private final StopToken token;

    private record Words(
            String subject,
            String first,
            List<String> months,
            char grouping,
            String percent,
            Map<Metric, String> metrics,
            String change,
            String sources,
            String pages,
            String pagesBySessions,
            String none,
            String unknown,
            Map<String, String> names,
            String dashboard,
            String stop,
            String colon) {
        /** Groups the digits without locale data, which the image does not have. */
        String number(long number) {
            DecimalFormatSymbols symbols = DecimalFormatSymbols.getInstance(Locale.ROOT);
            symbols.setGroupingSeparator(grouping);
            return new DecimalFormat("#,##0", symbols).format(number);
        }

        String percent(double share) {
            long rounded = Math.round(share * 100);
            return (rounded > 0 ? "+" : "") + number(rounded) + percent;
        }
    }

    /** A heading with its lines. */
    private record Section(String heading, List<String> lines) {}

    /** @param publicUrl where the service is reached from outside */
    public ReportMail(URI publicUrl, StopToken token) {
        this.base = publicUrl.toString();
        this.token = token;
    }

    public Mail of(Outbox.Message message) {
        Words words = message.language() == Language.FRENCH ? FRENCH : ENGLISH;
        JsonObject report = new JsonObject(message.body());
        LocalDate from = LocalDate.parse(report.getString("from"));
        String subject = words.subject.formatted(
                report.getString("site"),
                from.getDayOfMonth() == 1 ? words.first : from.getDayOfMonth(),
                words.months.get(from.getMonthValue() - 1),
                from.getYear());
        List<Section> sections = List.of(
                new Section("", figures(report.getJsonObject("figures"), words)),
                new Section(words.sources, values(report.getJsonArray("sources"), words)),
                new Section(
                        Metric.SESSIONS.key().equals(report.getString("pagesBy")) ? words.pagesBySessions : words.pages,
                        values(report.getJsonArray("pages"), words)));
        // The days of the report, so that the dashboard shows its figures.
        String dashboard = base + "/dashboard?property=" + message.propertyId() + "&from=" + from + "&to="
                + report.getString("to");
        URI stop = URI.create(base + PATH + token.of(UUID.fromString(report.getString("recipientId"))));
        return new Mail(
                subject,
                text(sections, words, dashboard, stop),
                Mail.page(message.language(), subject, html(sections, words, dashboard, stop)),
                stop);
    }

    private static List<String> figures(JsonObject figures, Words words) {
        List<String> lines = new ArrayList<>();
        for (Metric metric : WeeklyReport.METRICS) {
            JsonObject measure = figures.getJsonObject(metric.key());
            Number value = measure == null ? null : (Number) measure.getValue("value");
            if (value != null) {
                lines.add(words.metrics.get(metric)
                        + words.colon
                        + words.number(value.longValue())
                        + change((Number) measure.getValue("delta"), words));
            }
        }
        return lines;
    }

    private static String change(@Nullable Number delta, Words words) {
        if (delta == null) {
            return "";
        }
        return " (" + words.change.formatted(words.percent(delta.doubleValue())) + ")";
    }

    private static List<String> values(JsonArray rows, Words words) {
        List<String> lines = new ArrayList<>();
        for (Object row : rows) {
            JsonObject value = (JsonObject) row;
            String name = value.getString("value");
            lines.add((name == null ? words.unknown : words.names.getOrDefault(name, Mail.inLine(name)))
                    + words.colon
                    + words.number(value.getLong("count")));
        }
        return lines.isEmpty() ? List.of(words.none) : lines;
    }

    private static String text(List<Section> sections, Words words, String dashboard, URI stop) {
        StringBuilder text = new StringBuilder();
        for (Section section : sections) {
            text.append(section.heading.isEmpty() ? "" : section.heading + "\n");
            section.lines.forEach(line -> text.append("  ").append(line).append('\n'));
            text.append('\n');
        }
        return text + words.dashboard + words.colon + dashboard + "\n" + words.stop + words.colon + stop + "\n";
    }

    private static String html(List<Section> sections, Words words, String dashboard, URI stop) {
        StringBuilder html = new StringBuilder();
        for (Section section : sections) {
            html.append(section.heading.isEmpty() ? "" : "<h2 style=\"font-size:1.1em\">" + section.heading + "</h2>")
                    .append("<ul>");
            section.lines.forEach(
                    line -> html.append("<li>").append(Html.escaped(line)).append("</li>"));
            html.append("</ul>");
        }
        return html + "<p><a href=\"" + Html.escaped(dashboard) + "\">" + words.dashboard
                + "</a></p><p style=\"font-size:.85em\"><a href=\"" + stop + "\">" + words.stop + "</a></p>";
    }
}
