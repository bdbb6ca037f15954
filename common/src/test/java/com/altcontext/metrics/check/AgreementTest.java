package com.altcontext.metrics.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.event.WebVitals;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** For random visits, rollups and summaries agree with plain statements over the raw rows. */
@Tag("slow")
class AgreementTest {
    private static final int DAYS = 7;
    private static final Site SITE = new Site("docs");

    /** Random events. Many are near midnight, and close enough together to form sessions. */
    @Provide
    Arbitrary<List<TestEvent>> visits() {
        Arbitrary<Instant> times = Combinators.combine(
                        Arbitraries.integers().between(1, DAYS),
                        Arbitraries.of(0, 5, 10, 11, 600, 610, 625, 1_425, 1_430, 1_439),
                        // Second 0 is frequent, for events at midnight exactly.
                        Arbitraries.of(0, 0, 1, 13, 27, 40))
                .as((ago, minute, second) -> SITE.at(ago, "00:00:00")
                        .plus(Duration.ofMinutes(minute))
                        .plusSeconds(second));
        // Visitor "e" is a bot; visitor "d" is sometimes classified as one.
        Arbitrary<TestEvent> acts = Combinators.combine(
                        Arbitraries.of("a", "b", "c", "d", "e"),
                        times,
                        Arbitraries.of("/", "/two", "/three"),
                        Arbitraries.frequencyOf(
                                Tuple.of(6, Arbitraries.just("page_view")),
                                Tuple.of(4, Arbitraries.of("form_start", "form_submit", "cta_click", "engagement"))),
                        Arbitraries.of(DeviceType.DESKTOP, DeviceType.MOBILE, DeviceType.BOT),
                        Arbitraries.of("default", "default", "docs"),
                        Arbitraries.of(TrafficSource.values()),
                        Arbitraries.doubles().between(0, 20_000))
                .as((who, at, path, type, device, property, source, measured) -> TestEvent.view(who, at, path)
                        .type(type)
                        .property(property)
                        .device(deviceOf(who, device))
                        .source(source, campaignOf(measured), measured > 15_000 ? "host.example" : null)
                        .country(measured < 9_000 ? "CA" : null)
                        .props(measured < 8_000 ? "{\"plan\":\"pro\"}" : null)
                        .engaged(measured < 5_000 ? measured.intValue() : null)
                        .vitals(measured < 12_000 ? vitals(measured) : WebVitals.NONE));
        return acts.list().ofMinSize(5).ofMaxSize(120).map(AgreementTest::withFormerBot);
    }

    /** Adds a visitor who was classified as a bot two days before they were classified as a person. */
    private static List<TestEvent> withFormerBot(List<TestEvent> acts) {
        List<TestEvent> all = new ArrayList<>(acts);
        all.add(TestEvent.view("f", SITE.at(4, "10:00:00"), "/"));
        all.addFirst(TestEvent.view("f", SITE.at(6, "10:00:00"), "/").device(DeviceType.BOT));
        return all;
    }

    private static DeviceType deviceOf(String who, DeviceType claimed) {
        return switch (who) {
            case "d" -> claimed;
            case "e" -> DeviceType.BOT;
            default -> claimed == DeviceType.BOT ? DeviceType.UNKNOWN : claimed;
        };
    }

    private static Utm campaignOf(double measured) {
        return measured % 10 < 8
                ? Utm.NONE
                : new Utm(measured % 10 < 9 ? "ads" : "mail", null, measured % 2 < 1 ? "spring" : null, null, null);
    }

