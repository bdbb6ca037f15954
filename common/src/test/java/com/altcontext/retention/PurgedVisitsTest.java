package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.DeviceType;
import com.altcontext.event.Event;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.AnonId;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a purge does to sessions and visitors. */
class PurgedVisitsTest extends PurgeFixture {
    @Test
    void a_session_that_loses_its_first_events_counts_the_remaining_events() {
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
                TestEvent.view("a", midnight.plusSeconds(90), "/thanks").event(),
                TestEvent.view("a", midnight.plusSeconds(100), "/robot")
                        .device(DeviceType.BOT)
                        .event(),
                TestEvent.view("a", midnight.plusSeconds(120), "/last").event(),
                TestEvent.view("a", midnight.plusSeconds(130), "/last")
                        .type("engagement")
                        .engaged(700)
                        .event());
        visit.forEach(event -> store(event));
        String counters =
                "SELECT concat_ws(' ', events, page_views, conversions, engagements, engaged_ms, entry_path, exit_path,"
                        + " started_at - ?::timestamptz, entry_at - ?::timestamptz, exit_at - ?::timestamptz, first_form_start IS NOT NULL,"
                        + " last_form_submit - ?::timestamptz) FROM sessions WHERE device <> 'bot'";
        assertThat(database.texts(counters, midnight, midnight, midnight, midnight))
                .containsExactly("6 3 1 1 700 /landing /last -00:10:00 -00:10:00 00:02:00 t 00:01:00");

        var _ = purgeNow(false);

        assertThat(database.texts(counters, midnight, midnight, midnight, midnight))
                .containsExactly("4 2 1 1 700 /thanks /last -00:10:00 00:01:30 00:02:00 f 00:01:00");
    }

    @Test
    void a_session_that_continues_into_a_kept_day_stays() {
        Instant midnight = TODAY.minusDays(90).atStartOfDay().toInstant(ZoneOffset.UTC);
        visitAt("visitor-0001", midnight.minusSeconds(60));
        visitAt("visitor-0001", midnight.plusSeconds(60));
        rolledUp(91);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.count(PurgeCount.EVENTS)).isEqualTo(1);
        assertThat(receipt.count(PurgeCount.SESSIONS)).isZero();
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
    }

    @Test
    void a_visitor_who_is_linked_to_a_lead_stays_after_all_sessions_are_removed() {
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

        assertThat(receipt.count(PurgeCount.SESSIONS)).isEqualTo(1);
        assertThat(receipt.count(PurgeCount.VISITORS)).isZero();
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0001");

        database.run("DELETE FROM lead_identities", "DELETE FROM leads");
        assertThat(purgeNow(false).count(PurgeCount.VISITORS))
                .as("once the lead is deleted")
                .isEqualTo(1);
    }

    @Test
    void a_plan_does_not_load_the_visitors_who_are_linked_to_a_lead() {
        database.run("""
                INSERT INTO visitors (bucket, visitor_id, property_id, anon_id, first_seen_at)
                SELECT bucket_of(md5(v::text)::uuid), md5(v::text)::uuid, 'default', 'anon-' || v, now() - interval '100 days'
                FROM generate_series(1, 7) v
                """, """
                INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status)
                SELECT md5('lead ' || l)::uuid, 'default', 'l' || l || '@example.ca', now(), now(), 'express'
                FROM generate_series(1, 10000) l
                """, """
                INSERT INTO lead_identities (lead_id, visitor_id, property_id, source, confidence, linked_at)
                SELECT md5('lead ' || l)::uuid, md5((l + 4)::text)::uuid, 'default', 'form_submit', 1, now()
                FROM generate_series(1, 10000) l
                """);
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var _ = purge().plan(POLICY, NOW, false);

        long before = thread.getCurrentThreadAllocatedBytes();
        PurgePlan plan = purge().plan(POLICY, NOW, false);
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;

        assertThat(plan.expected().count(PurgeCount.VISITORS)).isEqualTo(4);
        assertThat(allocated).isLessThan(1_000_000);
        database.run("DELETE FROM lead_identities", "DELETE FROM leads");
    }

    @Test
    void many_sessions_are_removed_in_several_parts() {
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

        assertThat(receipt.count(PurgeCount.SESSIONS)).isEqualTo(3600);
        assertThat(receipt.count(PurgeCount.VISITORS)).isEqualTo(1200);
        assertThat(steps).hasSizeGreaterThan(3);
        assertThat(steps.getLast().count(PurgeCount.SESSIONS)).isEqualTo(3600);
    }

    /** All parts together read each page once. Sessions are deleted by key. */
    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void idle_sessions_are_found_by_ranges_of_pages_and_never_by_a_scan_of_the_whole_table() {
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
