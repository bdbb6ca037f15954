package com.altcontext.metrics.summary;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Breakdown.AdditiveSums;
import com.altcontext.metrics.Breakdown.Sums;
import com.altcontext.metrics.Breakdown.Value;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.FigureSource;
import com.altcontext.metrics.ShownValue;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.value.Rejected;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The values of a dimension over any window, from the rollups. */
public final class Breakdowns {
    /** The maximum number of rows. Even of a single day, no more values are stored. */
    public static final int MAX_ROWS = Rollup.MAX_VALUES;

    /**
     * The properties that have rollups, if none is asked for. The key begins with the property: without it, the rows of
     * a dimension would be found by reading those of all dimensions. The list is read from the key, one look-up for each
     * property.
     */
    private static final String PROPERTIES = """
            CASE WHEN ?::text IS NULL THEN ARRAY(
                WITH RECURSIVE named(id) AS (
                    SELECT min(property_id) FROM daily_dimension_rollups
                    UNION ALL
                    SELECT (SELECT min(property_id) FROM daily_dimension_rollups WHERE property_id > named.id)
                    FROM named WHERE named.id IS NOT NULL)
                SELECT id FROM named WHERE id IS NOT NULL)
            ELSE ARRAY[?::text] END""";

    private static final String ROWS = """
            SELECT sum(page_views)::bigint, sum(sessions)::bigint, sum(conversions)::bigint, {shown}
            FROM daily_dimension_rollups
            WHERE dimension = ? AND day BETWEEN ? AND ? AND property_id = ANY (%s) AND rank > 0
            GROUP BY value
            ORDER BY sum(sessions) DESC, sum(page_views) DESC, value COLLATE "C"
            LIMIT ?
            """.formatted(PROPERTIES);

    private static final String SUMS = """
            SELECT coalesce(sum(page_views), 0)::bigint, coalesce(sum(sessions), 0)::bigint,
                   coalesce(sum(conversions), 0)::bigint
            FROM daily_dimension_rollups
            WHERE dimension = ? AND day BETWEEN ? AND ? AND property_id = ANY (%s)
            """.formatted(PROPERTIES);

    private static final String IMPORTED = """
            SELECT count(*) FROM daily_metric_rollups
            WHERE day BETWEEN ? AND ? AND (?::text IS NULL OR property_id = ?) AND imported = 1
            """;

    /** The last column says whether the window has sessions on a day on which the goal was not counted. */
    private static final String GOALS = """
            SELECT g.name, coalesce(sum(r.sessions), 0)::bigint,
                   coalesce(bool_or(d.sessions > 0 AND (r.goal IS NULL OR d.imported = 1)), false)
            FROM goals AS g
            LEFT JOIN daily_metric_rollups AS d ON d.property_id = g.property_id AND d.day BETWEEN ? AND ?
            LEFT JOIN daily_goal_rollups AS r ON r.property_id = g.property_id AND r.goal = g.name AND r.day = d.day
            WHERE g.property_id = ?
            GROUP BY g.name
            ORDER BY 3, 2 DESC, g.name COLLATE "C"
            """;

    private static final String NOT_ON_ALL_DAYS =
            "a goal is not counted on days whose raw rows were already removed when it was added, or that another system counted";

    private final Sql sql;

    public Breakdowns(Sql sql) {
        this.sql = sql;
    }

    /**
     * @param property null for all properties together
     * @throws Rejected if the limit is not from 1 to {@value #MAX_ROWS}
     * @throws RollupsGone if the window begins before the rollups that are kept
     */
    public Breakdown of(Dimension dimension, Window window, int limit, @Nullable String property) {
        if (limit < 1 || limit > MAX_ROWS) {
            throw Rejected.of("limit", "must be 1 to " + MAX_ROWS);
        }
        Object[] parameters = {dimension.key(), window.from(), window.to(), property, property};
        return sql.inTransaction(tx -> {
            Pipeline pipeline = tx.pipeline();
            pipeline.update(Tx.WITHOUT_JIT);
            Pipeline.Pending<Value> rows = pipeline.query(
                    ROWS.replace("{shown}", ShownValue.sql("value", limit)),
                    row -> new Value(row.textOrNull(4), sums(row)),
                    dimension.key(),
                    window.from(),
                    window.to(),
                    property,
                    property,
                    limit);
            Pipeline.Pending<Sums> total = pipeline.query(SUMS, Breakdowns::sums, parameters);
            Pipeline.Pending<Long> imported =
                    pipeline.query(IMPORTED, row -> row.number(1), window.from(), window.to(), property, property);
            Pipeline.Pending<LocalDate> kept = KeptRollups.query(pipeline, property, window.from());
            pipeline.send();
            KeptRollups.of(kept).require(window);
            return overImported(
                    Breakdown.of(
                            window,
                            dimension.key(),
                            FigureSource.ROLLUPS,
                            dimension.isOfEvents(),
                            rows.rows(),
                            total.row()),
                    imported.row());
        });
    }

    /** Adds the reasons for a window of which another system counted this many days: such days have no conversions. */
    private static Breakdown overImported(Breakdown breakdown, long days) {
        if (days == 0) {
            return breakdown;
        }
        Map<String, String> reasons = new TreeMap<>(breakdown.reasons());
        reasons.put("window", Summaries.imported(days));
        reasons.put("rows.conversions", Summaries.NOT_IMPORTED);
        AdditiveSums other = breakdown.other();
        AdditiveSums total = breakdown.total();
        if (total.conversions() != null) {
            reasons.put("other.conversions", Summaries.NOT_IMPORTED);
            reasons.put("total.conversions", Summaries.NOT_IMPORTED);
        }
        return new Breakdown(
                breakdown.window(),
                breakdown.dimension(),
                breakdown.from(),
                breakdown.rows().stream()
                        .map(row -> new Value(row.value(), row.sums(), false))
                        .toList(),
                new AdditiveSums(other.pageViews(), other.sessions(), null),
                new AdditiveSums(total.pageViews(), total.sessions(), null),
                reasons);
    }

    /**
     * The goals of a property: most sessions first, goals that were not counted on all days last. The caller has to
     * make sure that the rollups of the window are kept.
     *
     * @param sessions the number of sessions in the window
     */
    public Breakdown ofGoals(Window window, String property, long sessions) {
        List<Value> rows = sql.inTransaction(tx -> tx.query(
                GOALS,
                row -> new Value(row.text(1), new Sums(null, 0, sessions, row.number(2)), !row.flag(3)),
                window.from(),
                window.to(),
                property));
        Map<String, String> reasons = new TreeMap<>();
        reasons.put("rows.visitors", Breakdown.NO_VISITORS);
        reasons.put("rows.pageViews", "rollups have only the sessions that reached a goal");
        if (!rows.stream().allMatch(Value::hasConversions)) {
            reasons.put("rows.conversions", NOT_ON_ALL_DAYS);
        }
        return Breakdown.byGoals(window, FigureSource.ROLLUPS, rows, reasons);
    }

    private static Sums sums(Row row) throws SQLException {
        return new Sums(null, row.number(1), row.number(2), row.number(3));
    }
}
