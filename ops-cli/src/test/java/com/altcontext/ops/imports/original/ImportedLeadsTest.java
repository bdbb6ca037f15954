package com.altcontext.ops.imports.original;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sources and consents of leads that are imported from the earlier system. */
class ImportedLeadsTest {
    private static final String ANON_ID = "8f14e45f-ceea-467f-a0e6-1a2b3c4d5e6f";

    private final MigratedDatabase database = MigratedDatabase.fresh();
    private final OriginalDatabase original = OriginalDatabase.empty();

    private CommandRun importOriginal() {
        return database.altops("import", "original", "--from", original.url());
    }

    @Test
    void a_visit_after_the_capture_is_not_the_source_of_the_lead() {
        int before = -20 * 1_440;
        original.visitor("v1", ANON_ID)
                .session("s1", "v1", "https://mail.example.org/inbox", "letter")
                .event("s1", "page_view", "/", 0, "")
                .lead("l1", "ada@example.com", "express", before)
                .link("l1", "v1", "form_submit", before)
                .form("l1", "v1", "accepted", before);
        importOriginal();

        assertThat(database.texts(
                        "SELECT concat_ws(' ', capture_traffic_source, first_traffic_source, form_name) FROM leads"))
                .containsExactly("newsletter");
    }

    @Test
    void a_lead_from_before_the_first_event_counts_as_new_on_its_own_day() {
        original.visitor("v1", ANON_ID)
                .session("s1", "v1", "", "")
                .event("s1", "page_view", "/", 0, "")
                .lead("l1", "ada@example.com", "express", -30 * 1_440);
        LocalDate day =
                LocalDate.ofInstant(OriginalDatabase.START, ZoneOffset.UTC).minusDays(30);

        assertThat(importOriginal().out()).contains("next: altops rollup --from " + day + " --to ");
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);