    private static WebVitals vitals(double measured) {
        return new WebVitals(measured, measured * 2, measured % 300, null, measured / 2_000);
    }

    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of(
                ZoneId.of("UTC"),
                ZoneId.of("America/Toronto"),
                ZoneId.of("Asia/Kathmandu"),
                ZoneId.of("Pacific/Kiritimati"));
    }

    @Property(tries = 8, shrinking = ShrinkingMode.OFF)
    void rollups_and_summaries_agree_with_the_raw_rows(
            @ForAll("visits") List<TestEvent> acts, @ForAll("zones") ZoneId zone) {
        SITE.database.run("UPDATE properties SET time_zone = '" + zone + "'");
        SITE.database.run("TRUNCATE events, sessions, visitors", "DELETE FROM lead_identities", "DELETE FROM leads");
        if (SITE.database.count("SELECT count(*) FROM goals") == 0) {
            List<Goal> goals = List.of(
                    Goal.of("pages with t", "/t*", null, null),
                    Goal.of("asks", null, "form_submit", null),
                    Goal.of("pro", null, "cta_click", "plan=pro"));
            goals.forEach(goal -> {
                var _ = SITE.rollup().addGoal("docs", goal);
                var _ = SITE.rollup().addGoal("default", goal);
            });
        }
        int half = acts.size() / 2;
        SITE.does(acts.subList(0, half).toArray(TestEvent[]::new));
        SITE.rollUp();
        // The second half arrives late and out of order: among and before the events that are already stored.
        SITE.does(acts.subList(half, acts.size()).toArray(TestEvent[]::new));
        captures(acts);
        SITE.rollUp();

        RollupCheck check = new RollupCheck(SITE.database.sql(), SITE.clock);
        for (int ago = 0; ago <= DAYS + 1; ago++) {
            assertThat(check.check(SITE.day(ago), null)).isEmpty();
        }
        Summaries summaries = new Summaries(SITE.database.sql(), RollupSource.TABLES, SITE.clock);
        List<@Nullable String> properties = new ArrayList<>(List.of("default", "docs"));
        properties.add(null);
        for (String property : properties) {
            for (int from = DAYS; from >= 2; from -= 2) {
                agrees(summaries, new Window(SITE.day(from), SITE.day(1)), zone, property);
            }
            agrees(summaries, new Window(SITE.day(5), SITE.day(3)), zone, property);
        }
    }

    private static void captures(List<TestEvent> acts) {
        List<UUID> visitors = SITE.database.texts("SELECT visitor_id::text FROM visitors ORDER BY 1").stream()
                .map(UUID::fromString)
                .toList();
        for (int i = 0; i < Math.min(3, visitors.size()); i++) {
            SITE.captures(
                    i == 0 ? "docs" : "default", visitors.get(i), acts.get(i).receivedAt());
        }
    }

    private static void agrees(Summaries summaries, Window window, ZoneId zone, @Nullable String property) {
        Summary summary = summaries.of(window, null, property, SITE.today());
        var _ = SITE.database.sql().inTransaction(tx -> {
            ReferenceQueries reference = new ReferenceQueries(tx, window, zone, property, SITE.now);
            for (Metric metric : Metric.values()) {
                same(
                        metric.key(),
                        reference.figure(metric.key()),
                        summary.of(metric).value(),
                        1e-9);
            }
            summary.trafficSourceMix().forEach((source, share) -> same(source, reference.shareOf(source), share, 1e-9));
            summary.webVitals().forEach((vital, found) -> {
                Double raw = reference.quantile(vital, 0.75);
                same(
                        vital.key(),
                        raw,
                        found.p75(),
                        raw == null ? 0 : (0.0101 * raw) + (vital == Vital.CLS ? 0.0011 : 1.1));
            });
            same(
                    "accepted",
                    reference.figure("totalEventsAccepted"),
                    Objects.requireNonNull(summary.ingest()).accepted(),
                    0);
            same(
                    "bots",
                    reference.figure("botEvents"),
                    Objects.requireNonNull(summary.ingest()).botEvents(),
                    0);
            return true;
        });
    }

    private static void same(String name, @Nullable Double raw, @Nullable Number found, double tolerance) {
        if (raw == null || found == null) {
            assertThat(found).as(name).isEqualTo(raw);
        } else {
            assertThat(found.doubleValue()).as(name).isCloseTo(raw, within(tolerance));
        }
    }
}
