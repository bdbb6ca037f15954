package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import com.altcontext.visit.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class IdentityLinksTest {
    private static final EventStore EVENTS = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    private static final Duration WINDOW = Duration.ofMinutes(15);

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static final TestForm JO = TestForm.by("jo@example.ca", NOW);

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
    }

    private static Captured capture(TestForm submitted) {
        return new Leads(database.sql(), EVENTS, new LeadRules(true, WINDOW, 6, LeadMessages.NONE))
                .capture(submitted.capture());
    }

    /** A form of another visitor, with Jo's IP address and user agent unless they are changed. */
    private static TestForm other(String anonId) {
        return JO.visitor(anonId);
    }

    /** Stores an event of a visitor who does not become a lead. */
    private static void seen(TestForm visit, Instant at) {
        Event event = visit.at(at).capture().event(UUID.randomUUID());
        var _ = database.sql().inTransaction(tx -> EVENTS.write(tx, List.of(event)));
    }

    private static List<String> links(UUID lead) {
        return database.texts(
                "SELECT concat_ws(' ', v.anon_id, i.source, i.confidence) FROM lead_identities i"
                        + " JOIN visitors v USING (visitor_id) WHERE i.lead_id = ? ORDER BY v.anon_id",
                lead);
    }

    @Test
    void a_recent_visitor_with_the_same_ip_address_and_user_agent_is_linked() {
        seen(other("visitor-0002"), NOW.minusSeconds(60));

        Captured captured = capture(JO);

        assertThat(captured.heuristicLinksCreated()).isEqualTo(1);
        assertThat(links(captured.leadId()))
                .containsExactly("visitor-0001 form_submit 1", "visitor-0002 same_ip_ua_window 0.35");
    }

    @Test
    void no_other_visitor_is_linked() {
        seen(other("other-agent").from("192.0.2.1", "Chrome"), NOW.minusSeconds(60));
        seen(other("no-agent").from("192.0.2.1", null), NOW.minusSeconds(60));
        seen(other("other-address").from("192.0.2.2", "Firefox"), NOW.minusSeconds(60));
        seen(other("other-property").property("docs"), NOW.minusSeconds(60));
        seen(JO, NOW.minusSeconds(60));

        Captured captured = capture(JO);

        assertThat(captured.heuristicLinksCreated()).isZero();
        assertThat(links(captured.leadId())).containsExactly("visitor-0001 form_submit 1");
    }

    /** The index contains the first eight bytes of a hash. A visitor who shares only these bytes is not linked. */
    @Test
    void hashes_are_compared_in_full() {
        seen(other("like-by-address"), NOW.minusSeconds(60));
        database.run("UPDATE sessions SET ip_hash = substring(ip_hash FROM 1 FOR 8) || substring(sha256('') FROM 9)");
        seen(other("like-by-agent"), NOW.minusSeconds(60));
        database.run("UPDATE sessions SET ua_hash = substring(ua_hash FROM 1 FOR 8) || substring(sha256('') FROM 9)");

        assertThat(capture(JO).heuristicLinksCreated()).isZero();
    }

    @Test
    void a_client_without_a_user_agent_is_not_linked() {
        seen(other("visitor-0002").from("192.0.2.1", null), NOW.minusSeconds(60));

        assertThat(capture(JO.from("192.0.2.1", null)).heuristicLinksCreated()).isZero();
    }

    @Test
    void the_window_includes_its_first_moment_and_the_time_of_the_capture() {
        seen(other("too-early"), NOW.minus(WINDOW).minusMillis(1));
        seen(other("just-in-time"), NOW.minus(WINDOW));
        seen(other("at-once-1"), NOW);
        seen(other("too-late"), NOW.plusMillis(1));

        assertThat(links(capture(JO).leadId()))
                .containsExactly(
                        "at-once-1 same_ip_ua_window 0.35",
                        "just-in-time same_ip_ua_window 0.35",
                        "visitor-0001 form_submit 1");
    }

    @Test
    void a_long_visit_counts_by_its_latest_event() {
        for (int minutes = 100; minutes >= 0; minutes -= 20) {
            seen(other("visitor-0002"), NOW.minus(Duration.ofMinutes(minutes)));
        }
        seen(other("moved-away"), NOW.minusSeconds(90));
        seen(other("moved-away").from("192.0.2.2", "Firefox"), NOW.minusSeconds(60));

        assertThat(links(capture(JO).leadId()))
                .containsExactly("visitor-0001 form_submit 1", "visitor-0002 same_ip_ua_window 0.35");
    }

    @Test
    void other_sessions_of_a_visitor_do_not_hide_one_that_matches() {
        for (int minutes = 40; minutes >= 0; minutes -= 20) {
            seen(other("visitor-0002"), NOW.minus(Duration.ofMinutes(minutes)));
        }
        // One session ended before the window, one came from another IP address, and one began after the form.
        database.run(
                "INSERT INTO sessions (bucket, visitor_id, id, property_id, started_at, last_event_at, traffic_source, device, ip_hash, ua_hash)"
                        + " SELECT bucket, visitor_id, gen_random_uuid(), property_id, started_at + minutes * interval '1 min',"
                        + " started_at + minutes * interval '1 min', traffic_source, device,"
                        + " CASE WHEN minutes = 30 THEN sha256('') ELSE ip_hash END, ua_hash"
                        + " FROM sessions, unnest(ARRAY[1, 30, 60]) AS minutes");

        assertThat(links(capture(JO).leadId())).contains("visitor-0002 same_ip_ua_window 0.35");
    }

    @Test
    void the_twenty_newest_visitors_are_linked_once_each() {
        for (int i = 10; i < 35; i++) {
            seen(other("visitor-10" + i), NOW.minusSeconds(700 - i));
        }
        database.run(
                "INSERT INTO sessions SELECT visitor_id, gen_random_uuid(), property_id, started_at - interval '9 s',"
                        + " last_event_at, 'other', null, null, null, null, traffic_source, null, device, null, ip_hash, ua_hash, bucket"
                        + " FROM sessions");

        Captured captured = capture(JO);

        assertThat(captured.heuristicLinksCreated()).isEqualTo(20);
        assertThat(links(captured.leadId()))
                .hasSize(21)
                .contains("visitor-1034 same_ip_ua_window 0.35", "visitor-1015 same_ip_ua_window 0.35")
                .doesNotContain("visitor-1014 same_ip_ua_window 0.35");
    }

    @Test
    void an_existing_link_is_not_created_again() {
        seen(other("visitor-0002"), NOW.minusSeconds(60));
        capture(JO);

        Captured again = capture(JO.form("contact").at(NOW.plusSeconds(60)));

        assertThat(again.heuristicLinksCreated()).isZero();
        assertThat(database.count("SELECT count(*) FROM lead_identities WHERE linked_at = ?", NOW))
                .isEqualTo(2);
    }

    @Test
    void a_submitted_form_replaces_a_heuristic_link_and_is_never_replaced_by_one() {
        seen(other("visitor-0002"), NOW.minusSeconds(60));
        capture(JO);

        Captured same = capture(other("visitor-0002").at(NOW.plusSeconds(60)));
        assertThat(links(same.leadId())).containsExactly("visitor-0001 form_submit 1", "visitor-0002 form_submit 1");
        assertThat(database.count("SELECT count(*) FROM lead_identities WHERE linked_at = ?", NOW.plusSeconds(60)))
                .as("linked by a form from then on")
                .isOne();

        Captured third = capture(JO.at(NOW.plusSeconds(120)));
        assertThat(third.heuristicLinksCreated()).isZero();
        assertThat(links(same.leadId())).containsExactly("visitor-0001 form_submit 1", "visitor-0002 form_submit 1");
    }

    @Test
    void two_leads_of_one_household_are_never_merged() {
        Captured jo = capture(JO);
        Captured kim = capture(other("visitor-0002").email("kim@example.ca").at(NOW.plusSeconds(5)));

        assertThat(links(jo.leadId())).containsExactly("visitor-0001 form_submit 1");
        assertThat(links(kim.leadId()))
                .containsExactly("visitor-0001 same_ip_ua_window 0.35", "visitor-0002 form_submit 1");
    }

    @Test
    void a_setting_turns_heuristic_links_off() {
        seen(other("visitor-0002"), NOW.minusSeconds(60));

        Captured captured = new Leads(database.sql(), EVENTS, new LeadRules(false, WINDOW, 6, LeadMessages.NONE))
                .capture(JO.capture());

        assertThat(captured.heuristicLinksCreated()).isZero();
        assertThat(links(captured.leadId())).hasSize(1);
    }

    @Test
    @Tag("single-node") // Its SQL does not run on a cluster.
    void while_a_cluster_node_is_down_forms_on_other_nodes_are_stored_without_heuristic_links() {
        Database cluster = Database.migrated();
        // The error of a coordinator that cannot reach a node.
        cluster.run(
                "UPDATE cluster SET buckets = 2",
                "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " RAISE EXCEPTION USING ERRCODE = 'connection_failure'; END $$",
                "CREATE TRIGGER away BEFORE INSERT ON lead_identities FOR EACH ROW"
                        + " WHEN (NEW.source = 'same_ip_ua_window') EXECUTE FUNCTION away()");
        Event seen = other("visitor-0002").at(NOW.minusSeconds(60)).capture().event(UUID.randomUUID());
        var _ = cluster.sql().inTransaction(tx -> EVENTS.write(tx, List.of(seen)));

        Captured captured = new Leads(cluster.sql(), EVENTS, new LeadRules(true, WINDOW, 6, LeadMessages.NONE))
                .capture(JO.capture());

        assertThat(captured.heuristicLinksCreated()).isZero();
        assertThat(cluster.texts("SELECT source FROM lead_identities")).containsExactly("form_submit");
        assertThat(cluster.count("SELECT count(*) FROM form_submissions")).isOne();
        assertThat(cluster.count("SELECT count(*) FROM events")).isEqualTo(2);
    }

    /** Behind one gateway, a hundred thousand visitors were just seen. The search stops at the twentieth. */
    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void the_search_reads_no_more_visitors_than_it_links() {
        Visitor visitor = JO.visitor();
        byte[] agent = java.util.Objects.requireNonNull(visitor.uaHash());
        UUID lead = capture(JO).leadId();
        var _ = database.sql().inTransaction(tx -> tx.update("""
                INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device, ip_hash, ua_hash)
                SELECT gen_random_uuid(), gen_random_uuid(), CASE WHEN n % 2 = 0 THEN 'default' ELSE 'docs' END,
                    ?::timestamptz - n * interval '5 ms', ?, 'direct', 'desktop', ?, ?
                FROM generate_series(1, 100000) AS n
                """, NOW, NOW, visitor.ipHash(), agent));
        database.run("ANALYZE sessions");

        List<String> plan = database.sql().inTransaction(tx -> {
            EventStore.lockVisitors(tx, List.of(JO.capture().event(lead)));
            List<String> lines = tx.query(
                    "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) " + IdentityLinks.GUESS,
                    row -> row.text(1),
                    IdentityLinks.guessParameters(
                            List.of(new IdentityLinks.FormLink(lead, visitor, NOW, false)), WINDOW));
            return lines;
        });

        assertThat(plan)
                .anySatisfy(line -> assertThat(line)
                        .contains("Index Scan Backward using sessions_by_client")
                        .containsPattern("rows=2[0-2](\\.0+)? loops=1"));
        assertThat(plan).noneMatch(line -> line.contains("Sort") || line.contains("Seq Scan"));
    }
}
