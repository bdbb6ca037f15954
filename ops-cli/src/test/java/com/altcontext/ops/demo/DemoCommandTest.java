package com.altcontext.ops.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.OperatorConnections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class DemoCommandTest {
    /** Leaves out form_submit events: their ids are computed from the ids of their leads, which are random. */
    private static final String FINGERPRINT = """
            SELECT ('x' || substr(md5(string_agg(id::text || session_id::text || path, ',' ORDER BY id)), 1, 15))::bit(60)::bigint
            FROM events WHERE property_id = 'demo' AND event_type <> 'form_submit'
            """;

    private final MigratedDatabase database = MigratedDatabase.fresh();

    @Test
    void a_month_of_visits_is_created_with_everything_that_the_dashboard_shows() {
        CommandRun ran = database.altops("demo", "--json");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        long events = number("SELECT count(*) FROM events");
        assertThat(events).isBetween(30_000L, 60_000L);
        assertThat(ran.out()).startsWith("{\"ok\":true,\"property\":\"demo\"").contains("\"events\":" + events + ",");
        assertThat(database.tablesWithoutStatistics()).isZero();
        assertThat(number("SELECT count(*) FROM events WHERE property_id <> 'demo' OR occurred_at > '" + CommandRun.NOW
                        + "'"))
                .isZero();
        assertThat(number("SELECT count(DISTINCT traffic_source) FROM sessions"))
                .isGreaterThanOrEqualTo(7);
        assertThat(number("SELECT count(DISTINCT device) FROM sessions")).isEqualTo(4);
        assertThat(number("SELECT count(DISTINCT hostname) FROM events")).isEqualTo(2);
        assertThat(number("SELECT count(DISTINCT utm_campaign) FROM sessions")).isGreaterThanOrEqualTo(3);
        assertThat(number("SELECT count(DISTINCT extract(hour FROM started_at)) FROM sessions"))
                .isEqualTo(24);
        assertThat(number("SELECT count(*) FROM ("
                        + "SELECT visitor_id FROM sessions GROUP BY bucket, visitor_id HAVING count(*) > 1) AS x"))
                .isGreaterThan(500);
        assertThat(number("SELECT count(*) FROM events WHERE lcp_ms IS NOT NULL AND cls_score IS NOT NULL"))
                .isGreaterThan(10_000);
        assertThat(number("SELECT count(*) FROM sessions WHERE last_form_submit > first_form_start"))
                .isBetween(100L, 1_000L);
        assertThat(number("SELECT count(*) FROM leads")).isBetween(100L, 1_000L);
        assertThat(number("SELECT count(*) FROM leads WHERE email !~ '@example[.](com|org|net)$'"))
                .isZero();
        assertThat(number("SELECT count(DISTINCT first_utm_campaign) FROM leads WHERE NOT is_bot"))
                .isGreaterThanOrEqualTo(2);
        assertThat(number("SELECT count(DISTINCT props ->> 'url') FROM events WHERE event_type = 'outbound_click'"))
                .isEqualTo(3);
        assertThat(number("SELECT count(*) FROM events WHERE event_type = 'file_download'"))
                .isGreaterThan(100);
        assertThat(number("SELECT count(*) FROM outbox")).isZero();
        assertThat(number("SELECT count(*) FROM goals g WHERE (SELECT sum(sessions) FROM daily_goal_rollups r"
                        + " WHERE r.property_id = g.property_id AND r.goal = g.name) > 10"))
                .isEqualTo(3);
    }

    @Test
    void the_figures_of_the_demo_are_rolled_up_and_agree_with_the_raw_rows() {
        assertThat(database.altops("demo").exit()).isEqualTo(Exit.DONE);

        String[] days = {
            "--from",
            CommandRun.TODAY.minusDays(6).toString(),
            "--to",
            CommandRun.TODAY.minusDays(5).toString()
        };
        assertThat(database.altops("rollup", "check", days[0], days[1], days[2], days[3]))
                .isEqualTo(new CommandRun(Exit.DONE, "0 differences on 2 days\n", ""));
        assertThat(database.altops("rollup", "status").exit()).isEqualTo(Exit.DONE);
        assertThat(number("SELECT count(*) FROM daily_metric_rollups WHERE property_id = 'demo' AND page_views > 0"))
                .isBetween(29L, 31L);
    }

    @Test
    void another_run_creates_the_same_visits_again() {
        assertThat(database.altops("demo").exit()).isEqualTo(Exit.DONE);
        long first = number(FINGERPRINT);
        long events = number("SELECT count(*) FROM events");
        assertThat(database.altops("demo").exit()).isEqualTo(Exit.DONE);

        assertThat(number(FINGERPRINT)).isEqualTo(first);
        assertThat(number("SELECT count(*) FROM events")).isEqualTo(events);
    }

    @Test
    void removing_the_demo_leaves_everything_else_as_it_was() {
        database.event("default", 3);
        database.lead("default", "jo@example.ca");
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        String figures = "SELECT sum(page_views * 1000 + new_visitors) FROM daily_metric_rollups WHERE page_views > 0";
        long before = number(figures);
        assertThat(database.altops("demo").exit()).isEqualTo(Exit.DONE);
        long version = number("SELECT max(version) FROM daily_metric_rollups WHERE property_id = 'default'");

        assertThat(database.altops("property", "remove", "demo").err())
                .endsWith(" — remove it with: altops demo --remove\n");
        CommandRun removed = database.altops("demo", "--remove");

        assertThat(removed.exit()).as(removed.err()).isEqualTo(Exit.DONE);
        assertThat(removed.out()).startsWith("removed demo: ");
        assertThat(leftOfDemo()).isEmpty();
        assertThat(number(figures)).isEqualTo(before);
        assertThat(number("SELECT sum(events) FROM rollup_days")).isOne();
        assertThat(number("SELECT count(*) FROM leads")).isOne();
        assertThat(number("SELECT count(*) FROM properties")).isOne();
        assertThat(number("SELECT count(*) FROM daily_metric_rollups WHERE version > " + version))
                .isEqualTo(30);
        assertThat(database.altops("rollup", "check").exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("demo", "--remove").err()).startsWith("altops: there is no demo — ");
    }

    @Test
    void a_property_named_demo_that_the_command_did_not_create_is_left_alone() {
        database.altops("property", "add", "demo", "--name", "Ours", "--domain", "demo.example.ca");
        database.event("demo", 1);

        for (List<String> command : List.of(List.of("demo"), List.of("demo", "--remove"))) {
            CommandRun ran = database.altops(command.toArray(String[]::new));
            assertThat(ran.exit()).isEqualTo(Exit.FAILED);
            assertThat(ran.err()).startsWith("altops: there is a property demo that altops demo did not make — ");
        }
        assertThat(number("SELECT count(*) FROM events")).isOne();
    }

    @Test
    void a_second_run_at_the_same_time_is_refused() {
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(database.url()))) {
            CommandRun second = new Sql(connections).inTransaction(tx -> {
                tx.query("SELECT pg_advisory_xact_lock(hashtextextended('altcontext.demo', 0))", _ -> true);
                return database.altops("demo");
            });
            assertThat(second.exit()).isEqualTo(Exit.FAILED);
            assertThat(second.err())
                    .isEqualTo("altops: another altops demo is under way — wait for it; nothing was done\n");
        }
    }

    @Test
    void purged_days_get_no_events() {
        database.run("""
                INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions, visitors,
                                       rollups, rejections, days_left)
                VALUES (now(), current_date - 8, current_date - 700, 1, 1, 1, 1, 1, 0, 0, 0)
                """);
        CommandRun ran = database.altops("demo");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains(" were purged, and purged days get no new ones — ");
        assertThat(number("SELECT count(*) FROM properties")).isOne();
    }

    /** The tables with a property_id column that still have rows of the demo. The audit log is left out: it stays. */
    private List<String> leftOfDemo() {
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(database.url()))) {
            return new Sql(connections)
                    .inTransaction(tx -> tx.query("""
                            SELECT c.table_name FROM information_schema.columns AS c JOIN information_schema.tables AS t
                                   USING (table_schema, table_name)
                            WHERE c.column_name = 'property_id' AND c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
                              AND c.table_name <> 'audit_log'
                            """, row -> row.text(1)).stream()
                            .filter(table -> tx.queryOne(
                                            "SELECT count(*) FROM " + table + " WHERE property_id = 'demo'",
                                            row -> row.number(1))
                                    > 0)
                            .toList());
        }
    }

    private long number(String query) {
        return database.number(query);
    }
}
