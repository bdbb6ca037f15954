package com.altcontext.metrics.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.altcontext.attribution.DeviceType;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.EffectiveConsent;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.check.RollupCheck;
import com.altcontext.metrics.rollup.Count;
import com.altcontext.metrics.sketch.VisitorSketch;
import com.altcontext.testing.TestEvent;
import com.altcontext.testing.TestForm;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which visitors and leads are counted in a window, and which are not. */
class CountedPeopleTest {
    /** Inserts a page view for each of many visitors. Every second visitor has no session that began on the day. */
    private static final String VISITS = """
            WITH seen AS (
                SELECT n, encode(substr(sha256((? || n)::bytea), 1, 16), 'hex')::uuid AS visitor_id, gen_random_uuid() AS session_id
                FROM generate_series(1, ?) AS n),
            begun AS (
                INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device)
                SELECT visitor_id, session_id, ?, ?, ?, 'direct', 'desktop' FROM seen WHERE n % 2 = 0)
            INSERT INTO events (visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type, path,
                                traffic_source, device, is_conversion)
            SELECT visitor_id, gen_random_uuid(), ?, session_id, ?, ?, ?, 'page_view', '/', 'direct', 'desktop', false
            FROM seen
            """;

    private final Site site = new Site("docs");

    private Totals totals(int firstAgo, int lastAgo) {
        return new RollupCache(site.database.sql(), RollupSource.TABLES, site.clock)
                .current("default")
                .totals(new Window(site.day(firstAgo), site.day(lastAgo)));
    }

    private List<RollupCheck.Mismatch> mismatches(LocalDate day) {
        return new RollupCheck(site.database.sql(), site.clock).check(day, null);
    }

    @Test
    void forms_submitted_by_a_bot_are_not_counted_as_leads() {
        for (int i = 0; i < 3; i++) {
            site.captures(TestForm.by("bot" + i + "@example.ca", site.at(1, "10:00:00"))
                    .visitor("visitor-bot" + i)
                    .byBot());
        }
        site.captures(TestForm.by("jo@example.ca", site.at(1, "11:00:00")).visitor("visitor-person"));
        site.captures(TestForm.by("jo@example.ca", site.at(1, "12:00:00"))
                .visitor("visitor-bot0")
                .byBot());
        site.rollUp();

        Totals day = totals(1, 1);
        assertThat(day.count(Count.NEW_LEADS)).isEqualTo(1);
        assertThat(day.of(Metric.LEAD_CAPTURE_RATE)).isEqualTo(1.0);
        assertThat(day.count(Count.CAPTURES)).isEqualTo(1);
        assertThat(mismatches(site.day(1))).isEmpty();
    }

    @Test
    void an_address_first_sent_by_a_bot_counts_as_a_new_lead_when_a_person_sends_it() {
        site.captures(TestForm.by("jo@example.ca", site.at(3, "10:00:00"))
                .visitor("visitor-bot1")
                .byBot());
        site.captures(TestForm.by("jo@example.ca", site.at(1, "10:00:00")).visitor("visitor-person"));
        site.rollUp();

        assertThat(totals(3, 3).count(Count.NEW_LEADS)).isZero();
        assertThat(totals(1, 1).count(Count.NEW_LEADS)).isEqualTo(1);
        assertThat(mismatches(site.day(3))).isEmpty();
        assertThat(mismatches(site.day(1))).isEmpty();
    }

    @Test
    void a_visitor_who_sends_a_known_address_on_a_later_day_does_not_change_the_first_day() {
        site.captures(TestForm.by("jo@example.ca", site.at(3, "10:00:00")).visitor("visitor-first"));
        site.captures(TestForm.by("jo@example.ca", site.at(1, "10:00:00")).visitor("visitor-later"));
        site.rollUp();

        assertThat(totals(3, 3).count(Count.CAPTURES)).isEqualTo(1);
        assertThat(totals(3, 3).of(Metric.LEAD_CAPTURE_RATE)).isEqualTo(1.0);
        assertThat(totals(3, 1).of(Metric.LEAD_CAPTURE_RATE)).isEqualTo(0.5);
        assertThat(mismatches(site.day(3))).isEmpty();
        assertThat(mismatches(site.day(1))).isEmpty();
    }

