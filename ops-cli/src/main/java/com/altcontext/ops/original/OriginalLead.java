package com.altcontext.ops.original;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.lead.ConsentStatus;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A lead of the earlier system, with all that belongs to it.
 *
 * @param property what the first event of its visitors names; null if there is none
 * @param consents the record of it, in the order of time
 */
record OriginalLead(
        String id,
        String email,
        ConsentStatus status,
        Instant firstCapturedAt,
        Instant lastCapturedAt,
        @Nullable String sourceChannel,
        @Nullable String property,
        List<GivenConsent> consents,
        List<Link> links,
        List<Form> forms) {
    private static final String LEADS = """
            SELECT l.id::text, l.email_normalized, l.consent_status::text, l.first_captured_at AT TIME ZONE 'UTC',
                   l.last_captured_at AT TIME ZONE 'UTC', l.source_channel,
                   (SELECT coalesce(e.property_id, '')
                    FROM lead_identities AS i JOIN events AS e ON e.visitor_id = i.visitor_id
                    WHERE i.lead_id = l.id AND i.link_source::text <> 'same_ip_ua_window'
                    ORDER BY e."timestamp", e.id LIMIT 1)
            FROM leads AS l
            ORDER BY l.first_captured_at, l.id
            """;

    private static final String CONSENTS = """
            SELECT status::text, source, "timestamp" AT TIME ZONE 'UTC', ip_hash
            FROM consent_events WHERE lead_id::text = ? ORDER BY "timestamp"
            """;

    private static final String LINKS = """
            SELECT v.anon_id, i.link_source::text, i.linked_at AT TIME ZONE 'UTC'
            FROM lead_identities AS i JOIN visitors AS v ON v.id = i.visitor_id
            WHERE i.lead_id::text = ? ORDER BY i.linked_at, v.anon_id
            """;

    private static final String FORMS = """
            SELECT f.form_name, f.submitted_at AT TIME ZONE 'UTC', v.anon_id, f.validation_status::text,
                   CASE WHEN jsonb_typeof(f.payload) = 'object' THEN f.payload::text END
            FROM form_submissions AS f LEFT JOIN visitors AS v ON v.id = f.visitor_id
            WHERE f.lead_id::text = ? ORDER BY f.submitted_at
            """;

    /** @param source how it was given: the name of a form or of a route */
    record GivenConsent(
            ConsentStatus status,
            @Nullable String source,
            Instant at,
            @Nullable String ipHash) {}

    record Link(String anonId, String source, Instant at) {}

    record Form(
            String name,
            Instant at,
            @Nullable String anonId,
            String status,
            @Nullable String payload) {
        boolean isAccepted() {
            return status.equals("accepted");
        }
    }

    /** All of them, the earliest first, without what belongs to each. */
    static List<OriginalLead> all(Tx original) {
        return original.query(
                LEADS,
                row -> new OriginalLead(
                        row.text(1),
                        row.text(2),
                        status(row.text(3)),
                        row.time(4),
                        row.time(5),
                        OriginalText.cut(row.textOrNull(6), 255),
                        row.textOrNull(7),
                        List.of(),
                        List.of(),
                        List.of()));
    }

    /** With its consents, links and forms, which can be large. */
    OriginalLead complete(Tx original) {
        return new OriginalLead(
                id,
                email,
                status,
                firstCapturedAt,
                lastCapturedAt,
                sourceChannel,
                property,
                original.query(CONSENTS, OriginalLead::consent, id),
                original.query(LINKS, row -> new Link(row.text(1), row.text(2), row.time(3)), id),
                original.query(FORMS, OriginalLead::form, id));
    }

    private static GivenConsent consent(Row row) throws SQLException {
        return new GivenConsent(
                status(row.text(1)), OriginalText.cut(row.textOrNull(2), 255), row.time(3), row.textOrNull(4));
    }

    private static Form form(Row row) throws SQLException {
        String name = OriginalText.cut(row.textOrNull(1), 255);
        return new Form(
                name == null ? "lead_capture" : name,
                row.time(2),
                row.textOrNull(3),
                String.valueOf(row.textOrNull(4)),
                row.textOrNull(5));
    }

    /** A status that this system does not know permits nothing. */
    private static ConsentStatus status(String key) {
        try {
            return ConsentStatus.ofKey(key.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            return ConsentStatus.PENDING;
        }
    }

    /**
     * The record of consent, so that its last row is the status that the lead has.
     *
     * @param report of rows that had to be added
     */
    List<GivenConsent> record(ImportReport report) {
        if (!consents.isEmpty() && consents.getLast().status == status) {
            return consents;
        }
        report.changed("consents that had no record");
        Instant last = consents.isEmpty() ? lastCapturedAt : consents.getLast().at;
        List<GivenConsent> complete = new ArrayList<>(consents);
        complete.add(new GivenConsent(status, null, last.isAfter(lastCapturedAt) ? last : lastCapturedAt, null));
        return complete;
    }
}
