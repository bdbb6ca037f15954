package com.altcontext.metrics.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.attribution.DeviceType;
import com.altcontext.db.NamedSql;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.summary.Breakdowns;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RollupTest {
    private static final String EVERYTHING = """
            SELECT (to_jsonb(m) - 'version' - 'rolled_up_at')::text FROM daily_metric_rollups m
            UNION ALL SELECT to_jsonb(d)::text FROM daily_dimension_rollups d
            UNION ALL SELECT to_jsonb(i)::text FROM daily_ingest_rollups i
            ORDER BY 1
            """;

    private final Site site = new Site("docs");

    @Test
    void rolling_up_a_day_again_gives_the_same_figures() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/"),
                TestEvent.view("a", site.at(1, "10:01:00"), "/two").lcp(2500),
                TestEvent.view("b", site.at(1, "11:00:00"), "/")
                        .property("docs")
                        .lcp(1200),
                TestEvent.view("b", site.at(1, "11:00:05"), "/").type("form_submit"));
        site.rollUp();
        List<String> first = site.database.texts(EVERYTHING);

        site.rollUp();

        assertThat(site.database.texts(EVERYTHING)).isEqualTo(first);
        assertThat(first).anyMatch(row -> row.contains("/two"));
    }

    @Test
    void a_session_across_midnight_counts_with_all_its_events_for_the_day_it_began() {
        site.does(
                TestEvent.view("a", site.at(2, "23:50:00"), "/in"),
                TestEvent.view("a", site.at(1, "00:05:00"), "/out"),
                TestEvent.view("a", site.at(1, "00:06:00"), "/out").type("form_submit"));
        site.rollUp();

        assertThat(site.stored("sessions", site.day(2))).isEqualTo(1);
        assertThat(site.stored("converting_sessions", site.day(2))).isEqualTo(1);
        assertThat(site.stored("bounces", site.day(2))).isZero();
        assertThat(site.stored("page_views", site.day(2))).isEqualTo(1);
        assertThat(site.stored("sessions", site.day(1))).isZero();
        assertThat(site.stored("unique_visitors", site.day(1))).isEqualTo(1);
        assertThat(site.stored("page_views", site.day(1))).isEqualTo(1);
        assertThat(site.database.texts("SELECT value FROM daily_dimension_rollups WHERE dimension = 'exit_path'"))
                .containsExactly("/out");
    }

    @Test
    void a_late_event_is_counted_when_its_day_is_rolled_up_again() {
        site.does(TestEvent.view("a", site.at(3, "10:00:00"), "/"));
        site.rollUp();

        site.does(TestEvent.view("a", site.at(3, "10:02:00"), "/two"));
        site.rollUp();

        assertThat(site.stored("page_views", site.day(3))).isEqualTo(2);
        assertThat(site.stored("bounces", site.day(3))).isZero();
    }

    @Test
    void one_property_is_rolled_up_without_touching_the_others() {
        site.rollUp();
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/"),
                TestEvent.view("b", site.at(1, "10:00:00"), "/").property("docs"));

        RollupReceipt receipt = site.rollup().run(site.day(1), "docs");

        assertThat(receipt.events()).isEqualTo(1);
        assertThat(site.database.texts(
                        "SELECT property_id || ' ' || page_views FROM daily_metric_rollups WHERE day = ? ORDER BY 1",
                        site.day(1)))
                .containsExactly("default 0", "docs 1");
        assertThatThrownBy(() -> site.rollup().run(site.day(1), "unknown"))
                .isInstanceOf(RollupRefused.class)
                .hasMessageContaining("unknown");
    }

    @Test
    void a_day_without_its_raw_events_keeps_its_figures() {
        site.does(TestEvent.view("a", site.at(7, "10:00:00"), "/"));
        site.rollUp();
        site.now = site.now.plus(Duration.ofDays(30));
        var _ = site.database.texts("SELECT drop_event_partition(?)", site.day(37));

        assertThatThrownBy(() -> site.rollup().run(site.day(37), null))
                .isInstanceOf(RollupRefused.class)
                .hasMessage("the raw events of " + site.day(37) + " are gone");
        assertThat(site.rollupDays().plan(null)).doesNotContain(site.day(37));
        assertThat(site.stored("page_views", site.day(37))).isEqualTo(1);
        assertThatThrownBy(() -> site.rollup().run(site.today().plusDays(1), null))
                .isInstanceOf(RollupRefused.class);
    }

    @Test
    void a_day_whose_events_are_in_the_default_partition_is_rolled_up() {
        site.does(TestEvent.view("a", site.at(300, "10:00:00"), "/"));
        site.rollUp();

        assertThat(site.database.count("SELECT count(*) FROM events_default")).isEqualTo(1);
        assertThat(site.stored("page_views", site.day(300))).isEqualTo(1);
    }

    @Test
    void missed_runs_are_caught_up_and_settled_days_are_left_alone() {
        site.rollUp();
        assertThat(site.rollupDays().plan(null)).hasSize(9).endsWith(site.today());

        site.now = site.now.plus(Duration.ofDays(7));
        assertThat(site.rollupDays().plan(null))
                .as("days whose late events came after the last run")
                .hasSize(15);
        assertThat(site.rollupDays().status().gaps()).hasSize(6);
        assertThat(site.rollupDays().status().lagDays()).isEqualTo(7);
        site.rollUp();

        assertThat(site.rollupDays().plan(null)).hasSize(9);
        assertThat(site.rollupDays().status().gaps()).isEmpty();
        assertThat(site.rollupDays().status().rolledUpThrough()).isEqualTo(site.today());
    }

    @Test
    void a_second_run_waits_for_the_first_or_says_that_it_is_busy() throws Exception {
        Sql elsewhere = site.database.anotherMachine();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            var holder = pool.submit(() -> elsewhere.inTransaction(tx -> {
                var _ = tx.query(
                        "SELECT true FROM pg_advisory_xact_lock(hashtextextended('altcontext.rollup', 0))",
                        row -> row.flag(1));
                held.countDown();
                await(release);
                return true;
            }));
            held.await();

            assertThat(site.rollup().tryRun(site.day(1), null)).isEmpty();
            assertThat(site.rollup().refreshRecent()).isEmpty();
            var waiting = pool.submit(() -> site.rollup().run(site.day(1), null));
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> site.database.count("SELECT count(*) FROM pg_stat_activity"
                                    + " WHERE wait_event = 'advisory' AND datname = current_database()")
                            == 1);
            release.countDown();

            assertThat(holder.get()).isTrue();
            assertThat(waiting.get().day()).isEqualTo(site.day(1));
        }
        assertThat(site.rollup().refreshRecent())
                .extracting(RollupReceipt::day)
                .containsExactly(site.day(1), site.today());
    }

    @Test
    @Tag("slow")
    void the_top_500_values_are_kept_and_the_rest_is_one_row() {
        for (int i = 0; i < 503; i++) {
            site.does(TestEvent.view("v" + i, site.at(1, "10:00:00"), "/page-" + i));
        }
        site.does(
                TestEvent.view("more", site.at(1, "11:00:00"), "/page-502"),
                TestEvent.view("v501", site.at(1, "10:01:00"), "/page-501"),
                TestEvent.view("v501", site.at(1, "10:02:00"), "/page-501"));
        site.rollUp();

        assertThat(site.database.texts(
                        "SELECT rank || ' ' || coalesce(value, 'null') || ' ' || sessions FROM daily_dimension_rollups"
                                + " WHERE dimension = 'path' AND rank <= 2 ORDER BY rank"))
                .containsExactly("0 null 3", "1 /page-502 2", "2 /page-501 1");
        assertThat(site.database.count("SELECT count(*) FROM daily_dimension_rollups WHERE dimension = 'path'"))
                .isEqualTo(501);
        Breakdown paths = new Breakdowns(site.database.sql())
                .of(Dimension.PATH, new Window(site.day(1), site.day(1)), Breakdowns.MAX_ROWS, "default");
        assertThat(paths.rows()).extracting(Breakdown.Value::value).doesNotContainNull();
        assertThat(paths.other().pageViews()).isEqualTo(3);
    }

    @Test
    void bots_are_counted_separately_and_in_no_other_figure() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/"),
                TestEvent.view("bot", site.at(1, "10:00:00"), "/bot")
                        .device(DeviceType.BOT)
                        .lcp(99_999)
                        .converting());
        site.rollUp();

        assertThat(site.rollup().run(site.day(1), null).events()).isEqualTo(2);
        for (String column : List.of("unique_visitors", "new_visitors", "page_views", "sessions", "bounces")) {
            assertThat(site.stored(column, site.day(1))).as(column).isEqualTo(1);
        }
        assertThat(site.stored("length(lcp_histogram)", site.day(1))).isZero();
        assertThat(site.database.texts("SELECT accepted || ' ' || bots FROM daily_ingest_rollups WHERE accepted > 0"))
                .containsExactly("1 1");
        assertThat(site.database.count(
                        "SELECT count(*) FROM daily_dimension_rollups WHERE value IN ('bot', '/bot') OR sessions > 1"))
                .isZero();
    }

    @Test
    void the_time_to_a_capture_is_never_negative() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"));
        UUID visitor = UUID.fromString(
                site.database.texts("SELECT visitor_id::text FROM visitors").getFirst());
        site.captures("default", visitor, site.at(1, "12:00:00"));
        site.captures("default", visitor, site.at(1, "09:00:00"));
        site.rollUp();

        assertThat(site.stored("new_leads", site.day(1))).isEqualTo(2);
        assertThat(site.stored("captures", site.day(1))).isEqualTo(2);
        assertThat(site.stored("capture_ms", site.day(1))).isEqualTo(2 * 3_600_000);
    }

    @Test
    @Tag("single-node") // A cluster's plan differs.
    void a_session_is_found_by_its_key_even_if_the_planner_expects_no_events() {
        site.database.run("""
                INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device)
                SELECT gen_random_uuid(), gen_random_uuid(), 'docs', now() - n * interval '1 min', now(), 'direct', 'desktop'
                FROM generate_series(1, 5000) AS n
                """);
        site.database.run("ANALYZE sessions");
        Map<String, Object> asked = Map.of(
                "start", site.at(1, "00:00:00"),
                "end", site.at(0, "00:00:00"),
                "first", site.day(1),
                "last", site.day(1),
                "properties", new String[] {"docs"});
        SqlFragment carried = new NamedSql("EXPLAIN (COSTS OFF) " + DayRollup.text("carried")).with(asked);

        List<String> plan = site.database.sql().inTransaction(tx -> {
            // Makes the planner choose the plan that it would choose for a few events.
            var _ = tx.query(
                    "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)",
                    row -> row.text(1));
            return tx.query(carried, row -> row.text(1));
        });

        assertThat(plan)
                .as("%s", String.join("\n", plan))
                .filteredOn(line -> line.contains("id = e.session_id"))
                .singleElement()
                .asString()
                .contains("Index Cond", "visitor_id = e.visitor_id");
    }

    /** A rollup reads a part of the day over a second connection. */
    @Test
    @Tag("single-node") // The role would have to exist on the nodes, too.
    void the_old_figures_stay_if_the_second_connection_is_refused() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"));
        site.rollUp();
        List<String> before = site.database.texts(EVERYTHING);
        site.does(TestEvent.view("b", site.at(1, "11:00:00"), "/two"));
        String role = "alone_" + UUID.randomUUID().toString().substring(0, 8);
        site.database.run(
                "CREATE ROLE " + role + " LOGIN CONNECTION LIMIT 1 PASSWORD 'only-for-this-test'",
                "GRANT ALL ON ALL TABLES IN SCHEMA public TO " + role,
                "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO " + role);
        Sql alone = Database.as(site.database.url(), role, "only-for-this-test").sql();

        assertThatThrownBy(() -> new Rollup(alone, site.clock).run(site.day(1), null))
                .isInstanceOfSatisfying(
                        SqlFailure.class, refused -> assertThat(refused.state()).isEqualTo("53300"));

        assertThat(site.database.texts(EVERYTHING)).isEqualTo(before);
        site.database.run("DROP OWNED BY " + role, "DROP ROLE " + role);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
