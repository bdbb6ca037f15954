package com.altcontext.metrics;

import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rollups in memory. Each use asks the database, by one look at an index, whether they are still what it holds, and
 * reads what is newer: so every machine answers alike as soon as a rollup has committed.
 */
final class Books {
    /** Half of this is what a site with ten thousand visitors a day needs for a year. */
    private static final long MOST_BYTES = 20L << 20;

    private static final int DAYS_AT_ONCE = 64;
    private static final String ALL = "";

    private static final LocalDate NEVER = LocalDate.of(1970, 1, 1);

    private final Sql sql;
    private final String version;
    private final String changed;
    private final String oldest;
    private final String figures;
    private final String latest;
    private final Cache<String, Book> books = Caffeine.newBuilder()
            .maximumWeight(MOST_BYTES)
            .<String, Book>weigher((property, book) -> book.bytes())
            .executor(Runnable::run)
            .build();

    Books(Sql sql, Source source) {
        this.sql = sql;
        String mine = " WHERE (?::text IS NULL OR property_id = ?)";
        version = "SELECT coalesce(max(version), 0) FROM " + source.versions;
        changed = "SELECT DISTINCT day FROM " + source.versions + mine + " AND version > ? ORDER BY day";
        oldest = "SELECT min(day) FROM " + source.versions + mine + " HAVING min(day) IS NOT NULL";
        latest = "SELECT day, rolled_up_at FROM " + source.versions + mine + " ORDER BY day DESC LIMIT 1";
        String columns = Arrays.stream(Count.values())
                .map(kind -> "coalesce(" + kind.column() + ", 0)")
                .collect(Collectors.joining(", "));
        String histograms =
                Arrays.stream(Vital.values()).map(vital -> vital.column).collect(Collectors.joining(", "));
        figures = "SELECT day, coalesce(reasons, '{}'), coalesce(rejected, '{}'), visitor_sketch, " + histograms + ", "
                + columns + " FROM " + source.relation + " AS figures" + mine
                + " AND day = ANY (?::date[]) ORDER BY day";
    }

    /** @param property null for all together */
    Book current(@Nullable String property) {
        String key = property == null ? ALL : property;
        return sql.inTransaction(tx -> {
            long now = tx.query(version, row -> row.number(1)).getFirst();
            Book known = books.getIfPresent(key);
            return known != null && known.version == now ? known : renewed(tx, key, property, now);
        });
    }

    /** One at a time: the others find what the first has read. */
    private synchronized Book renewed(Tx tx, String key, @Nullable String property, long now) {
        Book known = books.getIfPresent(key);
        if (known != null && known.version >= now) {
            return known;
        }
        long since = known == null ? -1 : known.version;
        List<LocalDate> days = tx.query(changed, row -> row.day(1), property, property, since);
        Map<LocalDate, DayFigures> read = new TreeMap<>();
        for (int from = 0; from < days.size(); from += DAYS_AT_ONCE) {
            read(tx, property, days.subList(from, Math.min(days.size(), from + DAYS_AT_ONCE)), read);
        }
        Latest through = latest(tx, property, now);
        Book book;
        if (known == null) {
            book = new Book(now, through.day, through.at, new TreeMap<>(read));
        } else {
            LocalDate kept = tx.query(oldest, row -> row.day(1), property, property).stream()
                    .findFirst()
                    .orElse(NEVER);
            book = known.with(now, through.day, through.at, kept, read);
        }
        books.put(key, book);
        return book;
    }

    private void read(Tx tx, @Nullable String property, List<LocalDate> days, Map<LocalDate, DayFigures> into) {
        String[] wanted = days.stream().map(LocalDate::toString).toArray(String[]::new);
        for (DayRow row : tx.query(figures, DayRow::read, property, property, wanted)) {
            into.merge(row.day, row.figures, DayFigures::plus);
        }
    }

    /** All together are as fresh as the last run for all; one property also by a run of its own. */
    private Latest latest(Tx tx, @Nullable String property, long now) {
        List<Latest> rows = property == null
                ? tx.query(
                        "SELECT day, rolled_up_at FROM rollup_days WHERE version <= ? ORDER BY day DESC LIMIT 1",
                        Latest::read,
                        now)
                : tx.query(latest, Latest::read, property, property);
        return rows.isEmpty() ? new Latest(null, null) : rows.getFirst();
    }

    private record Latest(@Nullable LocalDate day, @Nullable Instant at) {
        static Latest read(Row row) throws SQLException {
            return new Latest(row.day(1), row.time(2));
        }
    }

    private record DayRow(LocalDate day, DayFigures figures) {
        static DayRow read(Row row) throws SQLException {
            String[] reasons = row.texts(2);
            long[] rejected = row.numbers(3);
            Map<String, Long> byReason = new TreeMap<>();
            for (int i = 0; i < reasons.length; i++) {
                byReason.put(reasons[i], rejected[i]);
            }
            int column = 4;
            VisitorSketch visitors = VisitorSketch.of(row.bytes(column++));
            List<Histogram> vitals = new ArrayList<>();
            for (int i = 0; i < Vital.values().length; i++) {
                vitals.add(Histogram.of(row.bytes(column++)));
            }
            long[] counts = new long[Count.KINDS];
            for (int kind = 0; kind < Count.KINDS; kind++) {
                counts[kind] = row.number(column++);
            }
            return new DayRow(row.day(1), new DayFigures(counts, byReason, new Sketches(visitors, vitals)));
        }
    }
}
