package com.altcontext.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A window's visits by the values of a dimension.
 *
 * @param dimension its name in requests
 * @param rows most visitors first; most sessions first if visitors are unknown
 * @param other the sums of the values without a row
 * @param total the sums of all values
 * @param reasons why a figure is null, by the dotted path of the figure
 */
public record Breakdown(
        Window window,
        String dimension,
        FigureSource from,
        List<Value> rows,
        AdditiveSums other,
        AdditiveSums total,
        Map<String, String> reasons) {
    /** The name of a breakdown by goals. */
    public static final String GOAL = "goal";

    /** Why the visitors of rows from rollups are null. */
    public static final String NO_VISITORS =
            "rollups do not have the different visitors of a value, and raw rows were not read or are no longer kept";

    /** Whether page views are known. For goals, rollups store only sessions. */
    public boolean hasPageViews() {
        return from == FigureSource.RAW || !dimension.equals(GOAL);
    }

    /**
     * @param value null for sessions or events without a value, such as a session without a campaign
     * @param hasConversions whether conversions are known for all days of the window
     */
    public record Value(@Nullable String value, Sums sums, boolean hasConversions) {
        public Value(@Nullable String value, Sums sums) {
            this(value, sums, true);
        }
    }

    /**
     * @param visitors different visitors over the whole window; null if they are unknown
     * @param conversions sessions that hold a conversion
     */
    public record Sums(@Nullable Long visitors, long pageViews, long sessions, long conversions) {}

    /**
     * Sums over several values. A figure that does not add up is null, since a visitor or a session can have several
     * values.
     */
    public record AdditiveSums(
            @Nullable Long pageViews,
            @Nullable Long sessions,
            @Nullable Long conversions) {
        /** @param ofEvents whether the values belong to events; if not, each session has exactly one value */
        private static AdditiveSums of(boolean ofEvents, long pageViews, long sessions, long conversions) {
            return ofEvents
                    ? new AdditiveSums(pageViews, null, null)
                    : new AdditiveSums(pageViews, sessions, conversions);
        }

        private AdditiveSums plus(long morePageViews, long moreSessions, long moreConversions) {
            return new AdditiveSums(
                    pageViews == null ? null : pageViews + morePageViews,
                    sessions == null ? null : sessions + moreSessions,
                    conversions == null ? null : conversions + moreConversions);
        }
    }

    /** A breakdown by goals. It has no sums, since a session can reach several goals. */
    public static Breakdown byGoals(Window window, FigureSource from, List<Value> rows, Map<String, String> reasons) {
        AdditiveSums nothing = new AdditiveSums(null, null, null);
        return new Breakdown(window, GOAL, from, rows, nothing, nothing, reasons);
    }

    /** This breakdown by goals with at most this many rows. */
    public Breakdown firstRows(int limit) {
        return new Breakdown(
                window, dimension, from, rows.subList(0, Math.min(limit, rows.size())), other, total, reasons);
    }

    /**
     * This breakdown with the values of fewer visitors moved into {@code other}. Values from rollups are all moved,
     * since their visitors are unknown.
     */
    public Breakdown withoutRareValues(long minVisitors) {
        if (minVisitors == 0) {
            return this;
        }
        List<Value> frequent = new ArrayList<>();
        long pageViews = 0;
        long sessions = 0;
        long conversions = 0;
        for (Value row : rows) {
            if (row.sums.visitors != null && row.sums.visitors >= minVisitors) {
                frequent.add(row);
            } else {
                pageViews += row.sums.pageViews;
                sessions += row.sums.sessions;
                conversions += row.sums.conversions;
            }
        }
        return new Breakdown(
                window, dimension, from, frequent, other.plus(pageViews, sessions, conversions), total, reasons);
    }

    /**
     * @param ofEvents whether the values belong to events; if not, each session has exactly one value
     * @param total the sums of all values; its visitors are not used
     */
    public static Breakdown of(
            Window window, String dimension, FigureSource from, boolean ofEvents, List<Value> rows, Sums total) {
        long pageViews = total.pageViews;
        long sessions = total.sessions;
        long conversions = total.conversions;
        for (Value row : rows) {
            pageViews -= row.sums.pageViews;
            sessions -= row.sums.sessions;
            conversions -= row.sums.conversions;
        }
        return new Breakdown(
                window,
                dimension,
                from,
                rows,
                AdditiveSums.of(ofEvents, pageViews, sessions, conversions),
                AdditiveSums.of(ofEvents, total.pageViews, total.sessions, total.conversions),
                from == FigureSource.RAW ? Map.of() : Map.of("rows.visitors", NO_VISITORS));
    }
}
