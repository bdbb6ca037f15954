package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expired days whose events stay until their figures are rolled up. */
class PurgeKeptDaysTest extends PurgeFixture {
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
    void the_last_day_whose_figures_have_expired_needs_no_rollup_and_the_day_after_it_does() {
        LocalDate kept = TODAY.minusMonths(24);
        for (LocalDate day : List.of(kept, kept.minusDays(1))) {
            visitAt("visitor-" + day, day.atTime(12, 0).toInstant(ZoneOffset.UTC));
        }

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.days()).containsExactly(kept.minusDays(1));
        assertThat(receipt.keptDays()).containsExactly(kept);
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
                .as("the visitors of the kept day and of later days")
                .containsExactly("visitor-0001", "visitor-0002", "visitor-docs");

        assertThat(purgeNow(true).days()).containsExactly(TODAY.minusDays(100));
        assertThat(database.count("SELECT count(*) FROM visitors")).isZero();
    }

    @Test
    void events_of_a_removed_property_do_not_keep_a_day() {
        visit("visitor-0001", 100);
        store(TestEvent.at("visitor-late", daysAgo(100)).property("removed").event());
        rolledUp(100);

        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(100));
        assertThat(database.count("SELECT count(*) FROM visitors")).isZero();
    }

    @ParameterizedTest
    @CsvSource({"100, 101", "101, 100"})
    void a_utc_day_is_kept_until_both_days_of_the_site_that_overlap_it_are_rolled_up(int first, int second) {
        database.run("UPDATE properties SET time_zone = 'America/Toronto'");
        partition(100);
        visit("visitor-0001", 100);
        visitAt("visitor-0002", daysAgo(100).minus(Duration.ofHours(10)));
        rolledUp(first);

        assertThat(purgeNow(false).keptDays())
                .as("at 02:00 UTC it was still the day before in Toronto")
                .containsExactly(TODAY.minusDays(100));
        rolledUp(second);

        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(100));
    }

    @Test
    void the_time_zone_of_the_site_decides_when_a_day_is_complete() {
        database.run("UPDATE properties SET time_zone = 'America/Toronto'");
        partition(100);
        visit("visitor-0001", 100);
        rolledUp(100);
        database.run("UPDATE daily_metric_rollups SET rolled_up_at = (day + interval '8 days') AT TIME ZONE 'UTC'");

        assertThat(purgeNow(false).keptDays()).containsExactly(TODAY.minusDays(100));
        database.run(
                "UPDATE daily_metric_rollups SET rolled_up_at = (day + interval '8 days') AT TIME ZONE 'America/Toronto'");
        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(100));
    }

    @Test
    void a_day_that_was_last_rolled_up_while_events_of_it_could_still_arrive_is_kept() {
        partition(100);
        visit("visitor-0001", 100);
        rolledUp(100);
        database.run(
                "UPDATE daily_metric_rollups SET rolled_up_at = (day + interval '7 days 23:59') AT TIME ZONE 'UTC'");

        assertThat(purgeNow(false).keptDays()).containsExactly(TODAY.minusDays(100));
        database.run("UPDATE daily_metric_rollups SET rolled_up_at = (day + interval '8 days') AT TIME ZONE 'UTC'");
        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(100));
    }

    @Test
    void events_do_not_keep_a_day_that_was_imported_from_another_system() {
        visit("visitor-0001", 100);
        rolledUp(100);
        database.run("UPDATE daily_metric_rollups SET imported = 1, rolled_up_at = day");

        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(100));
    }
}
