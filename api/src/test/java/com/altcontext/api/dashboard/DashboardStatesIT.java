package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.altcontext.api.testing.StoredRows;
import com.altcontext.db.Sql;
import com.altcontext.devdb.EmbeddedDatabase;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The dashboard without data, without the service, or beyond a limit. */
class DashboardStatesIT {
    private static final String REFRESH = ".fresh button";
    private static final String RETRY = ".alert button";
    private static final EmbeddedDatabase DATABASE = EmbeddedDatabase.temporary();
    /** A limit that a few views of the page exhaust. */
    private static final DashboardStage STAGE =
            new DashboardStage(DashboardStage.migrated(DATABASE.url()), Map.of("RATE_LIMIT_DASHBOARD", "50"));

    private static final int MAX_VIEWS = 30;

    private final DashboardTab page = STAGE.tab();

    @AfterAll
    static void stop() {
        STAGE.close();
        DATABASE.close();
    }

    @Test
    void without_a_database_the_page_says_so_and_it_recovers_when_the_database_is_back() throws Exception {
        page.signIn("");
        DATABASE.stop();
        try {
            page.choose("7");

            assertThat(page.text(".alert p"))
                    .isEqualTo("The service cannot answer at the moment: it is busy, or cannot reach its database.");
            // Figures of the previous window would look like those of the chosen one. The leads do not depend on the
            // window.
            assertThat(page.has(".tiles")).isFalse();
            assertThat(page.text("h1")).isEqualTo("Dashboard");
            assertThat(page.text(".key .body")).isEqualTo("Not loaded.");
            assertThat(page.text(".leads .old")).isEqualTo("Not updated.");
            page.assertAccessible("database-away", DashboardTab.WIDE);
        } finally {
            DATABASE.start();
        }

        StoredRows.await(DashboardStatesIT::isStoring, true);
        page.tab.click(RETRY);
        page.settled();
        assertThat(page.has(".alert p")).isFalse();
        assertThat(page.has(".tiles")).isTrue();
        page.assertBlameless();
    }

    private static boolean isStoring() {
        try {
            return STAGE.service.post(TestEvent.body()).status() == 202;
        } catch (IOException away) {
            return false;
        }
    }

    @Test
    void a_query_that_takes_too_long_is_reported() {
        Sql sql = Database.at(DATABASE.url()).sql();
        try (DashboardStage slow = new DashboardStage(DATABASE.url(), Map.of("QUERY_TIMEOUT_MS", "500"))) {
            DashboardTab tab = slow.tab();
            sql.inTransaction(tx -> {
                // Every query of the raw rows reads this table first.
                tx.update("LOCK TABLE purge_log IN ACCESS EXCLUSIVE MODE");
                return tab.signIn("?window=today&f=is:path:/slow");
            });

            assertThat(tab.text(".alert p"))
                    .isEqualTo("This question takes longer than the service allows."
                            + " Choose a shorter window, or remove filters.");
        }
    }

    @Test
    void a_window_before_the_first_day_that_is_kept_is_reported() {
        String database = Database.migrated().url();
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        LocalDate kept = today.minusDays(60);
        Database.at(database)
                .run(
                        "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions,"
                                + " visitors, rollups, rejections, days_left) VALUES (now(), '" + kept + "', '" + kept
                                + "', 0, 0, 0, 0, 0, 0, 0, 0)");
        try (DashboardStage purged = new DashboardStage(database, Map.of())) {
            DashboardTab tab = purged.tab().signIn("?from=" + today.minusDays(90) + "&to=" + today.minusDays(50));

            assertThat(tab.text(".alert p"))
                    .startsWith("This cannot be shown for days before ")
                    .endsWith(": what it needs is no longer kept. Choose a later window, or remove the filters.");
            assertThat(tab.text("[role=status]")).doesNotContain("Loading");
        }
    }

    @Test
    void figures_that_cannot_be_refreshed_stay_and_are_marked() {
        page.signIn("");
        page.tab.unreachable("*/v1/*");
        page.tab.click(REFRESH);
        page.settled();

        assertThat(page.text(".alert p"))
                .isEqualTo("The service cannot be reached. Is this device connected to the network?"
                        + " You see the last figures that were loaded.");
        assertThat(page.has(".tiles")).isTrue();
        assertThat(page.tab
                        .evaluate("getComputedStyle(document.querySelector('.tile b')).color")
                        .asText())
                .isEqualTo("rgb(86, 96, 101)");
        page.assertAccessible("stale", DashboardTab.WIDE);

        page.tab.unreachable();
        page.tab.click(RETRY);
        page.settled();
        assertThat(page.has(".alert p, .old")).isFalse();
    }

