package com.altcontext.report;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.delivery.Outbox;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.FigureSource;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Summary.Measure;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.Field;
import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.Grouping;
import com.altcontext.metrics.query.LeadBreakdowns;
import com.altcontext.metrics.query.LeadDimension;
import com.altcontext.metrics.query.PropertyZones;
import com.altcontext.metrics.query.QueryEngine;
import com.altcontext.metrics.query.RawBreakdowns;
import com.altcontext.metrics.query.RawRowsGone;
import com.altcontext.metrics.query.Touch;
import com.altcontext.metrics.summary.Breakdowns;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.RollupsGone;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.property.Property;
import com.altcontext.report.WeeklyReport.CountedValue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes weekly reports from the figures that the dashboard shows, and puts them into the outbox. Each recipient gets
 * the report of a week once, since the same transaction records what was queued.
 */
public final class WeeklyReports {
    private static final int MAX_ROWS = 5;

    private static final String DUE = """
            SELECT p.id, p.name, p.time_zone
            FROM properties AS p
            WHERE p.id = coalesce(?::text, p.id) AND EXISTS (
                SELECT FROM recipients AS r WHERE r.property_id = p.id AND r.kind = 'report' AND r.stopped_at IS NULL)
            ORDER BY p.id
            """;

    /** Whether all days were rolled up after they ended. A rollup before the end of a day has only a part of it. */
    private static final String IS_COUNTED = """
            SELECT max(day) = ? AND bool_and(rolled_up_at >= (day + 1)::timestamp AT TIME ZONE ?)
            FROM daily_metric_rollups WHERE property_id = ? AND day BETWEEN ? AND ?
            """;

    /**
     * A rollup has a row of zeros for every property, also for days before the property existed. So only rows with
     * visits count.
     */
    private static final String HAS_BEGUN = """
            SELECT EXISTS (SELECT FROM properties WHERE id = ? AND created_at < ?)
                OR EXISTS (SELECT FROM daily_metric_rollups
                           WHERE property_id = ? AND day <= ? AND (page_views > 0 OR unique_visitors > 0))
            """;

    private static final String UNSENT = """
            SELECT count(*) FROM recipients AS r
            WHERE r.property_id = ? AND r.kind = 'report' AND r.stopped_at IS NULL
              AND NOT EXISTS (SELECT FROM sent_reports AS s WHERE s.recipient_id = r.id AND s.week = ?)
            """;

    private static final String PUT = """
            WITH due AS (
                INSERT INTO sent_reports (recipient_id, week, queued_at)
                SELECT id, ?, ? FROM recipients WHERE property_id = ? AND kind = 'report' AND stopped_at IS NULL
                ON CONFLICT DO NOTHING
                RETURNING recipient_id),
            put AS (
                INSERT INTO outbox (id, kind, event, destination, property_id, language, body)
                SELECT gen_random_uuid(), 'mail', '%s', r.email, p.id, p.mail_language,
                       (?::jsonb || jsonb_build_object('recipientId', r.id))::text
                FROM due JOIN recipients AS r ON r.id = due.recipient_id JOIN properties AS p ON p.id = r.property_id)
            SELECT count(*) FROM due
            """.formatted(Outbox.WEEKLY_REPORT);

    private final Sql sql;
    private final Summaries summaries;
    private final RawBreakdowns raw;
    private final Breakdowns rolled;
    private final LeadBreakdowns leads;

    /** @param timeout the limit of each query over raw rows */
    public WeeklyReports(Sql sql, InstantSource clock, Duration timeout) {
        QueryEngine engine = new QueryEngine(sql, clock, timeout);
        this.sql = sql;
        this.summaries = new Summaries(sql, RollupSource.TABLES, clock);
        this.raw = new RawBreakdowns(engine);
        this.rolled = new Breakdowns(sql);
        this.leads = new LeadBreakdowns(engine);
    }

    /** A property whose weekly report has recipients. */
    public record ReportedProperty(String slug, String name, ZoneId zone) {
        public LocalDate today(Instant now) {
            return LocalDate.ofInstant(now, zone);
        }
    }

