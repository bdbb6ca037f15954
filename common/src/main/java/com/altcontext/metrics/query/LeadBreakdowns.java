package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.lead.EffectiveConsent;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.ShownValue;
import com.altcontext.metrics.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
    /** Names the columns like those of sessions, so that conditions on sessions can be used. */
    private static final String ROWS = """
            SELECT {column}, count(*), count(*) FILTER (WHERE is_mailable), sum(count(*)) OVER (),
                   sum(count(*) FILTER (WHERE is_mailable)) OVER ()
            FROM (
                SELECT *, {touch}_traffic_source AS traffic_source, {touch}_referrer_host AS referrer_host,
                       {touch}_utm_source AS utm_source, {touch}_utm_medium AS utm_medium,
                       {touch}_utm_campaign AS utm_campaign, {touch}_landing_path AS entry_path, %s AS is_mailable
                FROM leads AS l) AS s
            WHERE NOT is_bot AND ?
            GROUP BY 1
            ORDER BY 2 DESC, 3 DESC, {column} COLLATE "C"
            LIMIT ?
            """.formatted(EffectiveConsent.IS_MAILABLE);

    private static final String NO_SESSIONS =
            "sessions by this value are counted from raw rows, which are no longer kept for the first days";
    private static final String NOT_OF_SESSIONS = "sessions cannot be counted by form";

    private final QueryEngine engine;

    public LeadBreakdowns(QueryEngine engine) {
        this.engine = engine;
    }

    /** What leads are grouped by. */
    public enum LeadDimension {
        SOURCE(Dimension.TRAFFIC_SOURCE),
        CAMPAIGN(Dimension.UTM_CAMPAIGN),
        LANDING_PATH(Dimension.LANDING_PATH),
        REFERRER_HOST(Dimension.REFERRER_HOST),
        FORM(null);

        private final @Nullable Dimension ofSessions;

        LeadDimension(@Nullable Dimension ofSessions) {
            this.ofSessions = ofSessions;
        }

        /** The name in requests. */
        public String key() {
            return "lead." + name().toLowerCase(Locale.ROOT);
        }

        private String column() {
            return ofSessions == null ? "form_name" : "s." + ofSessions.column();
        }

        public static @Nullable LeadDimension named(String key) {
            for (LeadDimension dimension : values()) {
                if (dimension.key().equals(key)) {
                    return dimension;
                }
            }
            return null;
        }
    }

    /** The session of the visitor that tells where the lead came from. */
    public enum Touch {
        /** The first known session. */
        FIRST,
        /** The session of the first capture. */
        CAPTURE
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

    /** The dimensions that filters of leads can use, separated by commas. */
    public static final String FILTER_DIMENSIONS =
            MetricsQuery.OF_LEADS.stream().map(Dimension::key).collect(Collectors.joining(", "));

    /** Whether a filter uses only dimensions that leads have. */
    public static boolean knows(Filter filter) {
        return MetricsQuery.isOfLeads(filter);
    }

    /**
     * Counts the leads of a window by where they came from. Throws like {@link QueryEngine#answer(MetricsQuery)},
     * except that raw rows need not be kept.
     *
     * @param filter one that {@link #knows} accepts; it applies to the same touch
     */
    public LeadBreakdown of(
            LeadDimension dimension,
            Touch touch,
            Window window,
            PropertyZones zones,
            Filter filter,
            int limit,
            Instant now) {
        List<ZoneWindow> windows = zones.windows(window);
        SqlFragment captured = SqlFragment.any(windows.stream()
                .map(each -> each.holds("s", "first_captured_at"))
                .toList());
        SqlFragment kept = SqlFragment.all(List.of(captured, filter.condition(UnaryOperator.identity())));
        SqlFragment statement = SqlFragment.of(
                ROWS.replace("{column}", dimension.column())
                        .replace("{touch}", touch.name().toLowerCase(Locale.ROOT)),
                now,
                kept,
                limit);
        // Leads are kept longer than raw rows, so the windows may begin earlier.
        List<Counted> counted = engine.inUncheckedSnapshot(
                windows,
                rows -> rows.query(
                        statement,
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
        Dimension ofSessions = dimension.ofSessions;
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
