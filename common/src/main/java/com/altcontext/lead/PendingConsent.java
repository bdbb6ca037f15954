package com.altcontext.lead;

import java.time.Duration;

/**
 * The rows of the consent record that wait for confirmation: a box was ticked in a form, and the link of a mail has not
 * confirmed it yet. Anybody can send a form with another person's address. So each form is on record with its own
 * words, whichever of them a mail was sent for, and the person chooses among them.
 */
public final class PendingConsent {
    /** How long a row can be confirmed. */
    public static final Duration LIFETIME = Duration.ofDays(14);

    /** How many rows of a lead are shown to the person: the newest ones. */
    public static final int MAX_SHOWN = 50;

    private static final int MAX_A_DAY = 20;

    /** How many rows one client can add, so that a stranger does not use up those that the owner needs. */
    private static final int MAX_OF_CLIENT_A_DAY = 5;

    /** The reason of such a row. A form without a tick is pending too, but waits for nothing. */
    static final String REASON = "box ticked";

    /** Of a row {@code e}, however old it is. */
    public static final String IS_TICKED = "e.source = 'form' AND e.status = 'pending' AND e.reason = '" + REASON + "'";

    /** Of a row {@code e}: the person has confirmed the same words in the same form, or has withdrawn all consent since. */
    public static final String IS_ANSWERED = """
            EXISTS (
                SELECT FROM consent_events AS w
                WHERE w.lead_id = e.lead_id AND w.id > e.id AND (w.status = 'withdrawn' OR (%s)))
            """.formatted(isConfirmed("w", "e"));

    /**
     * Whether what a form says, as {@code form}, is not there yet, neither waiting nor confirmed. There is a limit for
     * each lead.
     */
    static final String MAY_BE_ADDED = """
            NOT EXISTS (
                SELECT FROM consent_events AS e
                WHERE e.lead_id = form.lead_id AND %s AND NOT %s
                  AND e.purpose = form.purpose AND e.form_name = form.form_name AND e.path = form.path
                  AND e.policy_version IS NOT DISTINCT FROM form.policy_version AND e.ip_hash IS NOT DISTINCT FROM form.ip_hash)
            AND NOT EXISTS (
                SELECT FROM consent_events AS c
                WHERE c.lead_id = form.lead_id AND %s AND NOT EXISTS (
                    SELECT FROM consent_events AS w
                    WHERE w.lead_id = c.lead_id AND w.status = 'withdrawn' AND w.id > c.id))
            AND (
                SELECT count(*) < %d AND count(*) FILTER (WHERE e.ip_hash IS NOT DISTINCT FROM form.ip_hash) < %d
                FROM consent_events AS e
                WHERE e.lead_id = form.lead_id AND %s
                  AND e.occurred_at > to_timestamp(form.at::float8 / 1000) - interval '24 hours')
            """.formatted(
                    isTicked("to_timestamp(form.at::float8 / 1000)"),
                    IS_ANSWERED,
                    isConfirmed("c", "form"),
                    MAX_A_DAY,
                    MAX_OF_CLIENT_A_DAY,
                    IS_TICKED);

    private PendingConsent() {}

    /** Whether a row confirms the words of another, or of what a form says. */
    private static String isConfirmed(String row, String words) {
        return """
                %1$s.source = 'confirmed' AND %1$s.purpose = %2$s.purpose AND %1$s.form_name = %2$s.form_name
                    AND %1$s.policy_version IS NOT DISTINCT FROM %2$s.policy_version
                """.formatted(row, words);
    }

    /**
     * Whether a row {@code e} asks for a confirmation that is not too late at that moment, an expression in SQL. In hours, as the link
     * has it: the server counts days in the zone of the connection, whose clocks may change meanwhile.
     */
    public static String isTicked(String at) {
        return "(" + IS_TICKED + " AND e.occurred_at > " + at + " - interval '" + LIFETIME.toHours() + " hours')";
    }
}
