package com.altcontext.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Sql;
import com.altcontext.delivery.Recipients;
import com.altcontext.delivery.Recipients.MailSettings;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.report.WeeklyReport.CountedValue;
import com.altcontext.report.WeeklyReports.ReportedProperty;
import com.altcontext.testing.TestEvent;
import com.altcontext.testing.TestForm;
import com.altcontext.value.Language;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WeeklyReportsTest {
    private final Site site = new Site("docs");
    /** The Monday of this week. The raw events of this week and of the last two are still stored. */
    private final LocalDate monday = site.today().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));

    private final ReportWeek week = new ReportWeek(monday.minusDays(7));

    @BeforeEach
    void subscribe() {
        site.now = monday.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().plus(Duration.ofHours(12));
        site.database.texts(
                "SELECT ensure_event_partition(?::date - d)::text FROM generate_series(0, 21) AS d", site.today());
        set("docs", List.of("a@team.example", "b@team.example"));
    }

    private void set(String property, List<String> reports) {
        var _ = site.database
                .sql()
                .inTransaction(tx ->
                        Recipients.set(tx, property, new MailSettings(null, reports, Language.FRENCH, null), site.now));
    }

    private Instant at(int daysAfterMonday, int hour) {
        return week.monday()
                .plusDays(daysAfterMonday)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant()
                .plus(Duration.ofHours(hour));
    }

    private void visits() {
        site.does(
                TestEvent.view("0001", at(-3, 10), "/").property("docs"),
                TestEvent.view("0001", at(0, 10), "/").property("docs"),
                TestEvent.view("0001", at(0, 10).plusSeconds(60), "/pricing").property("docs"),
                TestEvent.view("0002", at(6, 23), "/").property("docs"),
                TestEvent.view("0003", at(7, 1), "/next-week").property("docs"));
        site.captures(TestForm.by("jo@example.ca", at(0, 10).plusSeconds(90))
                .visitor("visitor-0001")
                .property("docs"));
        site.rollUp();
    }

    private WeeklyReports reports(Sql sql) {
        return new WeeklyReports(sql, site.clock, Duration.ofMinutes(1));
    }

    private ReportedProperty docs() {
        return reports(site.database.sql()).properties("docs").getFirst();
    }

    private WeeklyReport report() {
        return reports(site.database.sql()).of(docs(), week, site.now).orElseThrow();
    }

    private List<String> mails() {
        return site.database.texts(
                "SELECT concat_ws(' ', kind, event, destination, property_id, language, lead_id) FROM outbox ORDER BY 1");
    }

    @Test
    void the_figures_are_those_of_the_summary_compared_with_the_week_before() {
        visits();
        WeeklyReport report = report();

        Summary summary = new Summaries(site.database.sql(), RollupSource.TABLES, site.clock)
                .of(week.window(), week.before(), "docs", site.today());
        WeeklyReport.METRICS.forEach(
                metric -> assertThat(report.figures()).as(metric.key()).containsEntry(metric, summary.of(metric)));
        assertThat(report.figures().get(Metric.UNIQUE_VISITORS)).isEqualTo(new Summary.Measure(2L, 1.0));
        assertThat(report.figures().get(Metric.NEW_LEADS)).isEqualTo(new Summary.Measure(1L, null));
        assertThat(report.pages()).containsExactly(new CountedValue("/", 2L), new CountedValue("/pricing", 1L));
        assertThat(report.sources()).extracting(CountedValue::count).containsExactly(1L);
        assertThat(site.database.texts("SELECT ?::jsonb #>> '{figures,uniqueVisitors,value}'", report.toJson()))
                .containsExactly("2");
    }

    @Test
    void the_pages_of_a_week_without_raw_events_are_counted_by_sessions_and_the_report_says_so() {
        visits();
        assertThat(report().toJson()).endsWith(",\"pagesBy\":\"uniqueVisitors\"}");
        site.database.run(
                "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions,"
                        + " visitors, rollups, rejections, days_left) VALUES (now(), '"
                        + week.monday().plusDays(7) + "', '2000-01-01', 0, 0, 0, 0, 0, 0, 0, 0)");

        WeeklyReport report = report();

        assertThat(report.pages()).containsExactly(new CountedValue("/", 2L), new CountedValue("/pricing", 1L));
        assertThat(report.toJson()).endsWith(",\"pagesBy\":\"sessions\"}");
    }

    @Test
    void a_week_that_is_not_over_in_the_property_s_time_zone_has_no_report() {
        site.database.run("UPDATE properties SET time_zone = 'America/Vancouver' WHERE id = 'docs'");
        site.now = at(7, 1); // Sunday, 17:00 in Vancouver
        visits();
        assertThat(reports(site.database.sql()).of(docs(), week, site.now)).isEmpty();

        site.now = at(7, 12);
        assertThat(reports(site.database.sql()).of(docs(), week, site.now))
                .as("Sunday was last rolled up at 17:00")
                .isEmpty();

        site.rollUp();
        assertThat(report().figures().get(Metric.UNIQUE_VISITORS)).isEqualTo(new Summary.Measure(3L, 2.0));
    }

    @Test
    void a_week_with_a_day_that_was_rolled_up_before_its_end_has_no_report() {
        visits();
        site.database.run("UPDATE daily_metric_rollups SET rolled_up_at = '" + at(4, 12) + "' WHERE day = '"
                + week.monday().plusDays(4) + "'");
        assertThat(reports(site.database.sql()).of(docs(), week, site.now)).isEmpty();

        site.rollUp();
        assertThat(reports(site.database.sql()).of(docs(), week, site.now)).isPresent();
    }

    @Test
    void a_week_whose_figures_were_purged_in_part_has_no_report() {
        visits();
        assertThat(reports(site.database.sql()).of(docs(), week, site.now)).isPresent();
        site.database.run(
                "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions,"
                        + " visitors, rollups, rejections, days_left) VALUES (now(), '2000-01-01', '"
                        + week.monday().plusDays(1) + "', 0, 0, 0, 0, 0, 0, 0, 0)");

        assertThat(reports(site.database.sql()).of(docs(), week, site.now)).isEmpty();
    }

    @Test
    void a_week_with_a_day_without_figures_has_no_report() {
        visits();
        site.database.run(
                "DELETE FROM daily_metric_rollups WHERE day = '" + week.monday().plusDays(6) + "'",
                "DELETE FROM rollup_days WHERE day >= '" + week.monday().plusDays(6) + "'",
                "DELETE FROM daily_metric_rollups WHERE day >= '"
                        + week.monday().plusDays(6) + "'");
        assertThat(reports(site.database.sql()).of(docs(), week, site.now)).isEmpty();
    }

    @Test
    void each_recipient_gets_one_report_and_a_second_run_sends_none() {
        visits();
        WeeklyReport report = report();
        assertThat(reports(site.database.sql()).unsent(docs(), week)).isEqualTo(2);
        assertThat(put(site.database.sql(), report)).isEqualTo(2);
        assertThat(mails())
                .containsExactly(
                        "mail report.weekly a@team.example docs fr", "mail report.weekly b@team.example docs fr");
        assertThat(put(site.database.sql(), report)).isZero();

        set("docs", List.of("b@team.example", "c@team.example"));
        assertThat(reports(site.database.sql()).unsent(docs(), week)).isOne();
        assertThat(put(site.database.sql(), report)).isOne();
        assertThat(mails())
                .as("the mail to the removed recipient is removed")
                .containsExactly(
                        "mail report.weekly b@team.example docs fr", "mail report.weekly c@team.example docs fr");
    }

    private long put(Sql sql, WeeklyReport report) {
        return sql.inTransaction(tx -> WeeklyReports.put(tx, docs(), report, site.now));
    }

    @Test
    void simultaneous_runs_send_each_report_once() throws Exception {
        visits();
        WeeklyReport report = report();
        List<Callable<Long>> runs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Sql machine = i % 2 == 0 ? site.database.sql() : site.database.anotherMachine();
            runs.add(() -> put(machine, report));
        }
        long sent = 0;
        try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
            for (var run : pool.invokeAll(runs)) {
                sent += run.get();
            }
        }
        assertThat(sent).isEqualTo(2);
        assertThat(mails()).hasSize(2);
    }

    @Test
    void a_recipient_who_unsubscribed_gets_no_report_until_added_again() {
        visits();
        site.database.sql().inTransaction(tx -> {
            Recipients.stop(
                    tx,
                    tx.queryOne("SELECT id FROM recipients WHERE email = 'a@team.example'", row -> row.id(1)),
                    site.now);
            return true;
        });
        set("docs", List.of("a@team.example", "b@team.example"));
        assertThat(put(site.database.sql(), report())).isOne();
        set("docs", List.of("b@team.example"));
        set("docs", List.of("a@team.example", "b@team.example"));
        assertThat(put(site.database.sql(), report())).isOne();
    }

    @Test
    void a_recipient_who_unsubscribes_does_not_get_the_report_that_waits() {
        visits();
        assertThat(put(site.database.sql(), report())).isEqualTo(2);
        site.database.sql().inTransaction(tx -> {
            Recipients.stop(
                    tx,
                    tx.query("SELECT id FROM recipients WHERE email = 'a@team.example'", row -> row.id(1))
                            .getFirst(),
                    site.now);
            return true;
        });
        assertThat(mails()).singleElement().asString().contains("b@team.example");
    }

    @Test
    void a_property_without_recipients_has_no_report() {
        set("docs", List.of());
        assertThat(reports(site.database.sql()).properties(null)).isEmpty();
    }
}
