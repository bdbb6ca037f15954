package com.altcontext.metrics.query;

import static com.altcontext.metrics.query.RawFiguresTest.filter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.TrendPoint;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.property.Property;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Days in a time zone for which the database server has other rules than the JDK, as when a country has just changed
 * them.
 */
class ServerZonesTest {
    /** A zone that is equal to UTC on the server. The JDK has no zone of this name. */
    private static final String NAME = "Factory";

    private static final ZoneOffset BEFORE = ZoneOffset.ofHours(-7);
    private static final ZoneOffset AFTER = ZoneOffset.ofHours(-8);

    private final Site site = new Site("docs");
    private final QueryEngine engine = new QueryEngine(site.database.sql(), site.clock, Duration.ofMinutes(1));
    private final Window window = new Window(site.day(3), site.day(1));

    /** Registers the zone in the JDK. Its clocks are put back on the day before yesterday. */
    @BeforeAll
    static void knowZone() {
        LocalDate day =
                LocalDate.ofInstant(Database.migratedAt(), ZoneOffset.UTC).minusDays(2);
        ZoneOffsetTransition back = ZoneOffsetTransition.of(day.atTime(LocalTime.of(2, 0)), BEFORE, AFTER);
        ZoneRules rules = ZoneRules.of(BEFORE, BEFORE, List.of(), List.of(back), List.of());
        ZoneRulesProvider.registerProvider(new ZoneRulesProvider() {
            @Override
            protected Set<String> provideZoneIds() {
                return Set.of(NAME);
            }

            @Override
            protected ZoneRules provideRules(String zoneId, boolean forCaching) {
                return rules;
            }

            @Override
            protected NavigableMap<String, ZoneRules> provideVersions(String zoneId) {
                return new TreeMap<>(Map.of("1", rules));
            }
        });
    }

    /** A page view in the last hour of each of three local days. By the server's rules, it is on the next day. */
    private void views() {
        site.does(
                TestEvent.view("early", site.day(3).atTime(23, 30).toInstant(BEFORE), "/"),
                TestEvent.view("late", site.day(2).atTime(23, 30).toInstant(AFTER), "/"),
                TestEvent.view("last", site.day(1).atTime(23, 30).toInstant(AFTER), "/"));
    }

    @SuppressWarnings("InvalidZoneId") // The zone is registered above.
    private static PropertyZones zones(boolean withOthers) {
        Map<ZoneId, List<String>> slugs = new LinkedHashMap<>();
        slugs.put(ZoneId.of(NAME), List.of("default"));
        if (withOthers) {
            slugs.put(Property.UTC, List.of("docs"));
        }
        return new PropertyZones(slugs);
    }

    @Test
    void rows_by_time_have_the_local_days_of_the_window() {
        views();
        List<String> days = window.from()
                .datesUntil(window.to().plusDays(1))
                .map(LocalDate::toString)
                .toList();

        for (boolean withOthers : List.of(false, true)) {
            assertThat(values(Grouping.Time.DAY, withOthers)).isEqualTo(days);
            assertThat(values(Grouping.Time.HOUR, withOthers))
                    .isEqualTo(days.stream().map(day -> day + "T23:00").toList());
        }
    }

    private List<String> values(Grouping.Time time, boolean withOthers) {
        return engine
                .answer(new MetricsQuery(
                        zones(withOthers).windows(window),
                        List.of(QueryMetric.VISITORS, QueryMetric.SESSIONS),
                        List.of(time),
                        Filter.none(),
                        List.of(new MetricsQuery.Order(0, false)),
                        100,
                        0))
                .stream()
                .map(row -> row.groups().getFirst())
                .toList();
    }

    @Test
    void the_trend_of_a_filtered_summary_has_each_day_of_its_window_and_no_other() {
        views();

        Summary summary =
                new RawSummaries(engine).of(window, zones(false), filter(List.of("is", "path", List.of("/"))));

        assertThat(summary.trend())
                .extracting(TrendPoint::day, TrendPoint::sessions)
                .containsExactly(tuple(site.day(3), 1L), tuple(site.day(2), 1L), tuple(site.day(1), 1L));
    }

    @Test
    void a_link_made_on_the_local_day_of_the_capture_counts() {
        views();
        UUID visitor = UUID.fromString(site.database
                .texts("SELECT visitor_id::text FROM visitors WHERE anon_id = 'visitor-late'")
                .getFirst());
        site.captures("default", visitor, site.day(2).atTime(15, 30).toInstant(AFTER));
        // By the server's rules, the link is now on the next day.
        site.database.run("UPDATE lead_identities SET linked_at = linked_at + interval '8 hours'");

        Summary summary =
                new RawSummaries(engine).of(window, zones(false), filter(List.of("is", "path", List.of("/"))));

        assertThat(summary.of(Metric.LEAD_CAPTURE_RATE).value()).isEqualTo(1 / 3.0);
    }

    @Test
    void rollups_count_a_mailable_lead_of_the_last_hour_for_the_local_day() {
        views();
        site.database.run("UPDATE properties SET time_zone = '" + NAME + "' WHERE id = 'default'");
        site.captures("default", UUID.randomUUID(), site.day(2).atTime(23, 30).toInstant(AFTER));
        site.database.run("UPDATE leads SET consent_status = 'express'");
        site.rollUp();
        Summaries summaries = new Summaries(site.database.sql(), RollupSource.TABLES, site.clock);

        for (String property : Arrays.asList("default", null)) {
            Summary summary = summaries.of(new Window(site.day(2), site.day(2)), null, property, site.today());

            assertThat(summary.of(Metric.NEW_LEADS).value()).isEqualTo(1L);
            assertThat(summary.of(Metric.NEW_MAILABLE_LEADS).value()).isEqualTo(1L);
        }
    }
}
