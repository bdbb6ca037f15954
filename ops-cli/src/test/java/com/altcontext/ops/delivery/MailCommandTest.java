package com.altcontext.ops.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import org.junit.jupiter.api.Test;

class MailCommandTest {
    private final MigratedDatabase database = MigratedDatabase.fresh();

    /** Stores a lead whose consent has waited this long for a confirmation, and its mail, which was set aside. */
    private void unconfirmedLead(String email, String since) {
        database.run("""
                WITH l AS (
                    INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status,
                                       confirmation_mails, confirmation_mailed_at)
                    VALUES (gen_random_uuid(), 'default', '%1$s', now(), now(), 'pending', 1, now() - interval '%2$s')
                    RETURNING id),
                e AS (
                    INSERT INTO consent_events (lead_id, property_id, status, source, form_name, path, purpose, reason, occurred_at)
                    SELECT id, 'default', 'pending', 'form', 'footer', '/', 'newsletter', 'box ticked', now() - interval '%2$s'
                    FROM l RETURNING id, lead_id)
                INSERT INTO outbox (id, kind, event, lead_id, property_id, body, attempts, last_error, created_at, set_aside_at)
                SELECT gen_random_uuid(), 'mail', 'confirmation', lead_id, 'default',
                       jsonb_build_object('consentId', id, 'site', 'Docs', 'purposes', '["newsletter"]'::jsonb), 1,
                       'answered 550', now() - interval '%2$s', now()
                FROM e
                """.formatted(email, since));
    }

    private void recipientWithMail(String kind, String email, String event) {
        database.run(
                "INSERT INTO recipients (id, property_id, kind, email, created_at) VALUES (gen_random_uuid(), 'default', '"
                        + kind + "', '" + email + "', now())",
                """
                INSERT INTO outbox (id, kind, event, destination, property_id, body, attempts, last_error, set_aside_at)
                SELECT gen_random_uuid(), 'mail', '%s', email, 'default', jsonb_build_object('recipientId', id), 12,
                       'failed: no connection', now()
                FROM recipients WHERE kind = '%s' AND email = '%s'
                """.formatted(event, kind, email));
    }

    @Test
    void mails_that_were_set_aside_are_listed_without_addresses_and_sent_again() {
        unconfirmedLead("jo@example.ca", "2 days");
        recipientWithMail("report", "a@team.example", "report.weekly");
        recipientWithMail("alert", "b@team.example", "lead.alert");

        assertThat(database.altops("mail", "list")).isEqualTo(new CommandRun(Exit.DONE, """
                confirmation  default  0 waiting, 1 set aside, last error: answered 550
                lead.alert  default  0 waiting, 1 set aside, last error: failed: no connection
                report.weekly  default  0 waiting, 1 set aside, last error: failed: no connection
                """, ""));
        assertThat(database.altops("mail", "replay", "--dry-run").out()).isEqualTo("3 mails would be sent again\n");
        assertThat(database.altops("mail", "replay", "confirmation").out()).isEqualTo("1 mail will be sent again\n");
        assertThat(database.altops("mail", "list", "--json").out())
                .contains(
                        "{\"event\":\"confirmation\",\"propertyId\":\"default\",\"waiting\":1,\"setAside\":0,\"oldest\":");
        assertThat(database.altops("mail", "replay", "--json").out())
                .isEqualTo("{\"ok\":true,\"dryRun\":false,\"replayed\":2,\"removed\":0}\n");
        assertThat(database.number(
                        "SELECT count(*) FROM outbox WHERE set_aside_at IS NULL AND attempts = 0 AND next_attempt_at <= now()"
                                + " AND retry_until > now() + interval '2 days'"))
                .isEqualTo(3);
        assertThat(database.altops("mail", "replay").out()).isEqualTo("0 mails will be sent again\n");
    }

    @Test
    void mails_that_are_no_longer_needed_are_removed_instead_of_sent() {
        unconfirmedLead("late@example.ca", "15 days");
        unconfirmedLead("asked-again@example.ca", "5 days");
        unconfirmedLead("written@example.ca", "2 days");
        unconfirmedLead("confirmed@example.ca", "2 days");
        recipientWithMail("report", "a@team.example", "report.weekly");
        recipientWithMail("alert", "b@team.example", "lead.alert");
        recipientWithMail("alert", "c@team.example", "lead.alert");
        database.run(
                "UPDATE leads SET confirmation_mailed_at = now() - interval '1 day' WHERE email = 'asked-again@example.ca'",
                """
                INSERT INTO consent_events (lead_id, property_id, status, source, form_name, path, purpose, occurred_at, confirms)
                SELECT e.lead_id, e.property_id, 'express', 'confirmed', e.form_name, e.path, e.purpose, now(), e.id
                FROM consent_events AS e JOIN leads AS l ON l.id = e.lead_id WHERE email = 'confirmed@example.ca'
                """,
                "UPDATE recipients SET stopped_at = now() WHERE email <> 'c@team.example'");
        assertThat(database.altops(
                                "lead",
                                "consent",
                                "--email",
                                "written@example.ca",
                                "--status",
                                "express",
                                "--reason",
                                "paper")
                        .exit())
                .isEqualTo(Exit.DONE);

        assertThat(database.altops("mail", "replay", "--dry-run").out())
                .isEqualTo("1 mail would be sent again\nwould remove 6 mails that are no longer needed\n");
        assertThat(database.altops("mail", "replay").out())
                .isEqualTo("1 mail will be sent again\nremoved 6 mails that are no longer needed\n");
        assertThat(database.number("SELECT count(*) FROM outbox WHERE destination = 'c@team.example'"))
                .isEqualTo(1);
        assertThat(database.number("SELECT count(*) FROM outbox")).isEqualTo(1);
    }

    @Test
    void a_removed_recipient_does_not_get_the_mails_that_wait() {
        recipientWithMail("report", "a@team.example", "report.weekly");
        recipientWithMail("alert", "a@team.example", "lead.alert");
        recipientWithMail("report", "b@team.example", "report.weekly");

        assertThat(database.altops("property", "set", "default", "--notify", "none")
                        .exit())
                .isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM outbox WHERE event = 'lead.alert'"))
                .isZero();
        assertThat(database.altops("property", "set", "default", "--report", "b@team.example")
                        .exit())
                .isEqualTo(Exit.DONE);
        assertThat(database.number(
                        "SELECT count(*) FROM outbox WHERE event = 'report.weekly' AND destination = 'b@team.example'"))
                .isEqualTo(1);
        assertThat(database.number("SELECT count(*) FROM outbox")).isEqualTo(1);
    }

    @Test
    void an_event_without_mails_is_refused() {
        CommandRun refused = database.altops("mail", "replay", "lead.captured");
        assertThat(refused.exit()).isEqualTo(Exit.USAGE);
        assertThat(refused.err()).contains("confirmation, lead.alert, report.weekly");
    }
}
