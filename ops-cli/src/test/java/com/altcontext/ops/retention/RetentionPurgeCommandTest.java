package com.altcontext.ops.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionPurgeCommandTest {
    private final MigratedDatabase database = MigratedDatabase.fresh();

    @Test
    void a_dry_run_says_what_a_run_then_does() {
        database.event("default", 100);
        database.event("default", 1);
        CommandRun planned = database.altops("retention", "purge", "--dry-run", "--force");
        assertThat(database.number("SELECT count(*) FROM events")).isEqualTo(2);
        CommandRun purged = database.altops("retention", "purge", "--force");

        assertThat(planned.err()).isEmpty();
        assertThat(planned.exit()).isEqualTo(Exit.DONE);
        assertThat(planned.out()).contains("would remove 1 event of 1 day\n", "would remove 1 session and 1 visitor\n");
        assertThat(purged.out()).isEqualTo(planned.out().replace("would remove", "removed"));
        assertThat(database.number("SELECT count(*) FROM events")).isOne();
        assertThat(database.number("SELECT count(*) FROM visitors")).isOne();
    }

    @Test
    void a_day_without_a_rollup_is_kept_with_exit_code_3() {
        database.event("default", 100);
        CommandRun ran = database.altops("retention", "purge");

        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out())
                .contains("removed 0 events", ", which is not rolled up: run altops rollup, then purge again");
        assertThat(database.number("SELECT count(*) FROM events")).isOne();
        assertThat(database.altops("status").out()).contains("the last purge had to keep days");
        assertThat(database.altops("retention", "purge", "--dry-run", "--json").out())
                .startsWith("{\"ok\":false,\"dryRun\":true,\"eventsKeptFrom\":\"")
                .contains("\"days\":[],\"notRolledUp\":[\"20");
    }

    @Test
    void nothing_is_removed_if_the_clock_is_days_ahead_of_the_database() {
        database.event("default", 60);
        Map<String, String> environment = database.with(Map.of());
        for (String[] command : new String[][] {{"--force"}, {"--dry-run"}}) {
            CommandRun ran = CommandRun.at(
                    CommandRun.NOW.plus(Duration.ofDays(40)), environment, "retention", "purge", command[0]);
            assertThat(ran.exit()).isEqualTo(Exit.FAILED);
            assertThat(ran.err())
                    .matches("altops: this machine's clock is (39|40) days ahead of the database's"
                            + " — nothing was removed; set the clock, then purge again\n");
        }
        assertThat(database.number("SELECT count(*) FROM events")).isOne();
        assertThat(database.number("SELECT count(*) FROM purge_log")).isZero();

        CommandRun late =
                CommandRun.at(CommandRun.NOW.minus(Duration.ofDays(3)), environment, "retention", "purge", "--force");
        assertThat(late.exit()).as("a clock that is behind only removes less").isEqualTo(Exit.DONE);
    }

    @Test
    void the_retention_is_read_from_the_environment() {
        database.event("default", 20);
        CommandRun ran = CommandRun.altops(
                database.with(Map.of("RAW_EVENT_RETENTION_DAYS", " 10 ")), "retention", "purge", "--force");

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM events")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "RAW_EVENT_RETENTION_DAYS, 7",
        "RAW_EVENT_RETENTION_DAYS, ninety",
        "ROLLUP_RETENTION_MONTHS, -1",
        "ROLLUP_RETENTION_MONTHS, 241",
        "UNCONFIRMED_LEAD_DAYS, 9999999999"
    })
    void an_invalid_retention_is_wrong_usage(String name, String value) {
        CommandRun ran = CommandRun.altops(database.with(Map.of(name, value)), "retention", "purge");

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).startsWith("altops: " + name + " is missing or wrong — set it to a number from ");
    }
}
