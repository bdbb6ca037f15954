package com.altcontext.ops.imports.original;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import com.altcontext.visit.AnonId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImportOriginalCommandTest {
    private static final String ANON_ID = "8f14e45f-ceea-467f-a0e6-1a2b3c4d5e6f";

    private final MigratedDatabase database = MigratedDatabase.fresh();
    private final OriginalDatabase original = OriginalDatabase.empty();

    private CommandRun importOriginal(String... more) {
        List<String> args = new ArrayList<>(List.of("import", "original", "--from", original.url()));
        args.addAll(List.of(more));
        return database.altops(args.toArray(String[]::new));
    }

    @Test
    void a_visit_that_was_split_in_two_becomes_one_session() {
        original.visitWithForm("v1", ANON_ID);

        CommandRun ran = importOriginal();

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(database.texts(
                        "SELECT concat_ws(' ', entry_path, exit_path, page_views, events, conversions, utm_source, traffic_source,"
                                + " device, country, referrer_host) FROM sessions"))
                .containsExactly("/ /pricing 2 3 1 letter email mobile CA mail.example.org");
        assertThat(database.texts(
                        "SELECT concat_ws(' ', event_type, path, props->>'place', occurred_at AT TIME ZONE 'UTC' = '"
                                + OriginalDatabase.START.toString().replace("Z", "")
                                + "') FROM events ORDER BY occurred_at"))
                .containsExactly("page_view / top t", "page_view /pricing top f", "form_submit /pricing top f");
        assertThat(ran.out())
                .contains("imported 3 events\n", "imported 1 sessions\n", "imported 1 visitors\n", "imported 1 leads\n")
                .contains("skipped 1 submissions that were not accepted\n", "next: altops rollup --from ");
    }

    @Test
    void an_imported_visitor_has_the_id_that_the_service_gives_a_returning_visitor() {
        original.visitWithForm("v1", ANON_ID);
        importOriginal();

        assertThat(database.texts("SELECT visitor_id::text FROM visitors"))
                .containsExactly(new AnonId(ANON_ID).visitorOf("default").toString());
    }

    @Test
    void a_lead_is_imported_with_its_consent_visitor_form_and_source() {
        original.visitWithForm("v1", ANON_ID);
        importOriginal();

        assertThat(database.texts(
                        "SELECT concat_ws(' ', property_id, email, consent_status, form_name, source_channel, capture_utm_source,"
                                + " capture_landing_path, first_traffic_source) FROM leads"))
                .containsExactly("default ada@example.com express newsletter website letter / email");
        assertThat(database.texts(
                        "SELECT concat_ws(' ', status, source, form_name, purpose, octet_length(ip_hash)) FROM consent_events"
                                + " ORDER BY id"))
                .containsExactly("pending form newsletter newsletter 32", "express form newsletter newsletter 32");
        assertThat(
                        database.texts(
                                "SELECT concat_ws(' ', i.source, i.confidence) FROM lead_identities i JOIN visitors v USING (visitor_id)"))
                .containsExactly("form_submit 1");
        assertThat(database.texts("SELECT concat_ws(' ', f.form_name, f.payload->>'often') FROM form_submissions f"
                        + " JOIN sessions s ON s.visitor_id = f.visitor_id AND s.id = f.session_id"))
                .containsExactly("newsletter weekly");
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("rollup", "check").exit()).isEqualTo(Exit.DONE);
    }

    @Test
    void another_run_after_a_purge_keeps_the_figures_of_the_purged_days() {
        original.visitWithForm("v1", ANON_ID);
        importOriginal();
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        String day = database.texts("SELECT day::text FROM events LIMIT 1").getFirst();
        database.run(
                "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions, visitors,"
                        + " rollups, rejections, days_left) VALUES (now(), DATE '" + day
                        + "' + 1, current_date - 700, 1, 3, 0, 0, 0, 0, 0, 0)");
        assertThat(database.number("SELECT count(drop_event_partition('" + day + "'))"))
                .isOne();

        assertThat(importOriginal().out()).doesNotContain("next: ");
        assertThat(database.number("SELECT count(to_regclass('events_" + day.replace("-", "") + "'))"))
                .isZero();

        assertThat(database.number("SELECT count(ensure_event_partition('" + day + "'))"))
                .isOne();
        assertThat(database.altops("rollup", "--day", day).err()).contains("the raw events of " + day + " are gone");
        assertThat(database.texts("SELECT page_views::text FROM daily_metric_rollups WHERE day = '" + day + "'"))
                .containsExactly("2");
    }

    @Test
    void the_first_day_of_a_property_in_another_time_zone_is_counted_and_then_purged() {
        database.run("INSERT INTO properties (id, name, time_zone) VALUES ('docs', 'Docs', 'America/Toronto')");
        int atTwoInTheMorning = -20 * 1_440 - 600;
        original.visitor("v1", ANON_ID)
                .session("s1", "v1", "", "")
                .event("s1", "page_view", "/", atTwoInTheMorning, "docs");
        importOriginal();

        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        CommandRun purged = CommandRun.altops(
                database.with(Map.of("RAW_EVENT_RETENTION_DAYS", "15")), "retention", "purge", "--json");

        assertThat(database.number("SELECT coalesce(sum(page_views), 0)::bigint FROM daily_metric_rollups"))
                .isOne();
        assertThat(purged.exit()).as(purged.out()).isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM sessions")).isZero();
    }

    @Test
    void another_run_imports_only_what_is_missing() {
        original.visitWithForm("v1", ANON_ID);
        importOriginal();
        original.session("s3", "v1", "", "")
                .event("s3", "page_view", "/late", 8, "")
                .consent("l1", "withdrawn", "unsubscribe", 9);
        original.run("UPDATE leads SET consent_status = 'withdrawn'");

        CommandRun again = importOriginal();

        assertThat(again.out())
                .contains("imported 1 events\n", "imported 0 sessions\n", "imported 0 leads\n", "imported 1 consents\n")
                .contains("skipped 3 events that are here already\n", "skipped 1 leads that are here already\n");
        assertThat(database.texts("SELECT concat_ws(' ', exit_path, page_views) FROM sessions"))
                .containsExactly("/late 3");
        assertThat(database.texts("SELECT consent_status FROM leads")).containsExactly("withdrawn");
        CommandRun third = importOriginal("--json");
        assertThat(third.out()).contains("\"consents\":0", "\"visitors\":0").doesNotContain("\"events\":");
        assertThat(database.number("SELECT count(*) FROM events")).isEqualTo(4);
        assertThat(database.number("SELECT count(*) FROM consent_events")).isEqualTo(3);
        assertThat(database.number("SELECT count(*) FROM form_submissions")).isEqualTo(1);
    }

    @Test
    void each_event_goes_to_its_property_and_a_lead_to_the_property_of_its_first_event() {
        original.visitor("v1", ANON_ID)
                .session("s1", "v1", "", "")
                .event("s1", "page_view", "/docs", 0, "docs")
                .event("s1", "page_view", "/", 1, "No Slug!")
                .lead("l1", "ada@example.com", "pending", 5)
                .link("l1", "v1", "manual_merge", 5)
                .lead("l2", "grace@example.com", "pending", 6);

        CommandRun ran = importOriginal();

        assertThat(database.texts("SELECT property_id || path FROM events ORDER BY 1"))
                .containsExactly("default/", "docs/docs");
        assertThat(database.texts("SELECT property_id || ' ' || email FROM leads ORDER BY email"))
                .containsExactly("docs ada@example.com", "default grace@example.com");
        assertThat(database.texts("SELECT source FROM lead_identities")).containsExactly("form_submit");
        assertThat(ran.out())
                .contains("imported 1 properties\n", "imported 2 visitors\n")
                .contains("changed 1 properties whose name is not a slug")
                .contains("changed 1 links by manual merge", "changed 2 consents that had no record\n");
    }

    @Test
    void rows_that_cannot_be_imported_are_skipped_with_a_reason() {
        original.visitor("v1", "short")
                .session("s1", "v1", "", "")
                .event("s1", "page_view", "/", 0, "")
                .visitor("v2", ANON_ID)
                .session("s2", "v2", "", "")
                .event("s2", "page_view", "/future", 5_000, "")
                .event("s2", "page_view", "/purged", -1_440 * 9, "")
                .event("s2", "page_view", "/kept", 0, "")
                .lead("l1", "no address", "pending", 5);
        database.run(
                "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions, visitors,"
                        + " rollups, rejections, days_left) VALUES (now(), current_date - 5, current_date - 700, 0, 0, 0, 0, 0, 0, 0, 0)");

        CommandRun ran = importOriginal();

        assertThat(ran.out())
                .contains("imported 1 events\n")
                .contains("skipped 1 events of visitors whose id does not have 8 to 128 characters\n")
                .contains("skipped 1 events of the future\n", "skipped 1 events of days that were purged here\n")
                .contains("skipped 1 leads without a valid address\n");
        assertThat(database.texts("SELECT path FROM events")).containsExactly("/kept");
    }

    @Test
    void an_import_adds_a_stronger_consent_but_never_overrides_a_withdrawal() {
        original.visitWithForm("v1", ANON_ID);
        original.lead("l2", "grace@example.com", "express", 3).consent("l2", "express", "newsletter", 3);
        importOriginal();
        database.run(
                "UPDATE leads SET consent_status = 'withdrawn' WHERE email = 'ada@example.com'",
                "UPDATE leads SET consent_status = 'pending' WHERE email = 'grace@example.com'",
                "INSERT INTO consent_events (lead_id, property_id, status, source, form_name, purpose, occurred_at)"
                        + " SELECT id, property_id, 'pending', 'form', 'news', 'newsletter', now() FROM leads WHERE email = 'grace@example.com'");
        original.consent("l1", "express", "again", 30).consent("l2", "express", "again", 30);

        CommandRun ran = importOriginal();

        assertThat(ran.out()).contains("skipped 3 consents of leads who withdrew here\n");
        assertThat(database.texts("SELECT consent_status FROM leads ORDER BY email"))
                .containsExactly("withdrawn", "express");
    }

    @Test
    void no_partition_is_made_for_the_last_day_that_was_purged() {
        original.visitor("v1", ANON_ID)
                .session("s1", "v1", "", "")
                .event("s1", "page_view", "/purged", -1_440 * 20, "")
                .event("s1", "page_view", "/kept", -1_440 * 12, "");
        database.run(
                "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions, visitors,"
                        + " rollups, rejections, days_left) VALUES (now(), current_date - 15, current_date - 700, 0, 0, 0, 0, 0, 0, 0, 0)");

        assertThat(importOriginal().out()).contains("imported 1 events\n");

        assertThat(database.number("SELECT count(to_regclass('events_' || to_char(current_date - 15, 'YYYYMMDD')))"))
                .isOne();
        assertThat(database.number("SELECT count(to_regclass('events_' || to_char(current_date - 16, 'YYYYMMDD')))"))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pending", "implied"})
    void a_later_weaker_consent_in_the_earlier_system_does_not_replace_one_given_here(String weaker) {
        original.lead("l1", "ada@example.com", weaker, 0).consent("l1", weaker, "newsletter", 0);
        importOriginal();
        database.run(
                "UPDATE leads SET consent_status = 'express', consent_expires_at = NULL",
                "INSERT INTO consent_events (lead_id, property_id, status, source, form_name, purpose, occurred_at)"
                        + " SELECT id, property_id, 'express', 'form', 'news', 'newsletter', first_captured_at + interval '9 min'"
                        + " FROM leads");
        original.consent("l1", weaker, "newsletter", 30);

        CommandRun ran = importOriginal();

        assertThat(ran.out()).contains("imported 0 consents\n");
        assertThat(database.texts("SELECT consent_status FROM leads")).containsExactly("express");
        assertThat(database.altops("lead", "mailable").out()).contains(",newsletter,may,express,");
    }

    @Test
    void imported_implied_consent_ends_after_the_configured_number_of_months() {
        original.lead("l1", "ada@example.com", "implied", 0).consent("l1", "implied", "inquiry", 0);

        CommandRun ran = CommandRun.altops(
                database.with(Map.of("ORIGINAL_DATABASE_URL", original.url(), "IMPLIED_CONSENT_MONTHS", "12")),
                "import",
                "original");

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM leads WHERE consent_expires_at ="
                        + " (first_captured_at AT TIME ZONE 'UTC' + interval '12 months') AT TIME ZONE 'UTC'"))
                .isEqualTo(1);
    }

    @Test
    void a_dry_run_says_what_it_would_import_and_stores_nothing() {
        original.visitWithForm("v1", ANON_ID);
        original.event("v1-1", "page_view", "/docs", 7, "docs");

        CommandRun ran = importOriginal("--dry-run");

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(ran.out())
                .contains("would import 4 events\n", "would import 1 properties\n", "would import 1 leads\n");
        for (String table : List.of("events", "visitors", "sessions", "leads", "consent_events")) {
            assertThat(database.number("SELECT count(*) FROM " + table))
                    .as(table)
                    .isZero();
        }
        assertThat(database.number("SELECT count(*) FROM properties")).isEqualTo(1);
    }

    @Test
    void a_dry_run_reports_the_same_counts_as_the_run() {
        original.visitWithForm("v1", ANON_ID);
        original.visitor("v2", "no-events")
                .link("l1", "v2", "same_ip_ua_window", 6)
                .lead("l2", "grace@example.com", "pending", 7)
                .link("l2", "v1", "manual_merge", 7);

        List<String> planned = importOriginal("--dry-run").out().lines().toList();
        List<String> done = importOriginal()
                .out()
                .lines()
                .filter(line -> !line.contains("sessions") && !line.startsWith("next: "))
                .map(line -> line.replace("imported ", "would import "))
                .toList();

        assertThat(planned)
                .isEqualTo(done)
                .contains(
                        "would import 2 leads",
                        "would import 1 submissions",
                        "skipped 1 submissions that were not accepted");
    }

    @Test
    void any_other_database_is_refused_and_what_it_lacks_is_named() {
        original.run("ALTER TABLE events RENAME COLUMN ua_hash TO other; DROP TABLE consent_events");

        CommandRun other = importOriginal();
        CommandRun own = database.altops("import", "original", "--from", database.url());

        assertThat(other.exit()).isEqualTo(Exit.FAILED);
        assertThat(other.err())
                .startsWith(
                        "altops: that is not a database of the earlier system: it lacks events.ua_hash, consent_events.");
        assertThat(own.exit()).isEqualTo(Exit.FAILED);
        assertThat(own.err()).contains("it lacks visitors.id,");
        assertThat(database.altops("import", "original").exit()).isEqualTo(Exit.USAGE);
        assertThat(database.altops("import", "original", "--from", "mysql://x").exit())
                .isEqualTo(Exit.USAGE);
    }

    @Test
    void the_database_url_of_the_earlier_system_may_have_its_schema_parameter() {
        original.visitWithForm("v1", ANON_ID);
        String url = original.url() + (original.url().contains("?") ? "&" : "?") + "schema=public";

        assertThat(database.altops("import", "original", "--from", url).err()).isEmpty();
    }

    @Test
    void a_failure_to_reach_the_earlier_system_is_not_blamed_on_the_database_here() {
        CommandRun ran = database.altops(
                "import", "original", "--from", original.url().replaceFirst("/[a-z0-9_]+(\\?|$)", "/none_such$1"));

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .isEqualTo("altops: the earlier system: the server has no database of that name"
                        + " — check the name in --from or ORIGINAL_DATABASE_URL\n");
    }
}