        assertThat(database.texts("SELECT day || ' ' || new_leads FROM daily_metric_rollups WHERE new_leads > 0"))
                .containsExactly(day + " 1");
    }

    @Test
    void times_from_wrong_clocks_do_not_extend_the_days_to_roll_up() {
        original.visitor("v1", ANON_ID)
                .session("s1", "v1", "", "")
                .event("s1", "page_view", "/1970", -20_000_000, "")
                .event("s1", "page_view", "/", 0, "")
                .event("s1", "page_view", "/2030", 2_000_000, "");

        String next = importOriginal()
                .out()
                .replaceFirst("(?s).*\\nnext: altops ", "")
                .strip();

        assertThat(next).isEqualTo("rollup --from " + CommandRun.TODAY.minusDays(399) + " --to " + CommandRun.TODAY);
        assertThat(database.altops(next.split(" ")).exit()).isEqualTo(Exit.DONE);
    }

    @Test
    void the_attribution_of_a_bots_lead_is_replaced_by_that_of_a_person() {
        String known = "SELECT concat_ws(' ', is_bot, in_review, form_name, capture_landing_path, first_landing_path,"
                + " first_utm_source) FROM leads";
        original.visitWithForm("v1", ANON_ID);
        importOriginal();
        List<String> person = database.texts(known);
        database.run(
                "UPDATE leads SET is_bot = true, in_review = true, form_name = 'bots', capture_landing_path = '/bots',"
                        + " first_landing_path = '/bots', first_utm_source = 'bots'");

        importOriginal();

        assertThat(database.texts(known)).isEqualTo(person).first().asString().startsWith("f f newsletter /");
    }

    @Test
    void a_lead_that_was_sent_only_by_bots_is_not_counted() {
        original.visitWithForm("v1", ANON_ID);
        original.run("UPDATE events SET device_type = 'bot'");
        importOriginal();

        assertThat(database.texts("SELECT concat_ws(' ', is_bot, first_landing_path) FROM leads"))
                .containsExactly("t /");
        assertThat(database.texts("SELECT is_bot::text FROM lead_identities")).containsExactly("true");
        assertThat(database.altops("rollup").exit()).isEqualTo(Exit.DONE);
        assertThat(database.texts("SELECT sum(new_leads)::text FROM daily_metric_rollups"))
                .containsExactly("0");
    }

    @Test
    void the_source_of_a_lead_is_the_first_form_of_a_person_and_not_an_earlier_one_of_a_bot() {
        original.visitor("v1", ANON_ID)
                .session("s1", "v1", "", "")
                .event("s1", "page_view", "/bot", -60, "")
                .event("s1", "form_submit", "/bot", -59, "");
        original.run("UPDATE events SET device_type = 'bot'");
        original.visitWithForm("v2", "visitor-of-the-original-2");
        original.link("l1", "v1", "form_submit", -59).form("l1", "v1", "accepted", -59);
        original.run("UPDATE leads SET first_captured_at = first_captured_at - interval '64 minutes'");
        importOriginal();

        assertThat(database.texts("SELECT concat_ws(' ', is_bot, capture_landing_path, first_landing_path,"
                        + " extract(epoch FROM first_captured_at - (SELECT min(started_at) FROM sessions))::int / 60)"
                        + " FROM leads"))
                .containsExactly("f / / 65");
        assertThat(database.texts(
                        "SELECT i.is_bot || ' ' || s.device FROM lead_identities i JOIN sessions s USING (visitor_id)"
                                + " ORDER BY 1"))
                .containsExactly("false mobile", "true bot");
    }

    /** The earlier system captured leads only with forms, so no operator has these consents in writing. */
    @ParameterizedTest
    @ValueSource(strings = {"implied", "express"})
    void consent_without_a_record_is_marked_as_imported_and_bots_give_none(String status) {
        original.visitWithForm("v1", ANON_ID).lead("l2", "grace@example.com", status, 7);
        original.run(
                "DELETE FROM consent_events",
                "UPDATE form_submissions SET form_name = 'contact', submitted_at = submitted_at + interval '3 min'"
                        + " WHERE validation_status = 'rejected'",
                "UPDATE leads SET consent_status = '" + status + "'",
                "UPDATE events SET device_type = 'bot'");
        importOriginal();

        String reason = "imported from the earlier system, where the lead has this status without a record of it";
        assertThat(database.texts(
                        "SELECT concat_ws(', ', source, form_name, purpose, reason) FROM consent_events ORDER BY id"))
                .containsExactly("form, newsletter, newsletter, " + reason, "form, unknown, newsletter, " + reason);
        assertThat(database.altops("lead", "mailable").out())
                .containsPattern("ada@example[.]com,[^\n]*,may_not,bot,")
                .containsPattern("grace@example[.]com,[^\n]*,may(_until)?," + status + ",");
    }

    @Test
    void consent_on_record_is_marked_as_imported() {
        original.visitWithForm("v1", ANON_ID).consent("l1", "withdrawn", "link", 9);
        importOriginal();

        assertThat(database.texts("SELECT concat_ws(', ', source, form_name, reason) FROM consent_events ORDER BY id"))
                .containsExactly(
                        "form, newsletter, imported from the earlier system",
                        "form, newsletter, imported from the earlier system",
                        "unsubscribe, imported from the earlier system: link");
    }

    /** Columns: the lead's status there, its consents on record there in order of time, and those on record here. */
    @ParameterizedTest
    @CsvSource({
        "express, withdrawn express, withdrawn express",
        "express, express pending, express",
        "express, express implied pending, express",
        "implied, implied pending, implied",
        "withdrawn, express withdrawn pending, express withdrawn",
        "pending, express withdrawn pending, express withdrawn",
        "express, express withdrawn, express withdrawn",
        "pending, express pending, express",
        "implied, express implied, express",
        "express, pending, pending express",
        "express, '', express",
        "withdrawn, express, express withdrawn"
    })
    void a_weaker_status_does_not_override_the_consent_on_record(String status, String given, String recorded) {
        original.lead("l1", "ada@example.com", status, 9);
        int minute = 0;
        for (String each : given.isEmpty() ? new String[0] : given.split(" ")) {
            original.consent("l1", each, "newsletter", minute++);
        }
        importOriginal();

        String last = recorded.substring(recorded.lastIndexOf(' ') + 1);
        assertThat(database.texts("SELECT string_agg(status, ' ' ORDER BY id) FROM consent_events"))
                .containsExactly(recorded);
        assertThat(database.texts("SELECT consent_status FROM leads")).containsExactly(last);
        assertThat(database.altops("lead", "mailable").out()).contains("," + last + ",");
        assertThat(importOriginal().out()).contains("imported 0 consents\n").doesNotContain("withdrew here");
    }

    @ParameterizedTest
    @ValueSource(strings = {"express", "withdrawn"})
    void of_two_consents_at_the_same_time_the_one_with_the_status_of_the_lead_is_the_later_one(String status) {
        original.lead("l1", "ada@example.com", status, 9)
                .consent("l1", "express", "newsletter", 0)
                .consent("l1", "withdrawn", "link", 0)
                .lead("l2", "grace@example.com", status, 9)
                .consent("l2", "withdrawn", "link", 0)
                .consent("l2", "express", "newsletter", 0);

        assertThat(importOriginal().out()).doesNotContain("had no record");

        assertThat(database.texts("SELECT consent_status FROM leads")).containsExactly(status, status);
    }

    /** A form without a box gives pending consent. Prolonging implied consent by it would send mails after its end. */
    @Test
    void a_later_form_with_pending_consent_does_not_prolong_implied_consent() {
        original.lead("l1", "ada@example.com", "implied", 0)
                .consent("l1", "implied", "inquiry", -300 * 1_440)
                .consent("l1", "pending", "newsletter", 0);
        importOriginal();

        assertThat(database.altops("lead", "mailable").out()).contains(",may_not,expired,");
    }

    @Test
    void a_person_who_was_erased_here_is_not_imported_again() {
        Map<String, String> environment = database.with(Map.of("IP_HASH_PEPPER", "a pepper of the test"));
        original.visitWithForm("v1", ANON_ID).lead("l2", "grace@example.com", "express", 7);
        importOriginal();
        assertThat(CommandRun.altops(environment, "lead", "delete", "--email", "ada@example.com", "--yes")
                        .exit())
                .isEqualTo(Exit.DONE);

        CommandRun without = importOriginal();
        CommandRun again = CommandRun.altops(environment, "import", "original", "--from", original.url());

        assertThat(without.exit()).isEqualTo(Exit.USAGE);
        assertThat(without.err()).startsWith("altops: IP_HASH_PEPPER is missing or wrong — ");
        assertThat(again.exit()).isEqualTo(Exit.DONE);
        assertThat(again.out())
                .contains(
                        "skipped 1 leads who were erased here\n", "skipped 3 events of people who were erased here\n");
        assertThat(database.texts("SELECT email FROM leads")).containsExactly("grace@example.com");
        assertThat(database.number("SELECT count(*) FROM visitors")).isZero();
    }
}
