package com.altcontext.metrics.summary;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Sql;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.rollup.Count;
import com.altcontext.metrics.sketch.Histogram;
import com.altcontext.metrics.sketch.VisitorSketch;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The figures of a window are the same, however its days are merged. */
@Tag("slow")
class RollupCacheTest {
    private static final int DAYS = 400;

    /** Inserts a sketch of 500 registers and a histogram of one bucket for each day. */
    private static final String FILL = """
            INSERT INTO daily_metric_rollups (property_id, day, version, unique_visitors, visitor_sketch, lcp_histogram)
            SELECT ?, day, nextval('rollup_version'), 500,
                   (SELECT string_agg(substr(int4send((n * 60 + abs(hashtext(day::text || n)) % 60) * 16 + hash), 2), ''::bytea ORDER BY n)
                    FROM (SELECT n, abs(hashtext(? || day || n)) % 15 + 1 AS hash
                          FROM generate_series(0, 499) AS n) AS registers),
                   int2send((100 + abs(hashtext(? || day)) % 500)::smallint) || int4send(1 + abs(hashtext(day::text)) % 9)
            FROM (SELECT (?::date - n) AS day FROM generate_series(0, ?) AS n) AS days
            ON CONFLICT (property_id, day) DO UPDATE
            SET version = excluded.version, visitor_sketch = excluded.visitor_sketch, lcp_histogram = excluded.lcp_histogram
            """;

    private final Site site = new Site("docs");
    private final Sql sql = site.database.sql();
    private final RollupCache cache = new RollupCache(sql, RollupSource.TABLES, site.clock);

    private void fill(String property, String seed, LocalDate to, int days) {
        sql.inTransaction(tx -> tx.update(FILL, property, seed, seed, to, days - 1));
    }

    @SuppressWarnings("EnumOrdinal") // The histograms of a day are in the order of the vitals.
    private Map<LocalDate, List<Sketches>> stored(@Nullable String property) {
        record StoredDay(LocalDate day, VisitorSketch visitors, Histogram lcp) {}
        Map<LocalDate, List<Sketches>> days = new TreeMap<>();
        List<StoredDay> rows = sql.inTransaction(tx -> tx.query(
                "SELECT day, visitor_sketch, lcp_histogram FROM daily_metric_rollups"
                        + " WHERE ?::text IS NULL OR property_id = ?",
                row -> new StoredDay(row.day(1), VisitorSketch.of(row.bytes(2)), Histogram.of(row.bytes(3))),
                property,
                property));
        for (StoredDay row : rows) {
            List<Histogram> vitals =
                    new ArrayList<>(Collections.nCopies(Vital.values().length, Histogram.of(new byte[0])));
            vitals.set(Vital.LCP.ordinal(), row.lcp);
            days.computeIfAbsent(row.day, day -> new ArrayList<>())
                    .add(new Sketches(row.visitors, VisitorSketch.of(new byte[0]), vitals));
        }
        return days;
    }

    private void assertAnyWindowIsTheUnionOfItsDays(@Nullable String property, long seed) {
        Map<LocalDate, List<Sketches>> stored = stored(property);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 150; i++) {
            LocalDate to = site.day(random.nextInt(-3, DAYS + 10));
            int length = random.nextInt(4) == 0 ? random.nextInt(1, 20) : random.nextInt(1, 367);
            Window window = new Window(to.minusDays(length - 1), to);
            Sketches.Merge expected = new Sketches.Merge();
            long visitors = 0;
            for (LocalDate day = window.from(); !day.isAfter(to); day = day.plusDays(1)) {
                for (Sketches sketches : stored.getOrDefault(day, List.of())) {
                    expected.add(sketches);
                    visitors += 500;
                }
            }

            Totals totals = cache.current(property).totals(window);

            assertThat(totals.estimatedVisitors()).as("%s", window).isEqualTo(expected.visitors());
            assertThat(totals.quantile(Vital.LCP, 0.75)).as("%s", window).isEqualTo(expected.quantile(Vital.LCP, 0.75));
            assertThat(totals.count(Count.UNIQUE_VISITORS)).as("%s", window).isEqualTo(visitors);
        }
    }

    @Test
    void any_window_is_the_union_of_its_days_even_after_days_changed_or_were_deleted() {
        fill("default", "a", site.today(), DAYS);
        fill("docs", "b", site.day(30), 200);
        assertAnyWindowIsTheUnionOfItsDays("default", 1);
        assertAnyWindowIsTheUnionOfItsDays("docs", 2);
        assertAnyWindowIsTheUnionOfItsDays(null, 3);

        fill("default", "changed", site.day(40), 3);
        fill("default", "new", site.today().plusDays(2), 4);
        assertAnyWindowIsTheUnionOfItsDays("default", 4);
        assertAnyWindowIsTheUnionOfItsDays(null, 5);

        site.database.run("DELETE FROM daily_metric_rollups WHERE day < current_date - 300");
        fill("docs", "changed", site.today(), 1);
        assertAnyWindowIsTheUnionOfItsDays("default", 6);
        assertAnyWindowIsTheUnionOfItsDays("docs", 7);
        assertAnyWindowIsTheUnionOfItsDays(null, 8);
    }

    /** A sketch of 16 KB a day, as for a site with thousands of visitors a day. */
    @Test
    void two_years_of_busy_days_are_read_once_and_then_cached() {
        sql.inTransaction(tx -> tx.update(
                "INSERT INTO daily_metric_rollups (property_id, day, version, unique_visitors, visitor_sketch, fcp_histogram,"
                        + " lcp_histogram, inp_histogram, ttfb_histogram, cls_histogram)"
                        + " SELECT 'default', ?::date - n, nextval('rollup_version'), 90000, decode(repeat('23', 16384), 'hex'),"
                        + " h, h, h, h, h"
                        + " FROM generate_series(0, 731) AS n, (SELECT string_agg(int2send(b::smallint) || int4send(1), ''::bytea)"
                        + " AS h FROM generate_series(1, 500) AS b) AS full_histogram",
                site.today()));

        RollupSnapshot first = cache.current("default");

        assertThat(cache.current("default")).isSameAs(first);
        assertThat(first.bytes()).isLessThan(9 << 20);
    }
}
