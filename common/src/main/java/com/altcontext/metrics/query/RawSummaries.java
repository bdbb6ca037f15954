package com.altcontext.metrics.query;

import com.altcontext.metrics.FigureSource;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Summary.Freshness;
import com.altcontext.metrics.Summary.Measure;
import com.altcontext.metrics.Summary.Percentiles;
import com.altcontext.metrics.TrendPoint;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.SummaryStatement.Figures;
import com.altcontext.metrics.summary.Summaries;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Computes summaries with a filter, and the metrics of windows that end at a time of day, from raw rows. */
public final class RawSummaries {
    private static final String NOT_OF_VISITS =
            "a filter selects visits, and refused requests do not belong to a visit";
    private static final String NOT_OF_LEADS = "this filter uses dimensions that are not known for leads";

    /** The metrics of a summary that are also metrics of queries. */
    static final Map<Metric, QueryMetric> METRICS = new EnumMap<>(Map.of(
            Metric.UNIQUE_VISITORS, QueryMetric.VISITORS,
            Metric.RETURNING_VISITORS, QueryMetric.RETURNING_VISITORS,
            Metric.PAGE_VIEWS, QueryMetric.PAGE_VIEWS,
            Metric.SESSIONS, QueryMetric.SESSIONS,
            Metric.BOUNCE_RATE, QueryMetric.BOUNCE_RATE,
            Metric.ENGAGED_TIME, QueryMetric.ENGAGED_TIME,
            Metric.FORM_COMPLETION_RATE, QueryMetric.FORM_COMPLETION_RATE,
            Metric.LANDING_CONVERSION_RATE, QueryMetric.CONVERSION_RATE,
            Metric.NEW_LEADS, QueryMetric.NEW_LEADS,
            Metric.NEW_MAILABLE_LEADS, QueryMetric.MAILABLE_LEADS));

    private final QueryEngine engine;

    public RawSummaries(QueryEngine engine) {
        this.engine = engine;
    }

    /** The summary of a window with a filter. Throws like {@link QueryEngine#answer(MetricsQuery)}. */
    public Summary of(Window window, PropertyZones zones, Filter filter) {
        List<ZoneWindow> windows = zones.windows(window);
        return engine.inSnapshot(windows, rows -> {
            List<QueryMetric> requested = new ArrayList<>(METRICS.values());
            for (Vital vital : Vital.values()) {
                requested.addAll(List.of(QueryMetric.p75(vital), QueryMetric.p95(vital)));
            }
            List<Figures> read = SummaryStatement.read(rows, MetricsQuery.ungrouped(windows, requested, filter));
            Map<QueryMetric, @Nullable Number> answers = read.getFirst().metrics();
            Map<Metric, Measure> metrics = new EnumMap<>(Metric.class);
            figures(rows, windows, filter, answers)
                    .forEach((metric, figure) -> metrics.put(metric, new Measure(figure, null)));
            boolean knowsLeads = MetricsQuery.isOfLeads(filter);
            return new Summary(
                    window,
                    null,
                    false,
                    FigureSource.RAW,
                    Freshness.ofRaw(rows.now()),
                    metrics,
                    mix(read),
                    vitals(answers),
                    null,
                    trend(read, window, knowsLeads),
                    reasons(knowsLeads));
        });
    }

    private static Map<Vital, Percentiles> vitals(Map<QueryMetric, @Nullable Number> answers) {
        Map<Vital, Percentiles> vitals = new EnumMap<>(Vital.class);
        for (Vital vital : Vital.values()) {
            vitals.put(
                    vital,
                    new Percentiles(
                            decimal(answers.get(QueryMetric.p75(vital))),
                            decimal(answers.get(QueryMetric.p95(vital)))));
        }
        return vitals;
    }

    private static Map<String, String> reasons(boolean knowsLeads) {
        Map<String, String> reasons = new TreeMap<>();
        reasons.put("ingest", NOT_OF_VISITS);
        if (!knowsLeads) {
            reasons.put("trend.newLeads", NOT_OF_LEADS);
            METRICS.forEach((metric, query) -> {
                if (query.isOfLeads()) {
                    reasons.put("metrics." + metric.key(), NOT_OF_LEADS);
                }
            });
        }
        return reasons;
    }

    /** Only the metrics of a summary, for any windows. Unknown metrics are null. Throws like {@link #of}. */
    public Map<Metric, @Nullable Number> metrics(List<ZoneWindow> windows, Filter filter) {
        return engine.inSnapshot(
                windows,
                rows -> figures(
                        rows, windows, filter, ungrouped(rows, windows, filter, List.copyOf(METRICS.values()))));
    }

    private static Map<Metric, @Nullable Number> figures(
            RawRows rows, List<ZoneWindow> windows, Filter filter, Map<QueryMetric, @Nullable Number> answers) {
        Map<Metric, @Nullable Number> figures = new EnumMap<>(Metric.class);
        METRICS.forEach((metric, requested) -> figures.put(metric, answers.get(requested)));
        FilteredCaptures captures = FilteredCaptures.read(rows, windows, filter);
        Number visitors = answers.get(QueryMetric.VISITORS);
        figures.put(
                Metric.LEAD_CAPTURE_RATE,
                visitors == null || visitors.longValue() == 0 ? null : captures.visitors() / visitors.doubleValue());
        figures.put(Metric.TIME_TO_CAPTURE, captures.meanHours());
        return figures;
    }

    private static Map<QueryMetric, @Nullable Number> ungrouped(
            RawRows rows, List<ZoneWindow> windows, Filter filter, List<QueryMetric> requested) {
        QueryRow row =
                rows.rows(MetricsQuery.ungrouped(windows, requested, filter)).getFirst();
        Map<QueryMetric, @Nullable Number> answers = new EnumMap<>(QueryMetric.class);
        for (int i = 0; i < requested.size(); i++) {
            answers.put(requested.get(i), row.metrics().get(i));
        }
        return answers;
    }

    private static @Nullable Double decimal(@Nullable Number number) {
        return number == null ? null : number.doubleValue();
    }

    private static Map<String, @Nullable Double> mix(List<Figures> read) {
        Map<String, Long> sessions = new HashMap<>();
        for (Figures figures : read) {
            if (figures.source() != null) {
                sessions.put(figures.source(), figures.count(QueryMetric.SESSIONS));
            }
        }
        long all = read.getFirst().count(QueryMetric.SESSIONS);
        Map<String, @Nullable Double> shares = new LinkedHashMap<>();
        Summaries.sources()
                .forEach(source ->
                        shares.put(source, all == 0 ? null : sessions.getOrDefault(source, 0L) / (double) all));
        return Collections.unmodifiableMap(shares);
    }

    private static List<TrendPoint> trend(List<Figures> read, Window window, boolean knowsLeads) {
        Map<LocalDate, TrendPoint> points = new TreeMap<>();
        window.eachDay().forEach(day -> points.put(day, new TrendPoint(day, 0, 0, 0, knowsLeads ? 0L : null)));
        for (Figures figures : read) {
            if (figures.day() != null) {
                points.put(
                        figures.day(),
                        new TrendPoint(
                                figures.day(),
                                figures.dayVisitors(),
                                figures.count(QueryMetric.PAGE_VIEWS),
                                figures.count(QueryMetric.SESSIONS),
                                knowsLeads ? figures.count(QueryMetric.NEW_LEADS) : null));
            }
        }
        return List.copyOf(points.values());
    }
}
