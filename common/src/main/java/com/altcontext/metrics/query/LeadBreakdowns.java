package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.ShownValue;
import com.altcontext.metrics.Window;
import com.altcontext.value.Issues;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import org.jspecify.annotations.Nullable;

/**
 * Counts the new leads of a window by where they came from. Leads are kept when raw rows are purged, so any window can
 * be requested.
 */
public final class LeadBreakdowns {
    private static final String ROWS = """
            SELECT ?, count(*), count(*) FILTER (WHERE is_mailable), sum(count(*)) OVER (),
                   sum(count(*) FILTER (WHERE is_mailable)) OVER ()
            FROM ?
            WHERE ?
            GROUP BY 1
            ORDER BY 2 DESC, 3 DESC, ? COLLATE "C"
            LIMIT ?
            """;

    private static final String NO_SESSIONS =
            "sessions by this value are counted from raw rows, which are no longer kept for the first days";
    private static final String NOT_OF_SESSIONS = "sessions cannot be counted by form";

    private final QueryEngine engine;

    public LeadBreakdowns(QueryEngine engine) {
        this.engine = engine;
    }

    /**
     * @param mailable leads that may be written to now
     * @param conversionRate leads ÷ sessions of the window with this value; null if there are none, or if their number
     *     is unknown
     */
    public record LeadRow(
            @Nullable String value,
            long leads,
            long mailable,
            @Nullable Double conversionRate) {}

    /**
     * @param rows the values with the most leads first
     * @param leads all leads of the window, also those whose value has no row
     * @param mailable all mailable leads of the window, likewise
     * @param reasons why a figure is null, by its path
     */
    public record LeadBreakdown(
            Window window,
            LeadDimension dimension,
            Touch touch,
            List<LeadRow> rows,
            long leads,
            long mailable,
            Map<String, String> reasons) {
        /** This breakdown without the rows that have fewer leads. */
        public LeadBreakdown withoutRareValues(long minLeads) {
            List<LeadRow> shown =
                    rows.stream().filter(row -> row.leads >= minLeads).toList();
            return new LeadBreakdown(window, dimension, touch, shown, leads, mailable, reasons);
        }
    }

    private record Counted(@Nullable String value, long leads, long mailable, long allLeads, long allMailable) {}

    /** The dimensions of sessions that are known for leads. */
    static final String KNOWN_DIMENSIONS =
            MetricsQuery.OF_LEADS.stream().map(Dimension::key).collect(Collectors.joining(", "));

    /** Reports an issue if a filter uses dimensions that leads do not have. */
    public static void requireKnown(Filter filter, Issues issues) {
        if (!MetricsQuery.isOfLeads(filter)) {
            issues.add("filters", "must use only dimensions that are known for leads: " + KNOWN_DIMENSIONS);
        }
    }

    /**
     * Counts the leads of a window by where they came from. Throws like {@link QueryEngine#answer(MetricsQuery)},
     * except that raw rows need not be kept.
     *
     * @param filter one that {@link #requireKnown} accepts; it applies to the same touch
     */
    public LeadBreakdown of(
            LeadDimension dimension, Touch touch, Window window, PropertyZones zones, Filter filter, int limit) {
        List<ZoneWindow> windows = zones.windows(window);
        SqlFragment captured = SqlFragment.any(
                windows.stream().map(each -> each.holds("s", "started_at")).toList());
        SqlFragment kept = SqlFragment.all(List.of(captured, filter.condition(UnaryOperator.identity())));
        // Leads are kept longer than raw rows, so the windows may begin earlier.
        List<Counted> counted = engine.inUncheckedSnapshot(
                windows,
                rows -> rows.query(
                        SqlFragment.of(
                                ROWS, dimension.value(), touch.leads(rows.now()), kept, dimension.value(), limit),
                        row -> new Counted(
                                row.textOrNull(1), row.number(2), row.number(3), row.number(4), row.number(5))));
        Map<String, String> reasons = new HashMap<>();
        Map<@Nullable String, Long> sessions = sessions(dimension, windows, filter, counted, reasons);
        return new LeadBreakdown(
                window,
                dimension,
                touch,
                counted.stream()
                        .map(row -> new LeadRow(
                                row.value == null ? null : ShownValue.of(row.value, limit),
                                row.leads,
                                row.mailable,
                                rate(row.leads, sessions.get(row.value))))
                        .toList(),
                counted.isEmpty() ? 0 : counted.getFirst().allLeads,
                counted.isEmpty() ? 0 : counted.getFirst().allMailable,
                reasons);
    }

    private static @Nullable Double rate(long leads, @Nullable Long sessions) {
        return sessions == null || sessions == 0 ? null : leads / (double) sessions;
    }

    private Map<@Nullable String, Long> sessions(
            LeadDimension dimension,
            List<ZoneWindow> windows,
            Filter filter,
            List<Counted> counted,
            Map<String, String> reasons) {
        Map<@Nullable String, Long> sessions = new HashMap<>();
        Dimension ofSessions = dimension.ofSessions();
        if (ofSessions == null) {
            reasons.put("rows.conversionRate", NOT_OF_SESSIONS);
            return sessions;
        }
        if (counted.isEmpty()) {
            return sessions;
        }
        Field field = new Field.Column(ofSessions);
        try {
            for (List<Counted> part : counted.stream()
                    .gather(Gatherers.windowFixed(ShownValue.MAX_WHOLE))
                    .toList()) {
                List<@Nullable String> values = new ArrayList<>();
                part.forEach(row -> values.add(row.value));
                for (QueryRow row : engine.answer(new MetricsQuery(
                        windows,
                        List.of(QueryMetric.SESSIONS),
                        List.of(new Grouping.By(ofSessions.key(), field)),
                        new Filter.And(List.of(filter, new Filter.Leaf(Filter.Operator.IS, field, values))),
                        List.of(),
                        values.size(),
                        0))) {
                    sessions.put(
                            row.groups().getFirst(),
                            Objects.requireNonNull(row.metrics().getFirst()).longValue());
                }
            }
        } catch (RawRowsGone gone) {
            reasons.put("rows.conversionRate", NO_SESSIONS);
        }
        return sessions;
    }
}
