package com.altcontext.metrics.query;

import static com.altcontext.metrics.query.RawFiguresTest.DEFAULT;
import static com.altcontext.metrics.query.RawFiguresTest.filter;
import static com.altcontext.metrics.query.RawFiguresTest.zones;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.MetricsQuery.Order;
import com.altcontext.property.Property;
import com.altcontext.testing.TestEvent;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Queries about leads, by where they came from. */
class LeadQueriesTest {
    private static final ZoneId TORONTO = ZoneId.of("America/Toronto");
    private static final List<QueryMetric> LEADS = List.of(QueryMetric.NEW_LEADS, QueryMetric.MAILABLE_LEADS);

    private final Site site = new Site("docs");
    private final QueryEngine engine = new QueryEngine(site.database.sql(), site.clock, Duration.ofMinutes(1));

    /** Where a lead came from, by one of its touches. */
    private record Origin(
            String source,
            @Nullable String host,
            @Nullable String utmSource,
            @Nullable String medium,
            @Nullable String campaign,
            String landingPath) {
        static Origin any(Random random) {
            return new Origin(
                    one(random, "direct", "email", "social"),
                    one(random, "www.google.ca", "news.example.org", null),
                    one(random, "letter", null),
                    one(random, "email", null),
                    one(random, "spring", "100%_sure", null),
                    one(random, "/", "/pricing"));
        }

        @Nullable
        String value(String dimension) {
            return switch (dimension) {
                case "lead.source", "traffic_source" -> source;
                case "lead.referrer_host", "referrer_host" -> host;
                case "utm_source" -> utmSource;
                case "utm_medium" -> medium;
                case "lead.campaign", "utm_campaign" -> campaign;
                case "lead.landing_path", "landing_path" -> landingPath;
                default -> throw new IllegalArgumentException(dimension);
            };
        }
    }

    private record StoredLead(
            String property, Instant at, Origin first, Origin capture, String form, boolean isBot, boolean isMailable) {
        Origin origin(Touch touch) {
            return touch == Touch.FIRST ? first : capture;
        }
    }

    @SafeVarargs
    private static <T extends @Nullable Object> T one(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }

