package com.altcontext.metrics.check;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.goal.GoalStore;
import com.altcontext.metrics.rollup.Count;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.metrics.sketch.VisitorSketch;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.metrics.summary.Totals;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compares rollups with raw rows, figure by figure, with statements that are independent of the rollup's. A day differs
 * if events arrived or a person was erased after it was rolled up.
 */
public final class RollupCheck {
    private static final String STORED = """
            SELECT rank, value, page_views, sessions, conversions
            FROM daily_dimension_rollups
            WHERE property_id = ? AND dimension = ? AND day = ?
            ORDER BY rank
            """;

    private static final String GOALS =
            "SELECT goal, sessions FROM daily_goal_rollups WHERE property_id = ? AND day = ?";

    /**
     * With custom plans the planner knows which days are read, and skips other partitions. The memory is an upper limit
     * that only large days use.
     */
    private static final String SETTINGS = """
            SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
                   set_config('work_mem', '32MB', true)
            """;

    /** Six standard errors: a larger deviation is not chance but a defect. */
    private static final double SKETCH_ERROR = 0.0345;

    /** A relative tolerance for rounding. */
    private static final double EXACT = 1e-9;

    private final Sql sql;
    private final InstantSource clock;
    private final Summaries summaries;
    private final Rollup rollup;

    /** @param sql with a timeout of minutes, which a large day needs */
    public RollupCheck(Sql sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
        this.summaries = new Summaries(sql, RollupSource.TABLES, clock);
        this.rollup = new Rollup(sql, clock);
    }

    /**
     * A figure that differs between raw rows and rollups.
     *
     * @param figure its name; a value of a dimension is named by its rank, since the value may be personal
     * @param raw the figure computed from raw rows; null for no figure
     * @param rolledUp the figure in rollups; null for no figure
     */
    public record Mismatch(
            LocalDate day,
            String property,
            String figure,
            @Nullable Double raw,
            @Nullable Double rolledUp) {}

    /**
     * Checks one day.
     *
     * @param property null for all properties
     * @return the differences, in a fixed order
     * @throws RollupRefused if the day has not begun, the property is unknown, another system counted the day, or its
     *     raw events are no longer kept
     */
    public List<Mismatch> check(LocalDate day, @Nullable String property) {
        List<Mismatch> differences = new ArrayList<>();
        for (Rollup.PropertyZone each : sql.inTransaction(tx -> rollup.propertiesWithRawEvents(tx, day, property))) {
            differences.addAll(check(day, each, new Window(day, day)));
        }
        return differences;
    }

    private List<Mismatch> check(LocalDate day, Rollup.PropertyZone propertyZone, Window window) {
        String property = propertyZone.id();
        Summary summary = summaries.of(window, null, property, day);
        Totals totals = summaries.totals(window, property);
        return sql.inTransaction(tx -> {
            var _ = tx.query(SETTINGS, row -> row.text(1));
            Comparison compared = new Comparison(day, property);
            ReferenceQueries reference =
                    new ReferenceQueries(tx, window, propertyZone.zone(), property, clock.instant());
            double visitors = number(reference.figure(Metric.UNIQUE_VISITORS.key()));
            for (Metric metric : Metric.values()) {
                Double raw = reference.figure(metric.key());
                compared.within(
                        metric.key(), raw, summary.of(metric).value(), tolerance(metric, number(raw), visitors));
            }
            compared.within("visitorSketch", visitors, totals.estimatedVisitors(), 3 + (visitors * SKETCH_ERROR));
            compared.same("newVisitors", reference.figure("newVisitors"), totals.count(Count.NEW_VISITORS));
            summary.trafficSourceMix()
                    .forEach((source, share) ->
                            compared.same("trafficSourceMix." + source, reference.shareOf(source), share));
            summary.webVitals().forEach((vital, found) -> {
                compared.vital(vital, "p75", reference.quantile(vital, 0.75), found.p75());
                compared.vital(vital, "p95", reference.quantile(vital, 0.95), found.p95());
            });
            Summary.Ingest ingest =
                    Objects.requireNonNull(summary.ingest(), "summaries from rollups have ingest figures");
            compared.same("totalEventsAccepted", reference.figure("totalEventsAccepted"), ingest.accepted());
            compared.same("botEvents", reference.figure("botEvents"), ingest.botEvents());
            compared.same("totalEventsRejected", reference.figure("totalEventsRejected"), ingest.rejected());
            compared.same("successPct", reference.figure("successPct"), ingest.successPct());
            compared.same("miscountedSessions", reference.figure("miscountedSessions"), 0);
            compared.same("eventsOutsideTheirSession", reference.figure("eventsOutsideTheirSession"), 0);
            compared.same("overlappingSessions", reference.figure("overlappingSessions"), 0);
            for (Dimension dimension : Dimension.values()) {
                compareDimension(tx, reference, dimension, compared);
            }
            compareGoals(tx, reference, compared);
            return compared.differences;
        });
    }

