package com.altcontext.ops.property;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.devdb.TestDatabase;
import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PropertyCommandTest {
    private final MigratedDatabase database = MigratedDatabase.fresh();

    @Test
    void a_property_is_added_listed_and_removed() {
        CommandRun added = database.altops(
                "property", "add", "docs", "--name", "Documentation", "--domain", "docs.example.ca", "Example.org");
        CommandRun listed = database.altops("property", "list");

        assertThat(added).isEqualTo(new CommandRun(Exit.DONE, "added docs\n", ""));
        assertThat(listed.out()).isEqualTo("""
                default  Default  UTC
                docs     Documentation  docs.example.ca example.org  UTC
                """);
        assertThat(database.altops("property", "remove", "docs"))
                .isEqualTo(new CommandRun(Exit.DONE, "removed docs\n", ""));
        assertThat(database.altops("property", "list").out()).isEqualTo("default  Default  UTC\n");
    }

    @Test
    void goals_of_a_removed_property_are_not_counted_for_a_new_one_with_the_same_slug() {
        MigratedDatabase database = MigratedDatabase.fresh();
        assertThat(database.altops("property", "add", "docs", "--name", "Docs").exit())
                .isEqualTo(Exit.DONE);
        assertThat(database.altops("goal", "add", "docs", "signup", "--path", "/")
                        .exit())
                .isEqualTo(Exit.DONE);
        database.event("docs", 1);
        assertThat(database.altops("rollup", "--quiet").exit()).isEqualTo(Exit.DONE);
        database.run("DELETE FROM events", "DELETE FROM sessions", "DELETE FROM visitors");

        assertThat(database.altops("property", "remove", "docs").exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("property", "add", "docs", "--name", "Docs").exit())
                .isEqualTo(Exit.DONE);

        assertThat(database.number("SELECT count(*) FROM daily_goal_rollups")).isZero();
    }

    @Test
    void json_output_is_one_line() {
        assertThat(database.altops(
                                "property",
                                "add",
                                "docs",
                                "--name",
                                "Docs",
                                "--domain",
                                "a.ca",
                                "--domain",
                                "b.ca",
                                "--json")
                        .out())
                .startsWith(
                        "{\"ok\":true,\"property\":{\"slug\":\"docs\",\"name\":\"Docs\",\"domains\":[\"a.ca\",\"b.ca\"],"
                                + "\"timeZone\":\"UTC\",\"excludedNetworks\":[],\"excludedPaths\":[],"
                                + "\"ownHostsOnly\":false,\"confirm\":false,\"createdAt\":\"20");
        assertThat(database.altops("property", "list", "--json").out())
                .startsWith("{\"ok\":true,\"properties\":[{\"slug\":\"default\"");
        assertThat(database.altops("property", "remove", "docs", "--json").out())
                .isEqualTo("{\"ok\":true,\"removed\":\"docs\"}\n");
    }

    @ParameterizedTest
    @CsvSource({
        "property add default --name Again, 1, there is a property default already",
        "property add blog --name Blog --domain docs.example.ca, 1, the domain docs.example.ca belongs to the property docs",
        "property add Blog! --name Blog --domain https://x/, 2, SLUG must be 1 to 63",
        "property add blog, 2, Missing required option: '--name=NAME'",
        "property add blog --name Blog --time-zone Mars/Olympus, 2, --time-zone must be the name of a time zone",
        "property set docs --time-zone GMT+5, 2, --time-zone must be the name of a time zone",
        "property set docs --exclude-network 300.0.0.0/8, 2, --exclude-network must be a network in CIDR notation",
        "property set docs --exclude-network 10.1/16, 2, --exclude-network must be a network in CIDR notation",
        "property set docs --exclude-network fe80::1%lo, 2, --exclude-network must be a network in CIDR notation",
        "property set docs --exclude-network fe80::%1/64, 2, --exclude-network must be a network in CIDR notation",
        "property set docs --exclude-network 0.0.0.0/0, 2, '--exclude-network must be a network in CIDR notation like 203.0.113.0/24 or 2001:db8::/48, and not all addresses (/0)'",
        "property add blog --name Blog --exclude-network ::/0, 2, '--exclude-network must be a network in CIDR notation like 203.0.113.0/24 or 2001:db8::/48, and not all addresses (/0)'",
        "property set docs --exclude-path admin, 2, --exclude-path must begin with / or *",
        "property set docs --domain https://x/, 2, --domain must be a host name",
        "property set default --domain docs.example.ca, 1, the domain docs.example.ca belongs to the property docs",
        "property set default --own-hosts-only, 2, --own-hosts-only needs a domain",
        "property set unknown --name X, 1, there is no property unknown",
        "property set docs, 2, no setting was given",
        "property remove unknown, 1, there is no property unknown",
        "property remove default, 1, the property default cannot be removed",
        "property remove docs, 1, docs holds 1 visitor and 0 leads",
    })
    void a_refusal_says_what_to_do_next(String line, int exit, String what) {
        database.run(
                "INSERT INTO properties VALUES ('docs', 'Docs', '{docs.example.ca}')",
                "INSERT INTO visitors VALUES (gen_random_uuid(), 'docs', 'visitor-1', now())");
        CommandRun ran = database.altops(line.split(" ", -1));

        assertThat(ran.exit()).isEqualTo(exit);
        assertThat(ran.err()).startsWith("altops: " + what).contains(" — ").hasLineCount(1);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void settings_are_changed_one_by_one_and_each_change_is_audited() {
        assertThat(database.altops(
                        "property",
                        "set",
                        "default",
                        "--name",
                        "Our site",
                        "--domain",
                        "www.example.ca",
                        "Example.CA",
                        "--exclude-network",
                        "203.0.113.0/24",
                        "2001:db8::/48",
                        "--exclude-path",
                        "/admin/*",
                        "--own-hosts-only"))
                .isEqualTo(new CommandRun(
                        Exit.DONE,
                        "changed name, domains, excluded networks, excluded paths, own hosts only of default\n",
                        ""));
        assertThat(database.altops("property", "list").out())
                .isEqualTo("default  Our site  www.example.ca example.ca  UTC  excludes 203.0.113.0/24"
                        + " 2001:db8:0:0:0:0:0:0/48 /admin/*  own hosts only\n");
        assertThat(database.number("SELECT count(*) FROM audit_log WHERE done_by = 'altops' AND property_id = 'default'"
                        + " AND action IN ('property_name', 'property_domains', 'property_excluded_networks',"
                        + " 'property_excluded_paths', 'property_own_hosts_only')"))
                .isEqualTo(5);

        assertThat(database.altops(
                                "property",
                                "set",
                                "default",
                                "--exclude-path",
                                "none",
                                "--exclude-network",
                                "none",
                                "--no-own-hosts-only",
                                "--domain",
                                "none",
                                "--name",
                                "Our site")
                        .out())
                .isEqualTo("changed domains, excluded networks, excluded paths, own hosts only of default\n");
        assertThat(database.altops("property", "list").out()).isEqualTo("default  Our site  UTC\n");
        assertThat(database.altops("property", "set", "default", "--name", "Our site")
                        .out())
                .isEqualTo("default is unchanged\n");
        assertThat(database.number("SELECT count(*) FROM audit_log")).isEqualTo(9);
    }

    @Test
    void the_time_zone_is_not_changed_if_the_clock_is_days_ahead() {
        CommandRun ran = CommandRun.at(
                CommandRun.NOW.plus(Duration.ofDays(10)),
                database.with(Map.of()),
                "property",
                "set",
                "default",
                "--time-zone",
                "Pacific/Kiritimati");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("ahead of the database's — nothing was changed");
        assertThat(database.number("SELECT count(*) FROM properties WHERE time_zone <> 'UTC'"))
                .isZero();
    }

    @Test
    void a_change_of_time_zone_computes_days_with_raw_events_again() {
        database.event("default", 3);
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        database.run("INSERT INTO daily_metric_rollups (property_id, day, page_views) VALUES ('default', '"
                + CommandRun.TODAY.minusDays(40) + "', 7)");

        // The event was three days ago at noon UTC. In Kiritimati that was two in the morning of the next day.
        CommandRun ran = database.altops("property", "set", "default", "--time-zone", "Pacific/Kiritimati");

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(ran.out())
                .startsWith("changed time zone of default\nfrom 20")
                .endsWith(
                        " on, its days are days in Pacific/Kiritimati; the figures of earlier days stay as they were\n");
        assertThat(database.number("SELECT count(*) FROM daily_metric_rollups WHERE page_views = 1 AND day = '"
                        + CommandRun.TODAY.minusDays(2) + "' AND time_zone = 'Pacific/Kiritimati'"))
                .isOne();
        assertThat(database.number("SELECT sum(page_views) FROM daily_metric_rollups"))
                .isEqualTo(8);
        assertThat(database.altops("rollup", "check").out()).isEqualTo("0 differences on 8 days\n");
        assertThat(database.altops("property", "set", "default", "--time-zone", "UTC", "--json")
                        .out())
                .contains("\"changed\":[\"time_zone\"],\"computedAgainFrom\":\"20");
    }

    @Test
    void figures_of_a_day_that_is_to_come_in_the_new_time_zone_are_removed() {
        database.run(
                "INSERT INTO properties (id, name, time_zone) VALUES ('docs', 'Docs', 'Pacific/Kiritimati')",
                "UPDATE properties SET time_zone = 'Pacific/Kiritimati'");
        // At noon UTC, tomorrow has begun in Kiritimati.
        database.event("default", 0);
        database.event("docs", 0);
        assertThat(database.altops("goal", "add", "default", "home", "--path", "/")
                        .exit())
                .isEqualTo(Exit.DONE);
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);

        assertThat(database.altops("property", "set", "default", "--time-zone", "UTC")
                        .exit())
                .isEqualTo(Exit.DONE);

        for (String table : List.of("metric", "dimension", "goal", "ingest")) {
            assertThat(database.texts("SELECT max(day) || '' FROM daily_" + table
                            + "_rollups WHERE property_id = 'default' AND day > '" + CommandRun.TODAY.minusDays(1)
                            + "'"))
                    .as(table)
                    .containsExactly(CommandRun.TODAY.toString());
        }
        assertThat(database.texts("SELECT property_id || ' ' || day FROM daily_metric_rollups WHERE page_views > 0"))
                .containsExactlyInAnyOrder("default " + CommandRun.TODAY, "docs " + CommandRun.TODAY.plusDays(1));
        assertThat(database.texts("SELECT max(day) || '' FROM rollup_days"))
                .containsExactly(CommandRun.TODAY.plusDays(1).toString());

        assertThat(database.altops("property", "set", "docs", "--time-zone", "America/Toronto")
                        .exit())
                .isEqualTo(Exit.DONE);

        assertThat(database.texts("SELECT max(day) || '' FROM rollup_days"))
                .containsExactly(CommandRun.TODAY.toString());
        assertThat(database.texts("SELECT max(day) || '' FROM daily_metric_rollups"))
                .containsExactly(CommandRun.TODAY.toString());
    }

    @Test
    void setting_the_same_time_zone_again_only_completes_an_interrupted_change() {
        database.event("default", 3);
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        database.run("UPDATE properties SET time_zone = 'Pacific/Kiritimati'");

        CommandRun again = database.altops("property", "set", "default", "--time-zone", "Pacific/Kiritimati");
        CommandRun third = database.altops("property", "set", "default", "--time-zone", "Pacific/Kiritimati");

        assertThat(again.out())
                .startsWith("default is unchanged\nfrom 20")
                .endsWith(
                        " on, its days are days in Pacific/Kiritimati; the figures of earlier days stay as they were\n");
        assertThat(database.altops("rollup", "check").out()).isEqualTo("0 differences on 8 days\n");
        assertThat(third.out()).isEqualTo("default is unchanged\n");
    }

    @Test
    void the_next_rollup_completes_an_interrupted_change_of_time_zone() {
        database.event("default", 3);
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        database.run("UPDATE properties SET time_zone = 'Pacific/Kiritimati'");

        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);

        assertThat(database.number("SELECT page_views FROM daily_metric_rollups WHERE day = '"
                        + CommandRun.TODAY.minusDays(2) + "'"))
                .isOne();
        assertThat(database.altops("rollup", "check").out()).isEqualTo("0 differences on 8 days\n");
    }

    @Test
    void a_missing_schema_is_reported() {
        CommandRun ran = CommandRun.altopsOn(TestDatabase.fresh(), "property", "list");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .isEqualTo(
                        "altops: the schema is older than this release needs — apply the pending migrations with: altops migrate\n");
    }
}