    /**
     * The properties whose weekly report has recipients.
     *
     * @param property the only one; null for all
     */
    public List<ReportedProperty> properties(@Nullable String property) {
        return sql.inTransaction(tx -> tx.query(
                DUE,
                row -> new ReportedProperty(row.text(1), row.text(2), Property.storedTimeZone(row.text(3))),
                property));
    }

    /** The number of recipients for whom the report of this week is not in the outbox yet, and was not sent. */
    public long unsent(ReportedProperty property, ReportWeek week) {
        return sql.inTransaction(tx -> tx.queryOne(UNSENT, row -> row.number(1), property.slug, week.monday()));
    }

    /**
     * Whether the property existed in the week, or has figures of it or of an earlier day, for example imported ones.
     */
    public boolean hasBegun(ReportedProperty property, ReportWeek week) {
        LocalDate last = week.window().to();
        return sql.inTransaction(tx -> tx.queryOne(
                HAS_BEGUN, row -> row.flag(1), property.slug, week.end(property.zone), property.slug, last));
    }

    /**
     * The report of a week. Empty if the week is not over for the property, or if the figures of a day are incomplete
     * or no longer kept. Throws like {@link QueryEngine}.
     */
    public Optional<WeeklyReport> of(ReportedProperty property, ReportWeek week, Instant now) {
        Window window = week.window();
        Summary summary;
        try {
            summary = summaries.of(window, week.before(), property.slug, property.today(now));
        } catch (RollupsGone gone) {
            return Optional.empty();
        }
        if (!isCounted(property, week) || !List.of().equals(summary.freshness().gaps())) {
            return Optional.empty();
        }
        Map<Metric, Measure> figures = new EnumMap<>(Metric.class);
        WeeklyReport.METRICS.forEach(metric -> figures.put(metric, summary.of(metric)));
        PropertyZones zones = new PropertyZones(Map.of(property.zone, List.of(property.slug)));
        List<CountedValue> sources =
                leads.of(LeadDimension.SOURCE, Touch.FIRST, window, zones, Filter.none(), MAX_ROWS).rows().stream()
                        .map(row -> new CountedValue(row.value(), row.leads()))
                        .toList();
        Breakdown pages = pages(property, window, zones);
        Metric pagesBy = pages.from() == FigureSource.RAW ? Metric.UNIQUE_VISITORS : Metric.SESSIONS;
        return Optional.of(new WeeklyReport(property.name, week, figures, sources, counted(pages, pagesBy), pagesBy));
    }

    /** Whether the last day of the week was rolled up, and each day was rolled up after its end. */
    private boolean isCounted(ReportedProperty property, ReportWeek week) {
        Window days = week.window();
        return sql.inTransaction(tx -> tx.queryOne(
                IS_COUNTED,
                row -> row.flag(1),
                days.to(),
                property.zone.getId(),
                property.slug,
                days.from(),
                days.to()));
    }

    private static List<CountedValue> counted(Breakdown pages, Metric by) {
        return pages.rows().stream()
                .map(row -> new CountedValue(
                        row.value(),
                        by == Metric.SESSIONS
                                ? Long.valueOf(row.sums().sessions())
                                : row.sums().visitors()))
                .toList();
    }

    /** The top pages: by visitors if the raw rows are still kept, otherwise by sessions. */
    private Breakdown pages(ReportedProperty property, Window window, PropertyZones zones) {
        try {
            Grouping byPath = new Grouping.By(Dimension.PATH.key(), new Field.Column(Dimension.PATH));
            return raw.of(byPath, window, zones, Filter.none(), MAX_ROWS);
        } catch (RawRowsGone gone) {
            return rolled.of(Dimension.PATH, window, MAX_ROWS, property.slug);
        }
    }

    /**
     * Puts a report into the outbox for each recipient for whom this was not done yet.
     *
     * @return how many recipients there were
     */
    public static long put(Tx tx, ReportedProperty property, WeeklyReport report, Instant at) {
        return tx.queryOne(PUT, row -> row.number(1), report.week().monday(), at, property.slug, report.toJson());
    }
}
