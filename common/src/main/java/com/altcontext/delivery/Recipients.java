package com.altcontext.delivery;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.value.Language;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The people who get the mails about a property: an alert about each new lead, and the weekly report. */
public final class Recipients {
    /** Removes the recipients who are not listed, and their unsent mails. */
    private static final String REMOVE_OTHERS = """
            WITH gone AS (
                DELETE FROM recipients WHERE property_id = ? AND kind = ? AND email <> ALL (?) RETURNING property_id, email),
            mails AS (
                DELETE FROM outbox AS o USING gone
                WHERE o.kind = 'mail' AND o.property_id = gone.property_id AND o.destination = gone.email AND o.event = ?)
            SELECT count(*) FROM gone
            """;

    /** Leaves an address unchanged that is a recipient already, even one that has stopped its mails. */
    private static final String ADD = """
            INSERT INTO recipients (id, property_id, kind, email, created_at)
            SELECT gen_random_uuid(), ?, ?, email, ? FROM unnest(?::text[]) AS email
            ON CONFLICT DO NOTHING
            """;

    private static final String SET_MAILS = """
            UPDATE properties SET mail_language = coalesce(?, mail_language), notify_details = coalesce(?, notify_details)
            WHERE id = ? AND (mail_language <> coalesce(?, mail_language) OR notify_details <> coalesce(?, notify_details))
            """;

    private static final String COUNTS = """
            SELECT property_id, kind, count(*) FROM recipients WHERE stopped_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2
            """;

    /** Stops the mails to a recipient, and removes their unsent reports. */
    private static final String STOP = """
            WITH mails AS (
                DELETE FROM outbox WHERE event = ? AND body::jsonb ->> 'recipientId' = ?::text)
            UPDATE recipients SET stopped_at = ? WHERE id = ? AND stopped_at IS NULL
            """;

    private Recipients() {}

    /** The kinds of mails. */
    public enum MailKind {
        /** One for each new lead. */
        ALERT(Outbox.LEAD_ALERT),
        /** One a week. */
        REPORT(Outbox.WEEKLY_REPORT);

        private final String key = name().toLowerCase(Locale.ROOT);
        private final String event;

        MailKind(String event) {
            this.event = event;
        }

        public String key() {
            return key;
        }
    }

    /**
     * An operator's settings for the mails about a property; null leaves a setting unchanged.
     *
     * @param alerts normalised addresses, which replace the earlier ones
     * @param reports likewise
     * @param details whether an alert holds the lead's address and what the form says
     */
    public record MailSettings(
            @Nullable List<String> alerts,
            @Nullable List<String> reports,
            @Nullable Language language,
            @Nullable Boolean details) {
        public boolean isEmpty() {
            return alerts == null && reports == null && language == null && details == null;
        }
    }

    /** How many people get a kind of mail about a property. */
    public record RecipientCount(String propertyId, MailKind kind, long active) {
        static RecipientCount read(Row row) throws SQLException {
            return new RecipientCount(
                    row.text(1), MailKind.valueOf(row.text(2).toUpperCase(Locale.ROOT)), row.number(3));
        }
    }

    /**
     * Changes the settings for a property's mails, and adds a row to {@code audit_log} for each changed setting.
     *
     * @return the names of the changed settings
     */
    public static List<String> set(Tx tx, String property, MailSettings wanted, Instant at) {
        List<String> changed = new ArrayList<>();
        if (wanted.alerts != null && set(tx, property, MailKind.ALERT, wanted.alerts, at)) {
            changed.add("notify");
        }
        if (wanted.reports != null && set(tx, property, MailKind.REPORT, wanted.reports, at)) {
            changed.add("report");
        }
        String language = wanted.language == null ? null : wanted.language.tag();
        if (tx.update(SET_MAILS, language, wanted.details, property, language, wanted.details) > 0) {
            changed.add("mails");
        }
        for (String setting : changed) {
            AuditLog.add(tx, Caller.ALTOPS, AuditLog.Entry.of("property_" + setting, property, 1), at);
        }
        return changed;
    }

    private static boolean set(Tx tx, String property, MailKind kind, List<String> emails, Instant at) {
        String[] wanted = emails.toArray(String[]::new);
        long removed = tx.queryOne(REMOVE_OTHERS, row -> row.number(1), property, kind.key, wanted, kind.event);
        return tx.update(ADD, property, kind.key, at, wanted) + removed > 0;
    }

    public static List<RecipientCount> counts(Tx tx) {
        return tx.query(COUNTS, RecipientCount::read);
    }

    /** Stops the mails to a recipient. Does nothing if the recipient was removed. */
    public static void stop(Tx tx, UUID recipient, Instant at) {
        tx.update(STOP, MailKind.REPORT.event, recipient.toString(), at, recipient);
    }
}