    @Test
    void new_leads_are_mailable_according_to_their_current_consent() {
        for (String consent : List.of("pending", "implied", "expired", "express", "withdrawn")) {
            ConsentStatus given = consent.equals("pending") ? ConsentStatus.PENDING : ConsentStatus.IMPLIED;
            site.captures(TestForm.by(consent + "@example.ca", site.at(1, "10:00:00"))
                    .visitor("visitor-" + consent)
                    .consent(given));
        }
        site.database.run(
                "UPDATE leads SET consent_expires_at = '" + site.now + "' WHERE email LIKE 'expired%'",
                "UPDATE leads SET consent_status = 'express', consent_expires_at = NULL WHERE email LIKE 'express%'",
                "UPDATE leads SET consent_status = 'withdrawn', consent_expires_at = NULL WHERE email LIKE 'withdrawn%'");
        site.captures(TestForm.by("bot@example.ca", site.at(1, "10:00:00"))
                .visitor("visitor-bot")
                .consent(ConsentStatus.EXPRESS)
                .byBot());
        site.rollUp();
        Map<EffectiveConsent, Long> consents =
                site.database.sql().inTransaction(tx -> EffectiveConsent.count(tx, "default", site.now));
        site.captures(TestForm.by("later@example.ca", site.now.plusSeconds(60)).consent(ConsentStatus.EXPRESS));

        assertThat(totals(1, 0).of(Metric.NEW_LEADS)).isEqualTo(5L);
        assertThat(totals(1, 0).of(Metric.NEW_MAILABLE_LEADS)).isEqualTo(2L);
        assertThat(consents).containsEntry(EffectiveConsent.IMPLIED, 1L).containsEntry(EffectiveConsent.EXPRESS, 1L);
        assertThat(totals(3, 2).of(Metric.NEW_MAILABLE_LEADS)).isEqualTo(0L);
    }

    /** They count as new on both days, since the purge removed everything that was known of them. */
    @Test
    void visitors_who_come_back_after_a_purge_count_once() {
        view(12, 200);
        site.rollUp();
        site.database.run("TRUNCATE events, sessions, visitors");
        view(0, 200);
        var _ = site.rollup().run(site.today(), null);

        assertThat(totals(12, 0).of(Metric.UNIQUE_VISITORS)).isEqualTo(200L);
        assertThat(totals(12, 0).count(Count.NEW_VISITORS)).isEqualTo(400);
        assertThat(totals(12, 0).returningVisitors()).isZero();
    }

    private void view(int daysAgo, int visitors) {
        List<TestEvent> events = new ArrayList<>();
        for (int i = 0; i < visitors; i++) {
            events.add(TestEvent.view("v" + i, site.at(daysAgo, "10:00:00"), "/"));
        }
        site.does(events.toArray(TestEvent[]::new));
    }

    /** Among so many visitors, some share a register of a sketch. */
    @Test
    void a_few_hundred_visitors_are_counted_exactly_over_any_window() {
        Random random = new Random(12);
        List<Set<Integer>> days = new ArrayList<>();
        for (int ago = 6; ago >= 1; ago--) {
            Set<Integer> visitors = random.ints(200, 0, 600).boxed().collect(Collectors.toSet());
            Instant at = site.at(ago, "10:00:00");
            site.does(visitors.stream()
                    .map(visitor -> TestEvent.view("v" + visitor, at, "/"))
                    .toArray(TestEvent[]::new));
            days.add(visitors);
        }
        site.rollUp();

        for (int first = 0; first < 6; first++) {
            for (int last = first; last < 6; last++) {
                long different = days.subList(first, last + 1).stream()
                        .flatMap(Set::stream)
                        .distinct()
                        .count();
                assertThat(totals(6 - first, 6 - last).of(Metric.UNIQUE_VISITORS))
                        .isEqualTo(different);
            }
        }
    }

    /** The bot's event gets a session of its own, so the visitor's session does not begin earlier. */
    @Test
    void a_late_event_of_a_bot_does_not_pull_a_session_back_over_midnight() {
        site.does(TestEvent.view("a", site.at(1, "00:10:00"), "/"));
        site.does(TestEvent.view("a", site.at(2, "23:50:00"), "/").device(DeviceType.BOT));
        site.rollUp();

        assertThat(bySource(site.day(2))).isEmpty();
        assertThat(bySource(site.day(1))).containsExactly("direct 1");
        assertThat(mismatches(site.day(2))).isEmpty();
        assertThat(mismatches(site.day(1))).isEmpty();
    }

