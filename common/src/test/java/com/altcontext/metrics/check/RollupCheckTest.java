package com.altcontext.metrics.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.DeviceType;
import com.altcontext.db.NamedSql;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFragment;
import com.altcontext.event.WebVitals;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.goal.GoalStore;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class RollupCheckTest {
    private static final List<String> KINDS = List.of("metric", "dimension", "goal", "ingest");

    private final Site site = new Site("docs");
    private final LocalDate day = site.day(1);

    /** A day with every figure above zero, and more values in each dimension than are kept. */
    private void aFullDay() {
        for (int i = 0; i < 505; i++) {
            site.does(TestEvent.view("v" + i, site.at(1, "10:00:00"), "/page-" + i));
        }
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/")
                        .engaged(4_000)
                        .vitals(new WebVitals(1_000.0, 2_000.0, 100.0, 300.0, 0.1)),
                TestEvent.view("a", site.at(1, "10:00:10"), "/form").type("form_start"),
                TestEvent.view("a", site.at(1, "10:00:20"), "/form").type("form_submit"),
                TestEvent.view("bot", site.at(1, "10:00:00"), "/").device(DeviceType.BOT));
        site.captures(
                "default",
                UUID.fromString(site.database
                        .texts("SELECT visitor_id::text FROM visitors WHERE anon_id = 'visitor-a'")
                        .getFirst()),
                site.at(1, "12:00:00"));
        site.database.run(
                "INSERT INTO ingest_rejections VALUES ('" + day + "', 'default', 'events', 'invalid_request', 2)");
    }

    private List<String> figuresOf(String table) {
        return site.database.texts("SELECT attname FROM pg_attribute WHERE attrelid = '" + table
                + "'::regclass AND attnum > 0 AND NOT attisdropped"
                + " AND attname NOT IN ('property_id', 'day', 'version', 'time_zone', 'rolled_up_at', 'imported', 'dimension', 'rank', 'value',"
                + " 'goal', 'reasons') ORDER BY attnum");
    }

    /** An expression that changes a column of any type. */
    private static String corrupted(String column) {
        if (column.endsWith("_sketch")) {
            return "''";
        }
        if (column.endsWith("_histogram")) {
            return "int2send(5::smallint) || int4send(1)";
        }
        return column.equals("rejected") ? "ARRAY[77]" : column + " + 5";
    }

    @Test
    void each_corrupted_figure_is_found() {
        aFullDay();
        site.rollUp();
        assertThat(site.rollup().addGoal("default", Goal.of("asks", null, "form_submit", null)))
                .isInstanceOf(GoalStore.Addition.Added.class);
        RollupCheck check = new RollupCheck(site.database.sql(), site.clock);
        assertThat(check.check(day, "default")).isEmpty();
        List<String> unnoticed = new ArrayList<>();

        for (String kind : KINDS) {
            String table = "daily_" + kind + "_rollups";
            for (String column : figuresOf(table)) {
                for (String dimension : kind.equals("dimension")
                        ? List.of(" AND dimension = 'path' AND rank = 0", " AND dimension = 'path' AND rank = 3")
                        : List.of("")) {
                    site.database.run(
                            "UPDATE " + table + " SET " + column + " = " + corrupted(column) + " WHERE day = '" + day
                                    + "' AND property_id = 'default'" + dimension,
                            "UPDATE daily_metric_rollups SET version = nextval('rollup_version') WHERE day = '" + day
                                    + "'");
                    if (check.check(day, "default").isEmpty()) {
                        unnoticed.add(table + "." + column + dimension);
                    }
                    var _ = site.rollup().run(day, null);
                }
            }
        }

        assertThat(unnoticed).isEmpty();
        assertThat(check.check(day, "default")).isEmpty();
    }

    @Test
    void rollup_and_check_agree_that_a_lead_in_review_is_mailable_only_with_written_consent() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"));
        site.captures("default", UUID.randomUUID(), site.at(1, "11:00:00"));
        site.captures("default", UUID.randomUUID(), site.at(1, "12:00:00"));
        site.database.run(
                "UPDATE leads SET consent_status = 'express', in_review = true",
                "INSERT INTO consent_events (lead_id, property_id, status, source, purpose, reason, occurred_at)"
                        + " SELECT id, property_id, 'express', 'operator', 'newsletter', 'a letter', now()"
                        + " FROM leads ORDER BY first_captured_at LIMIT 1");
        site.rollUp();

        assertThat(new RollupCheck(site.database.sql(), site.clock).check(day, "default"))
                .isEmpty();
    }

    @Test
    void the_capture_rate_of_many_visitors_may_differ_by_the_error_of_a_sketch() {
        site.does(IntStream.range(0, 1_200)
                .mapToObj(i -> TestEvent.view("v" + i, site.at(1, "10:00:00"), "/"))
                .toArray(TestEvent[]::new));
        site.database.run(
                "INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status)"
                        + " SELECT visitor_id, property_id, visitor_id || '@example.com', first_seen_at, first_seen_at, 'pending'"
                        + " FROM visitors",
                "INSERT INTO lead_identities SELECT id, id, property_id, 'form_submit', 1, first_captured_at FROM leads");
        site.rollUp();
        RollupCheck check = new RollupCheck(site.database.sql(), site.clock);
        assertThat(check.check(day, "default")).isEmpty();

        site.database.run(
                "DELETE FROM lead_identities WHERE visitor_id IN (SELECT visitor_id FROM lead_identities LIMIT 100)");

        assertThat(check.check(day, "default"))
                .extracting(RollupCheck.Mismatch::figure)
                .contains("leadCaptureRate");
    }

    @Test
    void missing_rows_are_found() {
        aFullDay();
        site.rollUp();
        RollupCheck check = new RollupCheck(site.database.sql(), site.clock);

        site.database.run("DELETE FROM daily_dimension_rollups WHERE dimension = 'path' AND rank = 500");
        assertThat(check.check(day, "default"))
                .extracting(RollupCheck.Mismatch::figure)
                .containsExactly("path.values", "path.total.pageViews", "path.total.sessions");

        site.database.run("DELETE FROM daily_metric_rollups");
        assertThat(check.check(day, "default")).isNotEmpty();
    }

    /** A check that read the locked day would wait until it times out. */
    @Test
    @Tag("single-node") // Citus locks a partition for all statements on its table.
    void a_day_is_checked_without_reading_unrelated_days() {
        site.does(
                TestEvent.view("a", site.at(3, "23:50:00"), "/"),
                TestEvent.view("a", site.at(2, "00:10:00"), "/form").converting(),
                TestEvent.view("b", site.at(1, "10:00:00"), "/"));
        site.rollUp();
        String others = "events_" + site.day(1).toString().replace("-", "");
        Sql sql = site.database.sql().withTimeout(Duration.ofSeconds(10));

        List<RollupCheck.Mismatch> differences = site.database.anotherMachine().inTransaction(tx -> {
            tx.update("LOCK TABLE ONLY " + others + " IN ACCESS EXCLUSIVE MODE");
            return new RollupCheck(sql, site.clock).check(site.day(3), "default");
        });

        assertThat(differences).isEmpty();
    }

    /** With many properties, a statement that grouped the events of all of them would take most of the time. */
    @Test
    @Tag("single-node") // A cluster's plan shows one of its nodes.
    void events_of_other_properties_are_not_grouped() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"));
        Map<String, Object> parameters = Map.of(
                "start",
                site.at(1, "00:00:00"),
                "end",
                site.at(0, "00:00:00"),
                "first",
                day,
                "last",
                day,
                "until",
                day,
                "property",
                "docs");
        for (String name : List.of("miscountedSessions", "breakdown.landing_path", "breakdown.exit_path")) {
            SqlFragment statement =
                    new NamedSql("EXPLAIN (COSTS OFF) " + ReferenceQueries.STATEMENTS.get(name)).with(parameters);

            List<String> plan = site.database.sql().inTransaction(tx -> tx.query(statement, row -> row.text(1)));

            assertThat(String.join("\n", plan))
                    .as(name)
                    .containsPattern("on events_\\d+ events\n +Filter: .*property_id = 'docs'");
        }
    }

    /** A rollup reads the later days of a session only up to the session's end, so it would miss an event after it. */
    @Test
    void an_event_outside_its_session_is_found() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/"), TestEvent.view("a", site.at(1, "10:10:00"), "/two"));
        site.rollUp();
        site.database.run("UPDATE sessions SET last_event_at = started_at");

        assertThat(new RollupCheck(site.database.sql(), site.clock).check(day, "default"))
                .containsExactly(
                        new RollupCheck.Mismatch(day, "default", "miscountedSessions", 1.0, 0.0),
                        new RollupCheck.Mismatch(day, "default", "eventsOutsideTheirSession", 1.0, 0.0));
    }

    @Test
    void sessions_of_a_person_that_overlap_are_found() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/"),
                TestEvent.view("a", site.at(1, "10:10:00"), "/two"),
                TestEvent.view("a", site.at(1, "12:00:00"), "/"),
                TestEvent.view("b", site.at(1, "10:05:00"), "/"));
        site.rollUp();
        Instant later = site.at(1, "12:10:00");
        site.database.run(
                "UPDATE events SET occurred_at = '" + later + "' WHERE path = '/two'",
                "UPDATE sessions SET last_event_at = '" + later + "' WHERE exit_path = '/two'");

        assertThat(new RollupCheck(site.database.sql(), site.clock).check(day, "default"))
                .containsExactly(new RollupCheck.Mismatch(day, "default", "overlappingSessions", 1.0, 0.0));
    }

    @Test
    void a_session_that_does_not_match_its_events_is_found() {
        aFullDay();
        site.rollUp();
        RollupCheck check = new RollupCheck(site.database.sql(), site.clock);
        List<String> unnoticed = new ArrayList<>();
        for (String change : List.of(
                "events = events + 1",
                "page_views = page_views + 1",
                "conversions = conversions + 1",
                "engagements = engagements + 1",
                "engaged_ms = engaged_ms + 1",
                "entry_path = '/other'",
                "exit_path = '/other'",
                "first_form_start = last_form_submit",
                "last_form_submit = NULL")) {
            site.database.run(
                    "CREATE TABLE kept AS SELECT * FROM sessions",
                    "UPDATE sessions SET " + change + " WHERE first_form_start IS NOT NULL");
            if (check.check(day, "default").stream()
                    .noneMatch(mismatch -> mismatch.figure().equals("miscountedSessions"))) {
                unnoticed.add(change);
            }
            site.database.run("TRUNCATE sessions", "INSERT INTO sessions SELECT * FROM kept", "DROP TABLE kept");
        }
        assertThat(unnoticed).isEmpty();
    }
}
