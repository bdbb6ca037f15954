package com.altcontext.metrics.rollup;

import com.altcontext.db.Tx;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.RollupLock;
import com.altcontext.property.Property;
import com.altcontext.value.Rejected;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Days that another system counted. Their sums are stored as rollups that are marked as imported. All of them are
 * before the first day that the property counted itself.
 */
public final class ImportedDays {
    private static final List<Count> SUMS = Stream.concat(
                    Stream.of(Count.UNIQUE_VISITORS, Count.PAGE_VIEWS, Count.SESSIONS, Count.BOUNCES),
                    Stream.of(Count.values()).filter(Count::isSource))
            .toList();

    /** Every rolled-up day has a row, also before the property was in use, so days without visits are ignored. */
    private static final String FIRST_ROLLED_UP = """
            SELECT p.time_zone, (
                SELECT min(day) FROM daily_metric_rollups
                WHERE property_id = p.id AND imported = 0 AND (sessions > 0 OR page_views > 0))
            FROM properties AS p WHERE p.id = ?
            """;

    private static final String FIRST_SESSION =
            "SELECT min(started_at) FROM sessions WHERE property_id = ? AND device <> 'bot'";

    private static final String DAYS = "SELECT day FROM daily_metric_rollups WHERE property_id = ? AND imported = 1";

    /**
     * Gives the property's first own day a new version, by which running services see that there are no figures before
     * that day any more.
     */
    private static final String RENEW_FIRST_OWN = """
            UPDATE daily_metric_rollups AS r SET version = nextval('rollup_version')
            WHERE property_id = ? AND day = (
                SELECT min(day) FROM daily_metric_rollups WHERE property_id = r.property_id AND imported = 0)
            """;

    private static final String REMOVE_METRICS =
            "DELETE FROM daily_metric_rollups WHERE property_id = ? AND day = ANY (?::date[])";
    private static final String REMOVE_DIMENSIONS =
            "DELETE FROM daily_dimension_rollups WHERE property_id = ? AND dimension = ANY (?::text[]) AND day = ANY (?::date[])";

    private static final String SAVE = """
            INSERT INTO daily_metric_rollups (property_id, day, time_zone, version, imported, %s)
            SELECT id, ?::date, time_zone, ?, 1%s FROM properties WHERE id = ?
            """.formatted(
                    SUMS.stream().map(Count::column).collect(Collectors.joining(", ")), ", ?".repeat(SUMS.size()));

    /** The value of sessions whose value is unknown. In other dimensions it is null. */
    private static final Map<Dimension, String> UNKNOWN =
            Map.of(Dimension.TRAFFIC_SOURCE, "unknown", Dimension.DEVICE, "unknown");

    private ImportedDays() {}

    /** The counts of one value. */
    public record Sum(long sessions, long pageViews) {
        public Sum plus(Sum other) {
            return new Sum(sessions + other.sessions, pageViews + other.pageViews);
        }
    }

    /**
     * A day's sums.
     *
     * @param sources sessions by traffic source; sessions without a source count as unknown
     * @param values the counts of each value, by dimension
     */
    public record Day(
            LocalDate day,
            long visitors,
            long pageViews,
            long sessions,
            long bounces,
            Map<String, Long> sources,
            Map<Dimension, Map<String, Sum>> values) {
        /** The values of a dimension. The remaining sessions and page views of the day are added as unknown or null. */
        private Map<@Nullable String, Sum> valuesOf(Dimension dimension) {
            Map<@Nullable String, Sum> all = new HashMap<>(values.getOrDefault(dimension, Map.of()));
            Sum known = all.values().stream().reduce(new Sum(0, 0), Sum::plus);
            Sum rest = new Sum(Math.max(0, sessions - known.sessions), Math.max(0, pageViews - known.pageViews));
            if (rest.sessions > 0 || rest.pageViews > 0) {
                all.merge(UNKNOWN.get(dimension), rest, Sum::plus);
            }
            return all;
        }

        private long count(Count kind) {
            return switch (kind) {
                case UNIQUE_VISITORS -> visitors;
                case PAGE_VIEWS -> pageViews;
                case SESSIONS -> sessions;
                case BOUNCES -> bounces;
                case FROM_UNKNOWN ->
                    Math.max(
                            sources.getOrDefault(kind.source(), 0L),
                            sessions
                                    - sources.entrySet().stream()
                                            .filter(source -> !source.getKey().equals(kind.source()))
                                            .mapToLong(Map.Entry::getValue)
                                            .sum());
                default -> sources.getOrDefault(kind.source(), 0L);
            };
        }
    }

