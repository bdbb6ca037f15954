package com.altcontext.ops.imports.original;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.lead.ConsentStatus;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A lead of the earlier system, with all that belongs to it.
 *
 * @param slug of the property that the first event of its visitors names
 * @param consents as they were given, in the order of time
 */
record OriginalLead(
        String id,
        String email,
        ConsentStatus status,
        Instant firstCapturedAt,
        Instant lastCapturedAt,
        @Nullable String sourceChannel,
        String slug,
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
            FROM consent_events WHERE lead_id::text = ?
            """;

    private static final String LINKS = """
            SELECT v.anon_id, i.link_source::text, i.linked_at AT TIME ZONE 'UTC'
            FROM lead_identities AS i LEFT JOIN visitors AS v ON v.id = i.visitor_id
            WHERE i.lead_id::text = ? ORDER BY i.linked_at, v.anon_id
            """;

    private static final String FORMS = """
            SELECT f.form_name, f.submitted_at AT TIME ZONE 'UTC', v.anon_id, f.validation_status::text,
                   CASE WHEN jsonb_typeof(f.payload) = 'object' THEN f.payload::text END,
                   jsonb_typeof(f.payload) NOT IN ('object', 'null')
            FROM form_submissions AS f LEFT JOIN visitors AS v ON v.id = f.visitor_id
            WHERE f.lead_id::text = ? ORDER BY f.submitted_at
            """;

    private static final String UNKNOWN_FORM = "unknown";

    private static final String WITHOUT_LEAD = """
            SELECT count(*)
            FROM (SELECT lead_id FROM lead_identities UNION ALL SELECT lead_id FROM form_submissions
                  UNION ALL SELECT lead_id FROM consent_events) AS r
            WHERE NOT EXISTS (SELECT FROM leads AS l WHERE l.id = r.lead_id)
            """;

    /**
     * @param source how it was given: the name of a form or of a route
     * @param isOnRecord false if the lead has the status without a record of it
     */
    record GivenConsent(
            ConsentStatus status,
            String source,
            Instant at,
            @Nullable String ipHash,
            boolean isOnRecord) {}

    /** @param anonId null if the visitor no longer exists */
    record Link(@Nullable String anonId, String source, Instant at) {}

    /** @param lostPayload whether it had a payload that was not an object, so that {@code payload} is null */
    record Form(
            String name,
            Instant at,
            @Nullable String anonId,
            String status,
            @Nullable String payload,
            boolean lostPayload) {
        boolean isAccepted() {
            return status.equals("accepted");
        }
    }

    /** All leads, the earliest first, without their consents, links and forms. */
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
                        OriginalText.slug(row.textOrNull(7)),
                        List.of(),
                        List.of(),
                        List.of()));
    }

    /** How many links, forms and consents belong to no lead. */
    static long rowsWithoutLead(Tx original) {
        return original.queryOne(WITHOUT_LEAD, row -> row.number(1));
    }

    /** The same lead with its consents, links and forms, which can be large. */
    OriginalLead complete(Tx original) {
        return new OriginalLead(
                id,
                email,
                status,
                firstCapturedAt,
                lastCapturedAt,
                sourceChannel,
                slug,
                original.query(CONSENTS, OriginalLead::consent, id).stream()
                        .sorted(inOrder())
                        .toList(),
                original.query(LINKS, row -> new Link(row.textOrNull(1), row.text(2), row.time(3)), id),
                original.query(FORMS, OriginalLead::form, id));
    }

    private static GivenConsent consent(Row row) throws SQLException {
        String source = OriginalText.cut(row.textOrNull(2), 255);
        return new GivenConsent(
                status(row.text(1)), source == null ? UNKNOWN_FORM : source, row.time(3), row.textOrNull(4), true);
    }

    private static Form form(Row row) throws SQLException {
        String name = OriginalText.cut(row.textOrNull(1), 255);
        return new Form(
                name == null ? "lead_capture" : name,
                row.time(2),
                row.textOrNull(3),
                String.valueOf(row.textOrNull(4)),
                row.textOrNull(5),
                row.flag(6));
    }

    /** By time. Of several consents at the same time, the one with the lead's own status comes last. */
    private Comparator<GivenConsent> inOrder() {
        return Comparator.comparing(GivenConsent::at)
                .thenComparing(given -> given.status == status)
                .thenComparing(GivenConsent::status);
    }

    /** A status that this system does not know counts as pending, which permits nothing. */
    private static ConsentStatus status(String key) {
        try {
            return ConsentStatus.ofKey(key.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            return ConsentStatus.PENDING;
        }
    }

    /**
     * The record of consent by the rules of this system: a weaker status does not replace a stronger one, and only express consent
     * ends a withdrawal. The last row is the current one.
     *
     * @param report counts the rows that are skipped
     */
    List<GivenConsent> record(ImportReport report) {
        List<GivenConsent> record = new ArrayList<>();
        ConsentStatus held = null;
        for (GivenConsent given : consents) {
            boolean isRenewed = held == ConsentStatus.WITHDRAWN && given.status == ConsentStatus.EXPRESS;
            if (held == null || isRenewed || given.status.compareTo(held) >= 0) {
                record.add(given);
                held = given.status;
            }
        }
        report.skipped("consents weaker than an earlier one", consents.size() - record.size());
        if (held == null || held.compareTo(status) < 0) {
            Instant last = consents.isEmpty() ? lastCapturedAt : consents.getLast().at;
            record.add(new GivenConsent(
                    status,
                    forms.stream()
                            .filter(Form::isAccepted)
                            .reduce((earlier, later) -> later)
                            .map(Form::name)
                            .orElse(UNKNOWN_FORM),
                    last.isAfter(lastCapturedAt) ? last : lastCapturedAt,
                    null,
                    false));
        }
        return record;
    }
}
