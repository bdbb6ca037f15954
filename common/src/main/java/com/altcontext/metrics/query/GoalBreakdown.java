package com.altcontext.metrics.query;

import com.altcontext.db.Row;
import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Breakdown.Sums;
import com.altcontext.metrics.Breakdown.Value;
import com.altcontext.metrics.FigureSource;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Counts how many sessions reached each goal, with one statement that reads the events of the sessions once. It groups
 * by visitor first, since with {@code count(DISTINCT …)} a cluster would send all visitors to the coordinator.
 */
final class GoalBreakdown {
    private final List<Goal> goals;

    GoalBreakdown(List<Goal> goals) {
        this.goals = goals;
    }

    /**
     * In each row, {@code sessions} are all sessions that match the filter, and {@code conversions} are those of them
     * that reached the goal.
     */
    Breakdown read(RawRows rows, Window window, List<ZoneWindow> windows, Filter filter) {
        List<Value> values =
                goals.isEmpty() ? List.of() : rows.queryOne(statement(windows, filter, rows.days()), this::values);
        return Breakdown.byGoals(window, FigureSource.RAW, values, Map.of());
    }

    private SqlFragment statement(List<ZoneWindow> windows, Filter filter, SessionDays days) {
        StringBuilder counts = new StringBuilder();
        StringBuilder ofVisitor = new StringBuilder();
        List<SqlFragment> reached = new ArrayList<>();
        for (int i = 0; i < goals.size(); i++) {
            counts.append(", count(*) FILTER (WHERE n%1$d > 0), coalesce(sum(v%1$d), 0), coalesce(sum(n%1$d), 0)"
                    .formatted(i));
            ofVisitor.append(", sum(page_views) FILTER (WHERE r%1$d) AS v%1$d, count(*) FILTER (WHERE r%1$d) AS n%1$d"
                    .formatted(i));
            reached.add(SqlFragment.of(", bool_or(?) AS r" + i, goals.get(i).reached()));
        }
        return SqlFragment.of(
                "SELECT coalesce(sum(sessions), 0)" + counts + "\nFROM (SELECT count(*) AS sessions" + ofVisitor
                        + "\nFROM (SELECT p.bucket, p.visitor_id, p.id,"
                        + " count(*) FILTER (WHERE g.event_type = 'page_view') AS page_views?\nFROM (?) AS p\nLEFT JOIN events AS g ON g.bucket = p.bucket AND g.visitor_id = p.visitor_id"
                        + " AND g.session_id = p.id AND g.device <> 'bot' AND g.day BETWEEN ? AND ?"
                        + "\nGROUP BY p.bucket, p.visitor_id, p.id) AS sessions\nGROUP BY bucket, visitor_id) AS visitors",
                SqlFragment.joined("", reached),
                RawConditions.sessionsOf(windows, filter, days),
                RawConditions.firstPartition(windows),
                days.last());
    }

    private List<Value> values(Row row) throws SQLException {
        List<Value> values = new ArrayList<>();
        long sessions = row.number(1);
        for (int i = 0; i < goals.size(); i++) {
            int column = 2 + 3 * i;
            values.add(new Value(
                    goals.get(i).name(),
                    new Sums(row.number(column), row.number(column + 1), sessions, row.number(column + 2))));
        }
        values.sort(Comparator.comparingLong((Value value) -> value.sums().conversions())
                .reversed()
                .thenComparing(value -> String.valueOf(value.value())));
        return values;
    }
}