    /** The imported days of a property. */
    public static Set<LocalDate> of(Tx tx, String property) {
        return Set.copyOf(tx.query(DAYS, row -> row.day(1), property));
    }

    private record FirstRolledUp(ZoneId zone, @Nullable LocalDate day) {}

    private record FirstSession(@Nullable Instant at) {}

    /** The first day on which the property counted a person itself; null if there is none. Bots are in no figure. */
    public static @Nullable LocalDate firstOwnDay(Tx tx, String property) {
        FirstRolledUp rolledUp = tx.queryOne(
                FIRST_ROLLED_UP,
                row -> new FirstRolledUp(Property.storedTimeZone(row.text(1)), row.dayOrNull(2)),
                property);
        Instant began = tx.queryOne(FIRST_SESSION, row -> new FirstSession(row.timeOrNull(1)), property).at;
        LocalDate raw = began == null ? null : LocalDate.ofInstant(began, rolledUp.zone);
        return raw == null || (rolledUp.day != null && rolledUp.day.isBefore(raw)) ? rolledUp.day : raw;
    }

    /**
     * Saves the days. Replaces what was imported for the same days before.
     *
     * @param beforeEach called with each day before the day is saved, to report progress
     * @throws Rejected if one of them is not before the first day that the property counted itself
     */
    public static void save(Tx tx, String property, List<Day> days, Consumer<LocalDate> beforeEach) {
        RollupLock.take(tx);
        LocalDate first = firstOwnDay(tx, property);
        for (Day day : days) {
            if (first != null && !day.day.isBefore(first)) {
                throw Rejected.of(
                        "day", "must be before " + first + ", the first day that the property counted itself");
            }
        }
        remove(tx, property, texts(days.stream().map(Day::day)));
        long version = Rollup.nextVersion(tx);
        for (Day day : days) {
            beforeEach.accept(day.day);
            List<Object> values = new ArrayList<>(List.of(day.day, version));
            SUMS.forEach(kind -> values.add(day.count(kind)));
            values.add(property);
            tx.update(SAVE, values.toArray());
            DayDimension.save(
                    tx,
                    day.day,
                    Arrays.stream(Dimension.values())
                            .flatMap(dimension -> top(property, dimension, day.valuesOf(dimension)))
                            .toList());
        }
    }

    /** Removes all imported days of a property, and returns how many there were. */
    public static int remove(Tx tx, String property) {
        RollupLock.take(tx);
        String[] days = texts(of(tx, property).stream());
        Rollup.renewOthers(tx, property, days);
        tx.update(RENEW_FIRST_OWN, property);
        remove(tx, property, days);
        return days.length;
    }

    private static String[] texts(Stream<LocalDate> days) {
        return days.map(LocalDate::toString).toArray(String[]::new);
    }

    private static void remove(Tx tx, String property, String[] days) {
        String[] dimensions = Stream.of(Dimension.values()).map(Dimension::key).toArray(String[]::new);
        tx.update(REMOVE_METRICS, property, days);
        tx.update(REMOVE_DIMENSIONS, property, dimensions, days);
    }

    /** As many of the largest values as a rollup stores, and a row with the sum of all others. */
    private static Stream<DayDimension> top(String property, Dimension dimension, Map<@Nullable String, Sum> sums) {
        List<Map.Entry<@Nullable String, Sum>> ranked = sums.entrySet().stream()
                .sorted(Comparator.<Map.Entry<@Nullable String, Sum>>comparingLong(entry -> entry.getValue().sessions)
                        .reversed()
                        .thenComparing(Map.Entry::getKey, Comparator.nullsLast(Comparator.naturalOrder())))
                .toList();
        List<DayDimension> rows = new ArrayList<>();
        Sum others = new Sum(0, 0);
        for (Map.Entry<@Nullable String, Sum> value : ranked) {
            if (rows.size() < Rollup.MAX_VALUES) {
                rows.add(row(property, dimension, rows.size() + 1, value.getKey(), value.getValue()));
            } else {
                others = others.plus(value.getValue());
            }
        }
        if (ranked.size() > Rollup.MAX_VALUES) {
            rows.add(row(property, dimension, 0, null, others));
        }
        return rows.stream();
    }

    private static DayDimension row(String property, Dimension dimension, long rank, @Nullable String value, Sum sum) {
        return new DayDimension(
                property, dimension.key(), rank, value, new Breakdown.Sums(null, sum.pageViews, sum.sessions, 0));
    }
}