    private StoredLead store(Random random) {
        boolean isProven = random.nextBoolean();
        boolean isInReview = random.nextInt(4) == 0;
        String consent = one(random, "pending", "implied", "express", "withdrawn");
        // Both are in the future of the database's clock.
        Instant expires = site.now.plus(one(random, Duration.ofDays(2), Duration.ofDays(4)));
        boolean isMailable = consent.equals("express")
                ? !isInReview || isProven
                : consent.equals("implied") && !isInReview && expires.isAfter(site.now.plus(Duration.ofDays(3)));
        StoredLead lead = new StoredLead(
                one(random, "default", "docs"),
                site.at(random.nextInt(6), "00:00:00").plus(Duration.ofMinutes(random.nextInt(24 * 60))),
                Origin.any(random),
                Origin.any(random),
                one(random, "newsletter", "demo"),
                random.nextInt(5) == 0,
                isMailable);
        UUID id = UUID.randomUUID();
        var _ = site.database.sql().inTransaction(tx -> {
            tx.update(
                    """
                    INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, form_name, is_bot,
                        in_review, consent_status, consent_expires_at, first_traffic_source, first_referrer_host,
                        first_utm_source, first_utm_medium, first_utm_campaign, first_landing_path, capture_traffic_source,
                        capture_referrer_host, capture_utm_source, capture_utm_medium, capture_utm_campaign,
                        capture_landing_path)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    id,
                    lead.property,
                    id + "@example.ca",
                    lead.at,
                    lead.at,
                    lead.form,
                    lead.isBot,
                    isInReview,
                    consent,
                    consent.equals("implied") ? expires : null,
                    lead.first.source,
                    lead.first.host,
                    lead.first.utmSource,
                    lead.first.medium,
                    lead.first.campaign,
                    lead.first.landingPath,
                    lead.capture.source,
                    lead.capture.host,
                    lead.capture.utmSource,
                    lead.capture.medium,
                    lead.capture.campaign,
                    lead.capture.landingPath);
            return isProven
                    ? tx.update(
                            "INSERT INTO consent_events (lead_id, property_id, status, source, purpose, reason, occurred_at)"
                                    + " VALUES (?, ?, 'express', 'operator', 'newsletter', 'a letter', ?)",
                            id,
                            lead.property,
                            lead.at)
                    : 0;
        });
        return lead;
    }

    private record Kept(List<Object> filters, Predicate<Origin> holds) {}

    private static List<Kept> filters() {
        return List.of(
                new Kept(List.of(), _ -> true),
                new Kept(
                        List.of(List.of("is_not", "traffic_source", List.of("direct"))),
                        origin -> !origin.source.equals("direct")),
                new Kept(
                        List.of(List.of(
                                "or",
                                List.of(
                                        List.of("contains", "utm_campaign", List.of("%_s")),
                                        List.of("is", "landing_path", List.of("/pricing"))))),
                        origin -> "100%_sure".equals(origin.campaign) || origin.landingPath.equals("/pricing")));
    }

    /** The properties that a query is about, and where each has its days. */
    private static List<Map<String, ZoneId>> places() {
        return List.of(
                Map.of("default", Property.UTC),
                Map.of("docs", TORONTO),
                Map.of("default", TORONTO, "docs", TORONTO),
                Map.of("default", Property.UTC, "docs", TORONTO));
    }

    @Test
    void the_engine_counts_leads_as_a_plain_loop_over_them_does() {
        Random random = new Random(7);
        List<StoredLead> leads = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            leads.add(store(random));
        }
        site.now = site.now.plus(Duration.ofDays(3));
        // Raw rows are not needed.
        site.purged(site.day(0));
        Window window = new Window(site.day(7), site.day(4));
        for (Map<String, ZoneId> places : places()) {
            for (Kept kept : filters()) {
                for (Touch touch : Touch.values()) {
                    for (List<String> by : List.of(
                            List.of("lead.source"),
                            List.of("lead.campaign"),
                            List.of("lead.landing_path", "lead.referrer_host"),
                            List.of("lead.form", "utm_medium"),
                            List.of("utm_source", "lead.form"),
                            List.of("lead.source", "time:day"),
                            List.of("time:hour", "lead.campaign"),
                            List.of("lead.form", "time:week"),
                            List.of("time:month", "lead.source"))) {
                        assertThat(rows(query(windows(places, window), kept.filters, by)
                                        .by(touch)))
                                .as("%s by %s of %s, %s touch", kept.filters, by, places, touch)
                                .isEqualTo(expected(leads, places, window, kept.holds, touch, by));
                    }
                }
            }
        }
    }

    private static List<ZoneWindow> windows(Map<String, ZoneId> places, Window window) {
        Map<ZoneId, List<String>> slugs = new HashMap<>();
        places.forEach((slug, zone) ->
                slugs.computeIfAbsent(zone, _ -> new ArrayList<>()).add(slug));
        return new PropertyZones(slugs).windows(window);
    }

    private static MetricsQuery query(List<ZoneWindow> windows, List<Object> filters, List<String> by) {
        return new MetricsQuery(
                windows,
                LEADS,
                by.stream()
                        .map(name -> Objects.requireNonNull(Grouping.named(name)))
                        .toList(),
                filter(filters.toArray()),
                List.of(),
                10_000,
                0);
    }

    private List<String> rows(MetricsQuery query) {
        return engine.answer(query).stream()
                .map(row -> row.groups() + " " + row.metrics())
                .sorted()
                .toList();
    }

    private static List<String> expected(
            List<StoredLead> leads,
            Map<String, ZoneId> places,
            Window window,
            Predicate<Origin> holds,
            Touch touch,
            List<String> by) {
        Map<List<@Nullable String>, long[]> counts = new HashMap<>();
        for (StoredLead lead : leads) {
            ZoneId zone = places.get(lead.property);
            if (zone == null || lead.isBot || !holds.test(lead.origin(touch))) {
                continue;
            }
            LocalDateTime local = LocalDateTime.ofInstant(lead.at, zone);
            if (window.holds(local.toLocalDate())) {
                long[] count = counts.computeIfAbsent(key(lead, local, touch, by), _ -> new long[2]);
                count[0]++;
                count[1] += lead.isMailable ? 1 : 0;
            }
        }
        assertThat(counts).isNotEmpty();
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + " " + Arrays.toString(entry.getValue()))
                .sorted()
                .toList();
    }

    private static List<@Nullable String> key(StoredLead lead, LocalDateTime local, Touch touch, List<String> by) {
        List<@Nullable String> key = new ArrayList<>();
        LocalDate day = local.toLocalDate();
        for (String dimension : by) {
            key.add(
                    switch (dimension) {
                        case "time:hour" -> day + "T%02d:00".formatted(local.getHour());
                        case "time:day" -> day.toString();
                        case "time:week" ->
                            day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
                                    .toString();
                        case "time:month" -> day.withDayOfMonth(1).toString();
                        case "lead.form" -> lead.form;
                        default -> lead.origin(touch).value(dimension);
                    });
        }
        return key;
    }

    @Test
    void by_where_leads_came_from_only_leads_are_known() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"));
        site.captures("default", UUID.randomUUID(), site.at(1, "11:00:00"));
        MetricsQuery leads =
                query(DEFAULT.windows(new Window(site.day(1), site.day(1))), List.of(), List.of("lead.source"));
        List<QueryMetric> all = List.of(QueryMetric.values());
        MetricsQuery query =
                new MetricsQuery(leads.windows(), all, leads.groupings(), leads.filter(), List.of(), 10, 0);

        List<QueryRow> rows = engine.answer(query);

        assertThat(rows).hasSize(1);
        for (QueryMetric metric : all) {
            Long expected = metric == QueryMetric.NEW_LEADS ? (Long) 1L : metric.isOfLeads() ? (Long) 0L : null;
            assertThat(rows.getFirst().metrics().get(all.indexOf(metric)))
                    .as(metric.key())
                    .isEqualTo(expected);
        }
        MetricsQuery unknown = new MetricsQuery(
                leads.windows(), List.of(QueryMetric.VISITORS), leads.groupings(), leads.filter(), List.of(), 10, 0);
        assertThat(rows(unknown)).as("the answer still has the groups").containsExactly("[null] [null]");
    }

    @Test
    void groups_with_few_leads_can_be_left_out_whatever_metrics_are_requested() {
        for (int i = 0; i < 5; i++) {
            site.captures("default", UUID.randomUUID(), site.at(1, "11:00:00"));
        }
        site.database.run("UPDATE leads SET first_traffic_source = 'email'");
        site.database.run("UPDATE leads SET first_traffic_source = 'social', consent_status = 'express'"
                + " WHERE id IN (SELECT id FROM leads LIMIT 2)");
        MetricsQuery query = new MetricsQuery(
                zones(Property.UTC, "default").windows(new Window(site.day(1), site.day(1))),
                List.of(QueryMetric.MAILABLE_LEADS),
                List.of(Objects.requireNonNull(Grouping.named("lead.source"))),
                Filter.none(),
                List.of(new Order(1, true), new Order(0, false)),
                10,
                0);

        assertThat(rows(query)).containsExactly("[email] [0]", "[social] [2]");
        assertThat(rows(query.withoutRareGroups(3))).containsExactly("[email] [0]");
    }
}
