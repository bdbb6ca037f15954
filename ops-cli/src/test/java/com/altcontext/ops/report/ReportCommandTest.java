package com.altcontext.ops.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import com.altcontext.report.ReportWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportCommandTest {
    private final MigratedDatabase database = MigratedDatabase.fresh();
    private final String week = ReportWeek.lastFull(CommandRun.TODAY).text();

    @Test
    void a_report_is_sent_once_to_each_recipient() {
        database.run("UPDATE properties SET created_at = '2025-12-01'");
        assertThat(database.altops("report", "send").out()).startsWith("no property has recipients");
        assertThat(database.altops(
                        "property",
                        "set",
                        "default",
                        "--report",
                        "A@Team.example",
                        "b@team.example",
                        "--mail-language",
                        "fr"))
                .isEqualTo(new CommandRun(Exit.DONE, "changed report, mails of default\n", ""));
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);

        assertThat(database.altops("report", "send", "--dry-run").out())
                .isEqualTo("default, " + week + ": 2 mails would be sent\n");
        assertThat(database.number("SELECT count(*) FROM outbox")).isZero();
        assertThat(database.altops("report", "send", "--json").out())
                .isEqualTo("{\"ok\":true,\"dryRun\":false,\"reports\":[{\"propertyId\":\"default\",\"week\":\"" + week
                        + "\",\"mails\":2,\"begun\":true}]}\n");
        assertThat(database.altops("report", "send").out()).isEqualTo("default, " + week + ": 0 mails\n");
        assertThat(database.number(
                        "SELECT count(*) FROM outbox WHERE kind = 'mail' AND event = 'report.weekly' AND language = 'fr'"
                                + " AND destination IN ('a@team.example', 'b@team.example')"))
                .isEqualTo(2);
        assertThat(database.altops("property", "list").out())
                .contains("2 report recipients")
                .doesNotContain("team.example");
    }

    @Test
    void a_week_with_missing_figures_is_not_sent() {
        database.event("default", 8);
        assertThat(database.altops("property", "set", "default", "--report", "a@team.example")
                        .exit())
                .isEqualTo(Exit.DONE);

        CommandRun ran = database.altops("report", "send");
        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out())
                .isEqualTo(
                        "default, " + week
                                + ": not sent, since figures of the week are missing: run altops rollup, unless they were purged\n");
        assertThat(database.number("SELECT count(*) FROM sent_reports")).isZero();
    }

    @Test
    void a_week_that_is_over_in_utc_but_not_for_the_property_is_not_sent() {
        database.run("UPDATE properties SET time_zone = 'Pacific/Honolulu'");
        assertThat(database.altops("property", "set", "default", "--report", "a@team.example")
                        .exit())
                .isEqualTo(Exit.DONE);
        Instant sundayInHonolulu =
                ReportWeek.parse(week).window().to().plusDays(1).atTime(5, 0).toInstant(ZoneOffset.UTC);

        assertThat(CommandRun.at(sundayInHonolulu, database.with(Map.of()), "report", "send", "--week", week))
                .isEqualTo(new CommandRun(
                        Exit.CHECK_FAILED,
                        "default, " + week + ": not sent, since the week is not over in Pacific/Honolulu\n",
                        ""));
    }

    @Test
    void a_week_before_the_property_existed_is_not_sent() {
        assertThat(database.altops("property", "set", "default", "--report", "a@team.example")
                        .exit())
                .isEqualTo(Exit.DONE);
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);

        assertThat(database.altops("report", "send"))
                .isEqualTo(new CommandRun(
                        Exit.DONE, "default, " + week + ": not sent, since the property did not exist yet\n", ""));
        assertThat(database.altops("report", "send", "--json").out()).contains("\"mails\":0,\"begun\":false}");
        assertThat(database.altops("report", "send", "--week", "2025-W47").exit())
                .isEqualTo(Exit.CHECK_FAILED);
        assertThat(database.number("SELECT count(*) FROM outbox")).isZero();
        assertThat(database.altops("report", "send", "--property", "unknown").err())
                .startsWith("altops: there is no property unknown — ");
    }

    @Test
    void a_property_that_was_added_after_the_week_is_reported_if_it_has_figures_of_that_week() {
        database.event("default", 8);
        assertThat(database.altops("property", "set", "default", "--report", "a@team.example")
                        .exit())
                .isEqualTo(Exit.DONE);
        database.run("UPDATE properties SET created_at = now() + interval '1 day'");
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);

        assertThat(database.altops("report", "send").out()).isEqualTo("default, " + week + ": 1 mail\n");
    }

    @Test
    void invalid_options_are_refused() {
        assertThat(database.altops("report", "send", "--week", "2026-47").err())
                .contains("--week must be a week like 2026-W47");
        assertThat(database.altops("report", "send", "--week", "2999-W01").err())
                .contains("--week is not over");
        CommandRun refused = database.altops("property", "set", "default", "--notify", "jo@localhost");
        assertThat(refused.exit()).isEqualTo(Exit.USAGE);
        assertThat(refused.err()).contains("--notify must be an e-mail address whose domain has a dot");
        assertThat(database.altops("property", "set", "default", "--mail-language", "de")
                        .exit())
                .isEqualTo(Exit.USAGE);
    }

    @Test
    void the_recipients_of_alerts_are_set_audited_and_removed() {
        assertThat(database.altops("property", "set", "default", "--notify", "a@team.example", "--notify-details")
                        .out())
                .isEqualTo("changed notify, mails of default\n");
        assertThat(database.altops("property", "set", "default", "--notify", "a@team.example")
                        .out())
                .isEqualTo("default is unchanged\n");
        assertThat(database.altops("property", "list").out()).contains("1 alert recipient");
        assertThat(database.number(
                        "SELECT count(*) FROM audit_log WHERE action IN ('property_notify', 'property_mails')"))
                .isEqualTo(2);
        assertThat(database.altops("property", "set", "default", "--notify", "none")
                        .exit())
                .isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM recipients")).isZero();
    }
}
