package com.altcontext.privacy;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.consent.ConsentTexts;
import com.altcontext.consent.ConsentTexts.RecordedText;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.lead.Consent;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.MailPermission;
import com.altcontext.value.KeyedHash;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The proof of a person's consent (the burden is on the sender: CASL, S.C. 2010, c. 23, s. 13): who agreed to which
 * text, when and by which form, what has changed since, and until when the consent holds.
 *
 * @param leads one for each property
 * @param texts the consent texts that the rows name, in all their languages, as far as they are on record
 */
public record ConsentCertificate(Email email, Instant issuedAt, List<CertifiedLead> leads, List<RecordedText> texts) {
    private static final String LEADS = """
            SELECT l.id, l.property_id, coalesce(s.name, l.property_id), l.first_captured_at
            FROM leads AS l LEFT JOIN properties AS s ON s.id = l.property_id
            WHERE l.email = ? AND l.property_id = coalesce(?::text, l.property_id)
            ORDER BY l.property_id
            """;

    private static final String RECORD = """
            SELECT occurred_at, status, purpose, source, form_name, path, policy_version, reason, expires_at, encode(ip_hash, 'hex'),
                   (SELECT k.occurred_at FROM consent_events AS k WHERE k.confirms = c.id)
            FROM consent_events AS c
            WHERE lead_id = ?
            ORDER BY id
            """;

    private static final String PERMISSIONS =
            """
            SELECT p.purpose, c.status, c.expires_at, %s
            FROM leads AS l
            CROSS JOIN LATERAL (
                SELECT DISTINCT e.purpose FROM consent_events AS e WHERE e.lead_id = l.id AND e.purpose IS NOT NULL) AS p
            %s
            WHERE l.id = ?
            ORDER BY 1
            """.formatted(MailPermission.ON_HOLD_COLUMNS, MailPermission.JOIN_CONSENT);

    /** The lead on one property. */
    public record CertifiedLead(
            UUID id,
            String propertyId,
            String propertyName,
            Instant firstCapturedAt,
            List<PurposePermission> purposes,
            List<RecordedConsent> record) {}

    /** Whether messages for a purpose may be sent now. */
    public record PurposePermission(String purpose, MailPermission permission) {}

    /**
     * A row of {@code consent_events}.
     *
     * @param purpose null for all purposes
     * @param source as in {@code consent_events.source}
     * @param page the page of the form; null if it is not known
     * @param textVersion the version of the consent text; null if the form named none
     * @param reason as the person or the operator gave it
     * @param ipHash in hexadecimal
     * @param confirmedAt when the address confirmed the form by the link of a mail; null if it did not
     */
    public record RecordedConsent(
            Instant at,
            ConsentStatus status,
            @Nullable String purpose,
            String source,
            @Nullable String form,
            @Nullable String page,
            @Nullable String textVersion,
            @Nullable String reason,
            @Nullable Instant expiresAt,
            @Nullable String ipHash,
            @Nullable Instant confirmedAt) {
        private static RecordedConsent read(Row row) throws SQLException {
            return new RecordedConsent(
                    row.time(1),
                    ConsentStatus.ofKey(row.text(2)),
                    row.textOrNull(3),
                    row.text(4),
                    row.textOrNull(5),
                    row.textOrNull(6),
                    row.textOrNull(7),
                    row.textOrNull(8),
                    row.timeOrNull(9),
                    row.textOrNull(10),
                    row.timeOrNull(11));
        }
    }

    /**
     * Reads the certificate, and commits a row of {@code audit_log} before it is returned.
     *
     * @param propertyId null for all properties
     * @param hash with the service's pepper: the log identifies the person by it
     * @return empty if there is no lead with the address; then nothing is logged
     */
    public static Optional<ConsentCertificate> issue(
            Sql sql, KeyedHash hash, Email email, @Nullable String propertyId, Instant at) {
        return sql.inSnapshot(tx -> {
            List<CertifiedLead> leads = tx.query(LEADS, ConsentCertificate::lead, email.value(), propertyId).stream()
                    .map(lead -> withRecord(tx, lead, at))
                    .toList();
            if (leads.isEmpty()) {
                return Optional.empty();
            }
            byte[] emailHash = AuditLog.emailHash(hash, email.value());
            AuditLog.commit(
                    sql,
                    Caller.ALTOPS,
                    new AuditLog.Entry("consent_certificate", propertyId, null, leads.size(), emailHash),
                    at);
            List<String> versions = leads.stream()
                    .flatMap(lead -> lead.record.stream())
                    .map(RecordedConsent::textVersion)
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
            return Optional.of(new ConsentCertificate(email, at, leads, ConsentTexts.of(tx, versions)));
        });
    }

    /** Whether the text of a version is on record. */
    public boolean hasText(String version) {
        return texts.stream().anyMatch(text -> text.text().version().equals(version));
    }

    private static CertifiedLead lead(Row row) throws SQLException {
        return new CertifiedLead(row.id(1), row.text(2), row.text(3), row.time(4), List.of(), List.of());
    }

    private static CertifiedLead withRecord(Tx tx, CertifiedLead lead, Instant at) {
        return new CertifiedLead(
                lead.id,
                lead.propertyId,
                lead.propertyName,
                lead.firstCapturedAt,
                tx.query(
                        PERMISSIONS,
                        row -> new PurposePermission(
                                row.text(1),
                                MailPermission.of(
                                        new Consent(ConsentStatus.ofKey(row.text(2)), row.timeOrNull(3)),
                                        row.flag(4),
                                        row.flag(5),
                                        at)),
                        lead.id),
                tx.query(RECORD, RecordedConsent::read, lead.id));
    }
}