    private List<String> bySource(LocalDate day) {
        return site.database.texts(
                "SELECT concat_ws(' ', value, sessions) FROM daily_dimension_rollups"
                        + " WHERE dimension = 'traffic_source' AND day = ?",
                day);
    }

    @Test
    void a_session_on_one_page_across_midnight_counts_once_for_that_page() {
        site.does(
                TestEvent.view("a", site.at(2, "23:50:00"), "/form"),
                TestEvent.view("a", site.at(1, "00:05:00"), "/form").type("form_submit"));
        site.rollUp();

        Breakdown paths = new Breakdowns(site.database.sql())
                .of(Dimension.PATH, new Window(site.day(2), site.day(1)), 50, "default");
        assertThat(paths.rows()).extracting(row -> row.sums().sessions()).containsExactly(1L);
        assertThat(paths.rows()).extracting(row -> row.sums().conversions()).containsExactly(1L);
        assertThat(mismatches(site.day(2))).isEmpty();
        assertThat(mismatches(site.day(1))).isEmpty();
    }

    /** Each session begins 31 minutes after the one before. */
    @Test
    void an_event_soon_after_the_last_of_eighty_sessions_joins_it() {
        List<TestEvent> events = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            events.add(TestEvent.view("a", site.at(3, "00:00:00").plus(Duration.ofMinutes(31L * i)), "/"));
        }
        site.does(events.toArray(TestEvent[]::new));
        assertThat(site.database.count("SELECT count(*) FROM sessions")).isEqualTo(80);

        site.does(TestEvent.view("a", site.at(3, "00:00:00").plus(Duration.ofMinutes(31L * 79 + 1)), "/two"));

        assertThat(site.database.count("SELECT count(*) FROM sessions")).isEqualTo(80);
        assertThat(site.database.texts("SELECT exit_path FROM sessions ORDER BY started_at DESC LIMIT 1"))
                .containsExactly("/two");
    }

    /**
     * For 3,000 visitors, the sketch is stored as a list of its registers above zero; for 40,000, all registers are
     * stored.
     */
    @Test
    void the_sketch_of_a_day_is_within_two_percent() {
        many("default", 3_000);
        many("docs", 40_000);
        site.rollUp();

        for (String property : List.of("default", "docs")) {
            double visitors = property.equals("docs") ? 40_000 : 3_000;
            double estimated = new RollupCache(site.database.sql(), RollupSource.TABLES, site.clock)
                    .current(property)
                    .totals(new Window(site.day(1), site.day(1)))
                    .estimatedVisitors();
            assertThat(estimated).as(property).isCloseTo(visitors, withinPercentage(2));
            assertThat(sketch(property)).as(property).isEqualTo(sketchOf(visitorsOf(property)));
        }
        assertThat(site.stored("length(visitor_sketch)", site.day(1))).isBetween(16_384 + 8_000L, 16_384 + 9_000L);
    }

    private String sketch(String property) {
        return site.database
                .texts(
                        "SELECT encode(visitor_sketch, 'hex') FROM daily_metric_rollups WHERE property_id = ? AND day = ?",
                        property,
                        site.day(1))
                .getFirst();
    }

    private static String sketchOf(List<UUID> visitors) {
        return HexFormat.of()
                .formatHex(new VisitorSketch.Union()
                        .add(VisitorSketch.of(visitors))
                        .sketch()
                        .stored());
    }

    private List<UUID> visitorsOf(String property) {
        return site.database.texts("SELECT visitor_id::text FROM events WHERE property_id = ?", property).stream()
                .map(UUID::fromString)
                .toList();
    }

    private void many(String property, int visitors) {
        var _ = site.database
                .sql()
                .inTransaction(tx -> tx.update(
                        VISITS,
                        property,
                        visitors,
                        property,
                        site.at(1, "10:00:00"),
                        site.at(1, "10:00:00"),
                        site.day(1),
                        property,
                        site.at(1, "10:00:00"),
                        site.at(1, "10:00:00")));
    }
}