    @Test
    void a_page_that_stays_open_is_refreshed_after_five_minutes() {
        page.tab.beforeEachPage("""
                const [now, timers] = [Date.now, []];
                let later = 0;
                Date.now = () => now() + later;
                window.setInterval = (run, every) => timers.push({run, every, due: Date.now() + every});
                window.pass = minutes => {
                  for (const end = later + minutes * 60_000; later < end; later += 1_000) {
                    timers.filter(({every, due}) => every >= 60_000 && due <= Date.now()).forEach(timer => {
                      timer.due += timer.every;
                      timer.run();
                    });
                  }
                };""");
        page.signIn("");

        page.tab.evaluate("pass(4)");
        assertThat(page.has(".key[aria-busy]")).isFalse();
        assertThat(page.tab
                        .evaluate("pass(2), document.querySelector('.key').ariaBusy")
                        .asText())
                .isEqualTo("true");
        page.settled();
    }

    @Test
    void the_page_refreshes_as_soon_as_the_network_is_back() {
        page.signIn("");
        page.tab.offline(true);
        page.tab.click(REFRESH);
        page.settled();
        assertThat(page.has(".alert p")).isTrue();

        page.tab.offline(false);
        page.tab.await("!document.querySelector('.alert p')");
        page.settled();
    }

    @Test
    void too_many_requests_show_when_to_try_again() {
        page.signIn("");
        // The allowance refills during the test, so a slow machine gets more views.
        for (int i = 0; i < MAX_VIEWS && !page.has(".alert p"); i++) {
            page.tab.click(REFRESH);
            page.settled();
        }

        assertThat(page.text(".alert p"))
                .matches(
                        "Too many requests\\. Try again in \\d+ seconds?\\. You see the last figures that were loaded\\.");
    }

    @Test
    void the_page_says_that_it_is_loading() {
        page.signIn("");
        page.tab.call("Fetch.enable", Map.of("patterns", List.of(Map.of("urlPattern", "*/v1/metrics/*"))));
        page.tab.evaluate("location.reload()");
        page.tab.await("document.querySelector('.key[aria-busy] .wait')");

        assertThat(page.text(".key .body")).isEqualTo("Loading…");
        assertThat(page.text("[role=status]")).isEqualTo("Loading…");
        page.assertAccessible("loading", DashboardTab.WIDE);
        page.look(DashboardTab.PHONE, false);
        int waiting = heightOfKeyFigures();

        page.tab.call("Fetch.disable", Map.of());
        page.settled();
        assertThat(page.has(".tiles")).isTrue();
        assertThat(heightOfKeyFigures())
                .as("the height does not change, so nothing below moves")
                .isCloseTo(waiting, within(4));
    }

    private int heightOfKeyFigures() {
        return page.tab.evaluate("document.querySelector('.key').offsetHeight").intValue();
    }

    @Test
    void an_empty_database_shows_how_to_begin() {
        // The other tests store events in theirs.
        try (DashboardStage empty = new DashboardStage(Database.migrated().url(), Map.of())) {
            DashboardTab tab = empty.tab().signIn("?window=90");

            assertThat(tab.text(".welcome"))
                    .startsWith("No visits in this window")
                    .contains(
                            "<script defer src=\"" + empty.service.address()
                                    + "/v1/telemetry.js\" data-allow-localhost></script>",
                            "CORS_ALLOWED_ORIGINS",
                            "docs/tracker.md");
            assertThat(tab.tile("uniqueVisitors")).isEqualTo("0");
            assertThat(tab.tile("bounceRate")).isEqualTo("–");
            assertThat(tab.text("[data-dimension=path] .body")).isEqualTo("Nothing in this window.");
            assertThat(tab.rows(".leads")).allMatch(row -> row.endsWith("|0|–"));
            tab.assertAccessible("empty", DashboardTab.WIDE);
            tab.assertAccessible("empty-phone", DashboardTab.PHONE);
            tab.assertBlameless();
        }
    }

    @Test
    void figures_that_are_days_behind_and_days_that_were_skipped_are_marked() {
        String database = Database.migrated().url();
        DashboardPast past = new DashboardPast(database);
        past.store(past.view("default", "late-one", 4, "10:00:00"), past.view("default", "late-one", 6, "10:00:00"));
        past.rollUp(7, 7);
        past.rollUp(5, 4);

        // The test holds the rollup's lock, so that the service does not roll up the days that must be missing.
        boolean isHeld = Database.at(database).sql().inTransaction(tx -> {
            var _ = tx.query(
                    "SELECT true FROM pg_advisory_xact_lock(hashtextextended('altcontext.rollup', 0))", row -> true);
            try (DashboardStage late = new DashboardStage(database, Map.of("ROLLUP_DEFAULT_PROPERTY_ID", "default"))) {
                DashboardTab tab = late.tab().signIn("");

                assertThat(tab.text(".warning"))
                        .contains(
                                "The figures end on ",
                                ", 4 days ago",
                                "These days were never rolled up and show zeros: ");
                tab.assertAccessible("late", DashboardTab.WIDE);
                // With a default property, all properties together cannot be chosen.
                assertThat(tab.text(".toolbar select")).isEqualTo("Default");
                assertThat(tab.tab.evaluate("document.title").asText()).startsWith("Default · ");
            }
            return true;
        });
        assertThat(isHeld).isTrue();
    }
}
