package com.altcontext.privacy;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.lead.EffectiveConsent;
import com.altcontext.value.Csv;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes the leads as a CSV file (RFC 4180) for a spreadsheet or a mailing program. The file is written while it is
 * read, so that its length costs no memory. Leads that only bots sent are left out. The request is committed to
 * {@code audit_log} before the first byte is written. The number of rows in the log is that of the file, since both
 * come from one snapshot.
 */
public final class LeadList {
    /** The leads that {@link EffectiveConsent#count} counts. */
    private static final String FROM_LEADS = """
            FROM leads AS l
            WHERE NOT is_bot AND (?::text IS NULL OR property_id = ?) AND (?::text IS NULL OR %s = ?)
            """.formatted(EffectiveConsent.SQL);

    private static final String COUNT = "SELECT count(*) " + FROM_LEADS;

    private static final String ROWS = """
            SELECT id, property_id, email, %s, %s, first_captured_at, last_captured_at, source_channel
            %s
            ORDER BY property_id, email
            """.formatted(EffectiveConsent.SQL, EffectiveConsent.EXPIRES_AT_SQL, FROM_LEADS);

    private final Sql sql;
    private final Export.UnsubscribeUrl unsubscribeUrl;

    public LeadList(Sql sql, Export.UnsubscribeUrl unsubscribeUrl) {
        this.sql = sql;
        this.unsubscribeUrl = unsubscribeUrl;
    }

    /**
     * A request for leads.
     *
     * @param propertyId null for all properties
     * @param effective null for any consent
     * @param at the time for which consent is evaluated
     */
    public record LeadListRequest(
            @Nullable String propertyId, @Nullable EffectiveConsent effective, Caller caller, Instant at) {}

    /**
     * Writes the file.
     *
     * @param out opens the file, given the number of its rows, after the log entry is committed
     * @return what {@code out} opened
     * @throws UncheckedIOException if it could not be written
     */
    public <A extends Appendable> A write(LeadListRequest request, LongFunction<A> out) {
        return sql.inSnapshot(tx -> {
            String property = request.propertyId;
            String effective = request.effective == null ? null : request.effective.key();
            long rows = tx.queryOne(COUNT, row -> row.number(1), property, property, effective, request.at, effective);
            AuditLog.Entry entry = new AuditLog.Entry("leads_csv", property, effective, rows, null);
            return new Disclosure(sql, request.caller, entry, request.at).write(() -> out.apply(rows), file -> {
                file.append(Csv.BYTE_ORDER_MARK);
                Csv.row(
                        file,
                        "email",
                        "property",
                        "consent_status",
                        "consent_expires_at",
                        "first_captured_at",
                        "last_captured_at",
                        "source_channel",
                        "unsubscribe_url");
                Instant at = request.at;
                tx.each(ROWS, row -> write(row, file), at, property, property, effective, at, effective);
            });
        });
    }

    private void write(Row row, Appendable file) throws SQLException, IOException {
        Csv.row(
                file,
                row.text(3),
                row.text(2),
                row.text(4),
                Csv.time(row.timeOrNull(5)),
                Csv.time(row.time(6)),
                Csv.time(row.time(7)),
                row.textOrNull(8),
                unsubscribeUrl.of(row.id(1), row.text(2)));
    }
}
