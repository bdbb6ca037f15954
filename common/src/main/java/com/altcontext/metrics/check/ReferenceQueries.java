package com.altcontext.metrics.check;

import com.altcontext.db.NamedSql;
import com.altcontext.db.Tx;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.rollup.DayBounds;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes figures from raw rows in the simplest way, with the statements that docs/metrics.md links to. They are slow
 * but easy to verify, so rollups are checked against them.
 */
final class ReferenceQueries {
    /** The text of each statement, by its name. */
    static final Map<String, String> STATEMENTS = NamedSql.sections(ReferenceQueries.class, "reference.sql");

    /**
     * The statements of these two dimensions are also used for other dimensions of events and of sessions, with another
     * column.
     */
    private static final String EVENTS = "path";

    private static final String SESSIONS = "traffic_source";

    private final Tx tx;
    private final Map<String, @Nullable Object> parameters = new HashMap<>();
    /** Read once for all sources. */
    private @Nullable Map<String, @Nullable Double> shares;

    ReferenceQueries(Tx tx, Window window, ZoneId zone, @Nullable String property, Instant now) {
        this.tx = tx;
        DayBounds from = DayBounds.of(window.from(), zone);
        DayBounds to = DayBounds.of(window.to(), zone);
        parameters.put("from", window.from());
        parameters.put("to", window.to());
        parameters.put("zone", zone.getId());
        parameters.put("start", from.start());
        parameters.put("end", to.end());
        parameters.put("first", from.firstPartition());
        parameters.put("last", to.lastPartition());
        parameters.put("property", property);
        parameters.put("now", now);
        parameters.put("until", tx.queryOne(new NamedSql(statement("until")).with(parameters), row -> row.day(1)));
    }

    @Nullable
    Double figure(String name) {
        return value(statement(name));
    }

    @Nullable
    Double shareOf(String source) {
        if (shares == null) {
            shares = readShares();
        }
        return shares.isEmpty() ? null : shares.getOrDefault(source, 0.0);
    }

    private Map<String, @Nullable Double> readShares() {
        Map<String, @Nullable Double> read = new HashMap<>();
        tx.each(
                new NamedSql(statement("trafficSourceMix")).with(parameters),
                row -> read.put(row.text(1), row.decimalOrNull(2)));
        return read;
    }

    @Nullable
    Double quantile(Vital vital, double share) {
        parameters.put("share", share);
        return value(statement("webVitals").replace("lcp_ms", vital.rawColumn()));
    }

    /** The number of sessions that reached the goal. */
    @Nullable
    Double sessionsThatReached(Goal goal) {
        String pattern = goal.pathPattern();
        parameters.put("pattern", pattern);
        parameters.put("type", pattern == null ? goal.eventType() : null);
        parameters.put("key", goal.propKey());
        parameters.put("value", goal.propValue());
        return value(statement("goal"));
    }

    /** One row for each value, in no particular order. */
    List<Breakdown.Value> breakdown(Dimension dimension) {
        String text = switch (dimension) {
            case PATH, LANDING_PATH, EXIT_PATH -> statement("breakdown." + dimension.key());
            case EVENT_TYPE -> statement("breakdown." + EVENTS).replace("e.path", "e.event_type");
            default -> statement("breakdown." + SESSIONS).replace("s." + SESSIONS, "s." + dimension.key());
        };
        return tx.query(
                new NamedSql(text).with(parameters),
                row -> new Breakdown.Value(
                        row.textOrNull(1),
                        new Breakdown.Sums(row.number(2), row.number(3), row.number(4), row.number(5))));
    }

    private @Nullable Double value(String text) {
        record One(@Nullable Double value) {}
        return tx.queryOne(new NamedSql(text).with(parameters), row -> new One(row.decimalOrNull(1))).value;
    }

    private static String statement(String name) {
        return Objects.requireNonNull(STATEMENTS.get(name), name);
    }
}
