package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.retention.PurgePlan.ExpiredDay;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a purge removes, and what it reports. */
class PurgeTest extends PurgeFixture {
    @Test
    void the_days_within_retention_stay_and_the_day_before_them_is_dropped() {
        partition(90);
        partition(91);
        visitAt("visitor-kept", TODAY.minusDays(90).atStartOfDay().toInstant(ZoneOffset.UTC));
        visitAt(
                "visitor-gone",
                TODAY.minusDays(90).atStartOfDay().toInstant(ZoneOffset.UTC).minusMillis(1));
        rolledUp(91);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.days()).containsExactly(TODAY.minusDays(91));
        assertThat(receipt.count(PurgeCount.EVENTS)).isEqualTo(1);
        assertThat(receipt.count(PurgeCount.BYTES)).isPositive();
        assertThat(hasPartition(91)).isFalse();
        assertThat(hasPartition(90)).isTrue();
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-kept");
    }

    @Test
    void expired_events_in_the_default_partition_are_removed_too() {
        visit("visitor-0001", 95);
        visit("visitor-0002", 3);
        visit("visitor-0003", 60);
        visit("visitor-0004", 97);
        rolledUp(95);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.count(PurgeCount.EVENTS)).isEqualTo(1);
        assertThat(receipt.days()).containsExactly(TODAY.minusDays(95));
        assertThat(receipt.keptDays()).containsExactly(TODAY.minusDays(97));
        assertThat(events()).isEqualTo(3);
        assertThat(database.count("SELECT count(*) FROM events_default")).isEqualTo(2);
    }

    @Test
    void a_plan_changes_nothing_and_says_what_the_purge_will_do() {
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
        PurgeReceipt receipt = purgeNow(false);

        assertThat(plan.days()).extracting(ExpiredDay::day).containsExactly(TODAY.minusDays(100), TODAY.minusDays(95));
        assertThat(receipt.counts())
                .containsEntry(PurgeCount.EVENTS, 3L)
                .containsEntry(PurgeCount.SESSIONS, 3L)
                .containsEntry(PurgeCount.VISITORS, 2L)
                .containsEntry(PurgeCount.ROLLUPS, 1L)
                .containsEntry(PurgeCount.REJECTIONS, 1L);
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0002");
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
        assertThat(database.count("SELECT count(*) FROM daily_metric_rollups")).isEqualTo(2);
        assertThat(purge().plan(POLICY, NOW, false).days()).isEmpty();
    }

    /** Stores a row of each kind of count for a day. */
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
    void counts_and_the_rows_of_rollup_days_are_removed_after_their_months_to_the_day() {
        LocalDate kept = TODAY.minusMonths(24);
        counted(kept);
        counted(kept.minusDays(1));

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.count(PurgeCount.ROLLUPS)).isEqualTo(5);
        assertThat(receipt.count(PurgeCount.REJECTIONS)).isEqualTo(1);
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
    void the_figures_of_a_day_are_never_removed_before_its_events() {
        RetentionPolicy oneMonth = new RetentionPolicy(90, 1, 30, null);
        counted(TODAY.minusDays(90));
        counted(TODAY.minusDays(91));

        PurgePlan plan = purge().plan(oneMonth, NOW, false);
        PurgeReceipt receipt = purge().apply(plan, NOW, step -> {}).orElseThrow();

        assertThat(receipt.count(PurgeCount.ROLLUPS))
                .isEqualTo(plan.expected().count(PurgeCount.ROLLUPS))
                .isEqualTo(5);
        assertThat(database.texts("SELECT day::text FROM rollup_days"))
                .containsExactly(TODAY.minusDays(90).toString());
    }

    @Test
    void an_expired_partition_without_events_is_dropped_without_a_rollup() {
        partition(120);

        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(120));
        assertThat(hasPartition(120)).isFalse();
    }

    @Test
    void the_receipt_is_updated_after_each_day_and_finished_at_the_end() {
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
}
