package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.event.Event;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.AnonId;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PurgeTest extends PurgeFixture {
    @Test
    void the_days_within_retention_stay_and_the_day_before_them_goes_as_a_whole() {
        partition(90);
        partition(91);
        visitAt("visitor-kept", TODAY.minusDays(90).atStartOfDay().toInstant(ZoneOffset.UTC));
        visitAt(
                "visitor-gone",
                TODAY.minusDays(90).atStartOfDay().toInstant(ZoneOffset.UTC).minusMillis(1));
        rolledUp(91);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.days()).containsExactly(TODAY.minusDays(91));
        assertThat(receipt.events()).isEqualTo(1);
        assertThat(receipt.bytes()).isPositive();
        assertThat(hasPartition(91)).isFalse();
        assertThat(hasPartition(90)).isTrue();
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-kept");
    }

    @Test
    void a_session_that_loses_its_first_events_counts_what_is_left() {
        partition(90);
        partition(91);
        rolledUp(91);
        Instant midnight = TODAY.minusDays(90).atStartOfDay().toInstant(ZoneOffset.UTC);
        List<Event> visit = List.of(
                TestEvent.view("a", midnight.minusSeconds(600), "/landing").event(),
                TestEvent.view("a", midnight.minusSeconds(60), "/form")
                        .type("form_start")
                        .event(),
                TestEvent.view("a", midnight.plusSeconds(60), "/form")
                        .type("form_submit")
                        .event(),
                TestEvent.view("a", midnight.plusSeconds(120), "/thanks")
                        .engaged(700)
                        .event());
        visit.forEach(event -> store(event));
        String counters =
                "SELECT concat_ws(' ', started_at < ?, events, page_views, conversions, engaged_ms, entry_path, exit_path,"
                        + " first_form_start IS NOT NULL, last_form_submit IS NOT NULL) FROM sessions";
        assertThat(database.texts(counters, midnight)).containsExactly("t 4 2 1 700 /landing /thanks t t");

        var _ = purgeNow(false);

        assertThat(database.texts(counters, midnight)).containsExactly("t 2 1 1 700 /thanks /thanks f t");
    }

    @Test
    void expired_events_that_never_had_a_partition_go_too() {
        visit("visitor-0001", 95);
        visit("visitor-0002", 3);
        visit("visitor-0003", 60);
        visit("visitor-0004", 97);
        rolledUp(95);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.events()).isEqualTo(1);
        assertThat(receipt.days()).containsExactly(TODAY.minusDays(95));
        assertThat(receipt.keptDays()).containsExactly(TODAY.minusDays(97));
        assertThat(events()).isEqualTo(3);
        assertThat(database.count("SELECT count(*) FROM events_default")).isEqualTo(2);
    }

    @Test
    void a_plan_changes_nothing_and_says_what_the_purge_then_does() {
        partition(100);
        visit("visitor-0001", 100);
        visit("visitor-0002", 100);
        visit("visitor-0002", 2);
        visit("visitor-0003", 95);
        rolledUp(100);
        rolledUp(95);
        database.run(
                "INSERT INTO ingest_rejections VALUES ('2020-01-01', 'default', 'events', 'invalid', 3), (current_date, 'default', 'events', 'invalid', 3)",
                "INSERT INTO daily_metric_rollups (property_id, day) VALUES ('default', '2020-01-01')");

        PurgePlan plan = purge().plan(POLICY, NOW, false);
        assertThat(events()).isEqualTo(4);
        assertThat(hasPartition(100)).isTrue();
        PurgeReceipt receipt = purge().apply(plan, NOW, step -> {}).orElseThrow();

        assertThat(plan.goingDays()).extracting(PurgePlan.ExpiredDay::day).isEqualTo(receipt.days());
        assertThat(plan.goingDays().stream()
                        .mapToLong(PurgePlan.ExpiredDay::events)
                        .sum())
                .isEqualTo(receipt.events())
                .isEqualTo(3);
        assertThat(plan.sessions()).isEqualTo(receipt.sessions()).isEqualTo(3);
        assertThat(plan.visitors()).isEqualTo(receipt.visitors()).isEqualTo(2);
        assertThat(plan.rollups()).isEqualTo(receipt.rollups()).isEqualTo(1);
        assertThat(plan.rejections()).isEqualTo(receipt.rejections()).isEqualTo(1);
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0002");
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
        assertThat(database.count("SELECT count(*) FROM daily_metric_rollups")).isEqualTo(2);
        assertThat(purge().plan(POLICY, NOW, false).days()).isEmpty();
    }

    /** One row of each kind of count for a day. */
    private static void counted(LocalDate day) {
        String of = "('default', '" + day + "'";
        database.run(
                "INSERT INTO daily_metric_rollups (property_id, day) VALUES " + of + ")",
                "INSERT INTO daily_dimension_rollups VALUES ('default', 'path', '" + day + "', 1, '/', 1, 1, 0)",
                "INSERT INTO daily_goal_rollups VALUES ('default', 'signup', '" + day + "', 1)",
                "INSERT INTO daily_ingest_rollups (property_id, day) VALUES " + of + ")",
                "INSERT INTO rollup_days VALUES ('" + day + "', 1, now(), 1)",
                "INSERT INTO ingest_rejections VALUES ('" + day + "', 'default', 'events', 'invalid', 3)");
    }

    @Test
    void counts_go_after_their_months_to_the_day_and_so_does_the_note_that_they_were_computed() {
        LocalDate kept = TODAY.minusMonths(24);
        counted(kept);
        counted(kept.minusDays(1));

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.rollups()).isEqualTo(5);
        assertThat(receipt.rejections()).isEqualTo(1);
        for (String table : List.of(
                "daily_metric_rollups",
                "daily_dimension_rollups",
                "daily_goal_rollups",
                "daily_ingest_rollups",
                "rollup_days",
                "ingest_rejections")) {
            assertThat(database.texts("SELECT day::text FROM " + table))
                    .as(table)
                    .containsExactly(kept.toString());
        }
    }

    @Test
    void the_figures_of_a_day_never_go_before_its_events() {
        RetentionPolicy oneMonth = new RetentionPolicy(90, 1, 30, null);
        counted(TODAY.minusDays(90));
        counted(TODAY.minusDays(91));

        PurgePlan plan = purge().plan(oneMonth, NOW, false);
        PurgeReceipt receipt = purge().apply(plan, NOW, step -> {}).orElseThrow();

        assertThat(receipt.rollups()).isEqualTo(plan.rollups()).isEqualTo(5);
        assertThat(database.texts("SELECT day::text FROM rollup_days"))
                .containsExactly(TODAY.minusDays(90).toString());
    }

    @Test
    void a_day_whose_figures_have_expired_as_well_needs_no_rollup() {
        visit("visitor-0001", 800);
        visit("visitor-0002", 100);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.days()).containsExactly(TODAY.minusDays(800));
        assertThat(receipt.keptDays()).containsExactly(TODAY.minusDays(100));
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0002");
    }

    @Test
    void a_session_that_reaches_into_the_days_that_stay_stays() {
        Instant midnight = TODAY.minusDays(90).atStartOfDay().toInstant(ZoneOffset.UTC);
        visitAt("visitor-0001", midnight.minusSeconds(60));
        visitAt("visitor-0001", midnight.plusSeconds(60));
        rolledUp(91);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.events()).isEqualTo(1);
        assertThat(receipt.sessions()).isZero();
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
    }

    @Test
    void a_visitor_who_is_linked_to_a_lead_stays_when_all_sessions_are_gone() {
        UUID visitor = new AnonId("visitor-0001").visitorOf("default");
        visit("visitor-0001", 100);
        rolledUp(100);
        UUID lead = UUID.randomUUID();
        database.run(
                "INSERT INTO leads VALUES ('" + lead
                        + "', 'default', 'a@example.ca', now(), now(), NULL, 'express', NULL)",
                "INSERT INTO lead_identities VALUES ('" + lead + "', '" + visitor
                        + "', 'default', 'form_submit', 1, now())");

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.sessions()).isEqualTo(1);
        assertThat(receipt.visitors()).isZero();
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0001");

        database.run("DELETE FROM lead_identities", "DELETE FROM leads");
        assertThat(purgeNow(false).visitors()).as("once the lead is gone").isEqualTo(1);
    }

    @Test
    void a_day_that_is_not_rolled_up_for_every_property_is_kept_with_its_sessions() {
        database.run("INSERT INTO properties (id, name) VALUES ('docs', 'Docs') ON CONFLICT DO NOTHING");
        partition(100);
        partition(99);
        visit("visitor-0001", 100);
        visit("visitor-0002", 99);
        visit("visitor-0003", 101);
        var _ = database.sql()
                .inTransaction(tx -> STORE.write(
                        tx,
                        List.of(TestEvent.at("visitor-docs", daysAgo(100))
                                .property("docs")
                                .event())));
        rolledUp(101);
        rolledUp(100);
        rolledUp(99);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.keptDays()).containsExactly(TODAY.minusDays(100));
        assertThat(receipt.days()).containsExactly(TODAY.minusDays(101), TODAY.minusDays(99));
        assertThat(database.texts("SELECT anon_id FROM visitors ORDER BY 1"))
                .as("whatever is not older than the day that stays")
                .containsExactly("visitor-0001", "visitor-0002", "visitor-docs");

        assertThat(purgeNow(true).days()).containsExactly(TODAY.minusDays(100));
        assertThat(database.count("SELECT count(*) FROM visitors")).isZero();
    }

    @Test
    void events_of_a_property_that_was_removed_keep_no_day() {
        visit("visitor-0001", 100);
        store(TestEvent.at("visitor-late", daysAgo(100)).property("removed").event());
        rolledUp(100);

        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(100));
        assertThat(database.count("SELECT count(*) FROM visitors")).isZero();
    }

    @Test
    void a_day_is_kept_until_both_days_of_the_site_that_it_touches_are_rolled_up() {
        database.run("UPDATE properties SET time_zone = 'America/Toronto'");
        partition(100);
        visit("visitor-0001", 100);
        visitAt("visitor-0002", daysAgo(100).minus(Duration.ofHours(10)));
        rolledUp(100);

        assertThat(purgeNow(false).keptDays())
                .as("at two in the morning it was still the day before there")
                .containsExactly(TODAY.minusDays(100));
        rolledUp(101);

        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(100));
    }

    @Test
    void a_day_that_was_last_rolled_up_before_its_end_is_kept() {
        partition(100);
        visit("visitor-0001", 100);
        rolledUp(100);
        database.run("UPDATE daily_metric_rollups SET rolled_up_at = (day + time '23:59') AT TIME ZONE 'UTC'");

        assertThat(purgeNow(false).keptDays()).containsExactly(TODAY.minusDays(100));
        database.run("UPDATE daily_metric_rollups SET rolled_up_at = (day + interval '1 day') AT TIME ZONE 'UTC'");
        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(100));
    }

    @Test
    void an_expired_partition_without_events_goes_unasked() {
        partition(120);

        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(120));
        assertThat(hasPartition(120)).isFalse();
    }

    @Test
    void many_sessions_go_in_several_parts() {
        database.run("""
                INSERT INTO visitors (bucket, visitor_id, property_id, anon_id, first_seen_at)
                SELECT bucket_of(md5(v::text)::uuid), md5(v::text)::uuid, 'default', 'anon-' || v, now() - interval '100 days'
                FROM generate_series(1, 1200) v
                """, """
                INSERT INTO sessions (bucket, visitor_id, id, property_id, started_at, last_event_at, traffic_source, device)
                SELECT bucket_of(md5(v::text)::uuid), md5(v::text)::uuid, md5(v || '-' || s)::uuid, 'default', now() - interval '100 days',
                       now() - interval '100 days', 'direct', 'desktop'
                FROM generate_series(1, 1200) v, generate_series(1, 3) s
                """);
        List<PurgeReceipt> steps = new ArrayList<>();

        PurgePlan plan = purge().plan(POLICY, NOW, false);
        PurgeReceipt receipt = purge().apply(plan, NOW, steps::add).orElseThrow();

        assertThat(receipt.sessions()).isEqualTo(3600);
        assertThat(receipt.visitors()).isEqualTo(1200);
        assertThat(steps).hasSizeGreaterThan(3);
        assertThat(steps.getLast().sessions()).isEqualTo(3600);
    }

    @Test
    void the_receipt_is_there_before_anything_is_gone_and_says_when_that_was_all() {
        partition(101);
        partition(100);
        visit("visitor-0001", 101);
        visit("visitor-0002", 100);
        PurgePlan plan = purge().plan(POLICY, NOW, true);
        List<String> reported = new ArrayList<>();
        String receipt = "SELECT days || ' of 2 days, ' || (finished_at IS NOT NULL) FROM purge_log";

        var _ = purge().apply(plan, NOW, step -> reported.addAll(database.texts(receipt)));

        assertThat(reported)
                .startsWith("1 of 2 days, false", "2 of 2 days, false")
                .doesNotContain("2 of 2 days, true");
        assertThat(database.texts(receipt)).containsExactly("2 of 2 days, true");
    }

    @Test
    void a_day_that_is_not_over_is_never_dropped() {
        assertThat(
                        database.texts(
                                "SELECT drop_event_partition((now() AT TIME ZONE 'UTC')::date - d) FROM generate_series(300, 301) d"))
                .containsOnly("absent");
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> database.texts("SELECT drop_event_partition((now() AT TIME ZONE 'UTC')::date)"))
                .isInstanceOfSatisfying(
                        com.altcontext.db.SqlFailure.class,
                        refused -> assertThat(refused.state()).isEqualTo("22023"));
    }

    /** Over all parts each page is read once; deleting is by key. */
    @Tag("single-node") // Its own statements are not for a cluster.
    @Test
    void idle_sessions_are_found_by_pages_and_never_by_a_scan_of_the_whole_table() {
        visit("visitor-0001", 100);
        TablePart part = TablePart.of(database.sql(), "sessions", 4096).getFirst();
        String plan = database.sql().inTransaction(tx -> {
            var _ = tx.query(IdleVisitors.BY_KEY, row -> row.text(1));
            return String.join(
                    "\n",
                    tx.query(
                            "EXPLAIN " + IdleVisitors.ENDED_SESSIONS.formatted(part.condition()),
                            row -> row.text(1),
                            part.with(daysAgo(90))));
        });

        assertThat(plan).contains("Tid Range Scan on sessions").doesNotContain("Seq Scan");
    }
}
