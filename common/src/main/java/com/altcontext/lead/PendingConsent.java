package com.altcontext.lead;

import java.time.Duration;

/**
 * The rows of {@code consent_events} that wait for confirmation: a box was ticked in a form, and nobody has confirmed
 * it by the link of a mail yet. Anybody can send a form with another person's address. So each form is recorded with
 * the text that it showed, even if the mail was sent for another form, and the person chooses which to confirm.
 */
public final class PendingConsent {
    /** How long a row can be confirmed. */
    public static final Duration LIFETIME = Duration.ofDays(14);

    /** How many rows of a lead are shown to the person: the newest ones. */
    public static final int MAX_SHOWN = 50;

    private static final int MAX_PER_DAY = 20;

    /** How many rows one client can add for a lead in a day, so that a stranger cannot use up {@link #MAX_PER_DAY}. */
    private static final int MAX_PER_CLIENT_AND_DAY = 5;

    /**
     * The {@code reason} of such a row. The row of a form without a ticked box is pending too, but does not wait for
     * a confirmation.
     */
    static final String REASON = "box ticked";

    /** Whether a row {@code e} records a ticked box, however old it is. */
    public static final String IS_TICKED = "e.source = 'form' AND e.status = 'pending' AND e.reason = '" + REASON + "'";

    /**
     * Whether the person has since confirmed the same form, purpose and text as in a row {@code e}, or withdrawn all
     * consent.
     */
    public static final String IS_ANSWERED = """
            EXISTS (
                SELECT FROM consent_events AS w
                WHERE w.lead_id = e.lead_id AND w.id > e.id AND (w.status = 'withdrawn' OR (%s)))
            """.formatted(isConfirmed("w", "e"));

    /**
     * Whether the consent of a form, as {@code form}, may be added. It may not if it is there already, waiting or
     * confirmed, or if the lead or the client has reached its limit.
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
                    isConfirmable("to_timestamp(form.at::float8 / 1000)"),
                    IS_ANSWERED,
                    isConfirmed("c", "form"),
                    MAX_PER_DAY,
                    MAX_PER_CLIENT_AND_DAY,
                    IS_TICKED);

    private PendingConsent() {}

    /** Whether a row confirms the form, purpose and text of another row, or of {@code form}. */
    private static String isConfirmed(String row, String words) {
        return """
                %1$s.source = 'confirmed' AND %1$s.purpose = %2$s.purpose AND %1$s.form_name = %2$s.form_name
                    AND %1$s.policy_version IS NOT DISTINCT FROM %2$s.policy_version
                """.formatted(row, words);
    }

    /**
     * Whether a row {@code e} can still be confirmed at that time, which is an expression in SQL. The lifetime is
     * given in hours, as in the link: PostgreSQL counts days in the time zone of the connection, in which a day may
     * have 23 or 25 hours.
     */
    public static String isConfirmable(String at) {
        return "(" + IS_TICKED + " AND e.occurred_at > " + at + " - interval '" + LIFETIME.toHours() + " hours')";
    }
}