    /** Only the lead capture rate is estimated, and only if there are many new leads. */
    private static double tolerance(Metric metric, double raw, double visitors) {
        boolean isEstimated = metric == Metric.LEAD_CAPTURE_RATE && raw * visitors > VisitorSketch.MAX_EXACT;
        return isEstimated ? raw * SKETCH_ERROR : EXACT * Math.abs(raw);
    }

    private static void compareDimension(Tx tx, ReferenceQueries reference, Dimension dimension, Comparison compared) {
        Map<@Nullable String, Breakdown.Sums> raw = new HashMap<>();
        reference.breakdown(dimension).forEach(row -> raw.put(row.value(), row.sums()));
        record Ranked(long rank, Breakdown.Value row) {}
        List<Ranked> stored = tx.query(
                STORED,
                row -> new Ranked(
                        row.number(1),
                        new Breakdown.Value(
                                row.textOrNull(2),
                                new Breakdown.Sums(null, row.number(3), row.number(4), row.number(5)))),
                compared.property,
                dimension.key(),
                compared.day);
        List<Ranked> ranked = stored.stream().filter(row -> row.rank > 0).toList();
        compared.same(
                dimension.key() + ".values", (double) Math.min(raw.size(), Rollup.MAX_VALUES), (long) ranked.size());
        // Includes the row of all values beyond the limit, which cannot be compared by value.
        compared.sums(
                dimension.key() + ".total",
                sum(raw.values()),
                sum(stored.stream().map(row -> row.row.sums()).toList()));
        for (Ranked one : ranked) {
            compared.sums(
                    dimension.key() + "." + one.rank,
                    raw.getOrDefault(one.row.value(), new Breakdown.Sums(null, 0, 0, 0)),
                    one.row.sums());
        }
    }

    private static void compareGoals(Tx tx, ReferenceQueries reference, Comparison compared) {
        Map<String, Long> stored = new HashMap<>();
        tx.each(GOALS, row -> stored.put(row.text(1), row.number(2)), compared.property, compared.day);
        for (Goal goal : GoalStore.of(tx, compared.property)) {
            compared.same("goal." + goal.name(), reference.sessionsThatReached(goal), stored.remove(goal.name()));
        }
        compared.same("goals", 0.0, (long) stored.size());
    }

    private static Breakdown.Sums sum(Collection<Breakdown.Sums> all) {
        return all.stream()
                .reduce(
                        new Breakdown.Sums(null, 0, 0, 0),
                        (a, b) -> new Breakdown.Sums(
                                null,
                                a.pageViews() + b.pageViews(),
                                a.sessions() + b.sessions(),
                                a.conversions() + b.conversions()));
    }

    private static double number(@Nullable Double value) {
        return value == null ? 0 : value;
    }

    /** Collects what differs. */
    private static final class Comparison {
        final LocalDate day;
        final String property;
        final List<Mismatch> differences = new ArrayList<>();

        Comparison(LocalDate day, String property) {
            this.day = day;
            this.property = property;
        }

        void same(String figure, @Nullable Double raw, @Nullable Number rolledUp) {
            within(figure, raw, rolledUp, EXACT * Math.abs(number(raw)));
        }

        void sums(String name, Breakdown.Sums raw, Breakdown.Sums rolledUp) {
            same(name + ".pageViews", (double) raw.pageViews(), rolledUp.pageViews());
            same(name + ".sessions", (double) raw.sessions(), rolledUp.sessions());
            same(name + ".conversions", (double) raw.conversions(), rolledUp.conversions());
        }

        /** A quantile of a histogram is within 1 %, or within one unit for small values. */
        void vital(Vital vital, String which, @Nullable Double raw, @Nullable Double rolledUp) {
            double unit = vital == Vital.CLS ? 0.0011 : 1.1;
            within("webVitals." + vital.key() + "." + which, raw, rolledUp, unit + (0.0101 * number(raw)));
        }

        void within(String figure, @Nullable Double raw, @Nullable Number rolledUp, double tolerance) {
            Double found = rolledUp == null ? null : rolledUp.doubleValue();
            boolean comparable = raw != null && found != null;
            boolean same = comparable ? Math.abs(number(raw) - number(found)) <= tolerance : Objects.equals(raw, found);
            if (!same) {
                differences.add(new Mismatch(day, property, figure, raw, found));
            }
        }
    }
}
