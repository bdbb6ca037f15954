package com.altcontext.metrics.summary;

import com.altcontext.db.Sql;
import com.altcontext.event.Outcome.DropReason;
import com.altcontext.metrics.FigureSource;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Summary.Freshness;
import com.altcontext.metrics.Summary.Ingest;
import com.altcontext.metrics.Summary.Measure;
import com.altcontext.metrics.Summary.Percentiles;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.rollup.Count;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the figures of any window from rollups. Safe for use by several threads. */
public final class Summaries {
    /** Events that were dropped on purpose count neither as success nor as failure. */
    private static final Set<String> DROPS =
            Arrays.stream(DropReason.values()).map(DropReason::key).collect(Collectors.toUnmodifiableSet());

    /** The reason for a figure that is null because imported days do not have it. */
    public static final String NOT_IMPORTED = "another system counted some of the days, but not this figure";

    private final RollupCache tables;
    private final @Nullable ViewCache view;
    private final InstantSource clock;

    /** The materialized view, and the cache of what was read from it. */
    private record ViewCache(FiguresView figures, RollupCache cache) {}

    /** @param source the view is read only if it exists; until then the tables are */
    public Summaries(Sql sql, RollupSource source, InstantSource clock) {
        this.tables = new RollupCache(sql, RollupSource.TABLES, clock);
        this.view = source == RollupSource.VIEW
                ? new ViewCache(new FiguresView(sql), new RollupCache(sql, source, clock))
                : null;
        this.clock = clock;
    }

    /**
     * A window's figures.
     *
     * @param before the window to compare with; null for none. If it begins before the rollups that are kept, there is
     *     no comparison
     * @param property null for all properties together
     * @param today the current day of the property
     * @throws RollupsGone if the window begins before the rollups that are kept
     */
    public Summary of(Window window, @Nullable Window before, @Nullable String property, LocalDate today) {
        RollupSnapshot snapshot = cache().current(property);
        Summary summary = of(window, snapshot, today);
        return before == null ? summary : compared(summary, before, snapshot);
    }

    /** The figures of a window and of each of its days. Throws like {@link #of(Window, Window, String, LocalDate)}. */
    public RolledWindow withDays(Window window, @Nullable String property, LocalDate today) {
        RollupSnapshot snapshot = cache().current(property);
        return new RolledWindow(of(window, snapshot, today), snapshot.eachDay(window));
    }

    /** The sums over a window, which a summary is made of. Throws like {@link #of(Window, Window, String, LocalDate)}. */
    public Totals totals(Window window, @Nullable String property) {
        return totals(window, cache().current(property));
    }

    private static Totals totals(Window window, RollupSnapshot snapshot) {
        snapshot.reach.kept().require(window);
        return snapshot.totals(window);
    }

    private Summary of(Window window, RollupSnapshot snapshot, LocalDate today) {
        Totals totals = totals(window, snapshot);
        Map<Metric, Measure> metrics = new EnumMap<>(Metric.class);
        figures(totals).forEach((metric, figure) -> metrics.put(metric, new Measure(figure, null)));
        return new Summary(
                window,
                null,
                false,
                FigureSource.ROLLUPS,
                freshness(snapshot.reach, window, today),
                metrics,
                mix(totals),
                vitals(totals),
                ingest(totals),
                snapshot.trend(window),
                reasons(totals));
    }

    private static Summary compared(Summary summary, Window before, RollupSnapshot snapshot) {
        try {
            snapshot.reach.kept().require(before);
            return summary.comparedWith(before, false, figures(snapshot.totals(before)));
        } catch (RollupsGone gone) {
            return summary.notComparedWith(before, String.valueOf(gone.getMessage()));
        }
    }

    private static Map<Metric, @Nullable Number> figures(Totals totals) {
        Map<Metric, @Nullable Number> figures = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.values()) {
            figures.put(metric, totals.of(metric));
        }
        return figures;
    }

    /** The reason for figures that are null because this many days of the window were imported. */
    static String imported(long days) {
        return "another system counted " + days + " of the window's days, and gave only sums";
    }

    /** Why figures are null because of imported days. */
    private static Map<String, String> reasons(Totals totals) {
        if (totals.importedDays() == 0) {
            return Map.of();
        }
        Map<String, String> reasons = new TreeMap<>();
        reasons.put("window", imported(totals.importedDays()));
        figures(totals).forEach((metric, figure) -> {
            if (figure == null) {
                reasons.put("metrics." + metric.key(), NOT_IMPORTED);
            }
        });
        return reasons;
    }

    /** The keys of the traffic sources, in their order. */
    public static List<String> sources() {
        return Arrays.stream(Count.values())
                .filter(Count::isSource)
                .map(Count::source)
                .toList();
    }

    private RollupCache cache() {
        return view != null && view.figures.exists() ? view.cache : tables;
    }

    private static Map<String, @Nullable Double> mix(Totals totals) {
        Map<String, @Nullable Double> shares = new LinkedHashMap<>();
        for (Count kind : Count.values()) {
            if (kind.isSource()) {
                shares.put(kind.source(), totals.ratio(kind, Count.SESSIONS));
            }
        }
        return Collections.unmodifiableMap(shares);
    }

    private static Map<Vital, Percentiles> vitals(Totals totals) {
        Map<Vital, Percentiles> vitals = new EnumMap<>(Vital.class);
        for (Vital vital : Vital.values()) {
            vitals.put(vital, new Percentiles(totals.quantile(vital, 0.75), totals.quantile(vital, 0.95)));
        }
        return vitals;
    }

    private static Ingest ingest(Totals totals) {
        long rejected = 0;
        long refused = 0;
        for (Map.Entry<String, Long> reason : totals.rejected.entrySet()) {
            rejected += reason.getValue();
            refused += DROPS.contains(reason.getKey()) ? 0 : reason.getValue();
        }
        long accepted = totals.count(Count.ACCEPTED);
        return new Ingest(
                Totals.ratio(accepted, accepted + refused),
                accepted,
                rejected,
                totals.rejected,
                totals.count(Count.BOTS),
                totals.quantile(Vital.TTFB, 0.95));
    }

    /**
     * How old the figures of a window are.
     *
     * @param property null for all properties together
     * @param today the current day of the property
     */
    public Freshness freshness(Window window, @Nullable String property, LocalDate today) {
        return freshness(cache().reach(property), window, today);
    }

    private Freshness freshness(RollupSnapshot.Reach reach, Window window, LocalDate today) {
        LocalDate through = reach.through();
        List<LocalDate> gaps = reach.gaps();
        Integer lag = through == null ? null : Math.toIntExact(Math.max(0, today.toEpochDay() - through.toEpochDay()));
        return new Freshness(
                through,
                reach.at(),
                lag,
                gaps == null ? null : gaps.stream().filter(window::holds).toList(),
                clock.instant());
    }
}
