package com.altcontext.metrics;

import com.altcontext.db.NamedSql;
import com.altcontext.db.Tx;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures computed from raw rows in the plainest way, by the statements that docs/metrics.md links to. They are
 * slow but evidently right, so rollups are checked against them.
 */
final class ReferenceQueries {
    /** Each statement by its name, as it is printed. */
    static final Map<String, String> STATEMENTS = NamedSql.sections(ReferenceQueries.class, "reference.sql");

    /** Named as the dimension that its statement is written for, or as one that differs by the column alone. */
    private static final String EVENTS = "path";

    private static final String SESSIONS = "traffic_source";

    private final Tx tx;
    private final Map<String, @Nullable Object> asked = new HashMap<>();

    ReferenceQueries(Tx tx, Window window, ZoneId zone, @Nullable String property) {
        this.tx = tx;
        DayBounds from = DayBounds.of(window.from(), zone);
        DayBounds to = DayBounds.of(window.to(), zone);
        asked.put("from", window.from());
        asked.put("to", window.to());
        asked.put("zone", zone.getId());
        asked.put("start", from.start());
        asked.put("end", to.end());
        asked.put("first", from.firstPartition());
        asked.put("last", to.lastPartition());
        asked.put("property", property);
        asked.put("until", tx.queryOne(new NamedSql(statement("until")).with(asked), row -> row.day(1)));
    }

    @Nullable
    Double figure(String name) {
        return value(statement(name));
    }

    @Nullable
    Double shareOf(String source) {
        asked.put("source", source);
        return value(statement("trafficSourceMix"));
    }

    @Nullable
    Double quantile(Vital vital, double share) {
        asked.put("share", share);
        return value(statement("webVitals").replace("lcp_ms", vital.raw()));
    }

    /** Sessions that reached it. */
    @Nullable
    Double sessionsThatReached(Goal goal) {
        asked.put("pattern", goal.target() instanceof Goal.Page page ? LikePattern.ofWildcards(page.pattern()) : null);
        Goal.CustomEvent event = goal.target() instanceof Goal.CustomEvent ofType ? ofType : null;
        asked.put("type", event == null ? null : event.type());
        Goal.Prop prop = event == null ? null : event.prop();
        asked.put("key", prop == null ? null : prop.key());
        asked.put("value", prop == null ? null : prop.value());
        return value(statement("goal"));
    }

    /** One row a value, in no order. */
    List<Breakdown.Value> breakdown(Dimension dimension) {
        String text = switch (dimension) {
            case PATH, LANDING_PATH, EXIT_PATH -> statement("breakdown." + dimension.key());
            case EVENT_TYPE -> statement("breakdown." + EVENTS).replace("e.path", "e.event_type");
            default -> statement("breakdown." + SESSIONS).replace("s." + SESSIONS, "s." + dimension.key());
        };
        return tx.query(
                new NamedSql(text).with(asked),
                row -> new Breakdown.Value(
                        row.textOrNull(1),
                        new Breakdown.Sums(row.number(2), row.number(3), row.number(4), row.number(5))));
    }

    private @Nullable Double value(String text) {
        record One(@Nullable Double value) {}
        return tx.queryOne(new NamedSql(text).with(asked), row -> new One(row.decimalOrNull(1))).value;
    }

    private static String statement(String name) {
        String statement = STATEMENTS.get(name);
        if (statement == null) {
            throw new IllegalArgumentException("no reference statement for " + name);
        }
        return statement;
    }
}
