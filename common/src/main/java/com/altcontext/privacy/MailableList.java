package com.altcontext.privacy;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.lead.Consent;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.MailPermission;
import com.altcontext.value.Csv;
import com.altcontext.value.JsonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lists for each lead and purpose whether it may be written to now, why, and until when. The list is written while it
 * is read, so that its length costs no memory. A row of {@code audit_log} is committed before the first byte is
 * written.
 */
public final class MailableList {
    public static final int MAX_LEADS = 1_000;

    private static final String FROM_LEADS = "FROM leads AS l WHERE (?::text IS NULL OR l.property_id = ?)";

    private static final String COUNT = "SELECT count(*) " + FROM_LEADS;

    private static final String KEYS =
            "SELECT l.id " + FROM_LEADS + " AND (?::uuid IS NULL OR l.id > ?) ORDER BY l.id LIMIT ?";

    /** A lead without a consent for the purpose has a row too. */
    private static final String ROWS =
            """
            SELECT l.id, l.property_id, l.email, coalesce(p.purpose, ?::text), c.status, c.expires_at, %s
            FROM (SELECT * %s AND (?::uuid[] IS NULL OR l.id = ANY (?))) AS l
            LEFT JOIN LATERAL (
                SELECT DISTINCT e.purpose
                FROM consent_events AS e
                WHERE e.lead_id = l.id AND e.purpose IS NOT NULL AND (?::text IS NULL OR e.purpose = ?)) AS p ON true
            %s
            ORDER BY l.id, 4
            """.formatted(MailPermission.ON_HOLD_COLUMNS, FROM_LEADS, MailPermission.JOIN_CONSENT);

    private final Sql sql;
    private final Export.UnsubscribeUrl unsubscribeUrl;

    public MailableList(Sql sql, Export.UnsubscribeUrl unsubscribeUrl) {
        this.sql = sql;
        this.unsubscribeUrl = unsubscribeUrl;
    }

    /**
     * A request for leads.
     *
     * @param propertyId null for all properties
     * @param purpose null for all purposes
     * @param at the time for which consent is evaluated
     */
    public record MailableRequest(
            @Nullable String propertyId, @Nullable String purpose, Caller caller, Instant at) {}

    /** A lead and a purpose. The purpose is null if the request names none and the lead has none on record. */
    private record MailableRow(
            UUID lead,
            String property,
            String email,
            @Nullable String purpose,
            MailPermission permission) {}

    /**
     * Writes a page of leads as JSON, in the order of their ids.
     *
     * @param after the last lead of the page before; null for the first page
     * @param limit at most {@link #MAX_LEADS}
     * @param out opens the document, after the log entry is committed
     * @return what {@code out} opened
     * @throws UncheckedIOException if it could not be written
     * @throws SqlFailure if the database refused or could not be reached
     */
    public <A extends Appendable> A writePage(
            MailableRequest request, @Nullable UUID after, int limit, Supplier<A> out) {
        return sql.inSnapshot(tx -> {
            String property = request.propertyId;
            List<UUID> keys = tx.query(KEYS, row -> row.id(1), property, property, after, after, limit + 1);
            boolean more = keys.size() > limit;
            List<UUID> page = more ? keys.subList(0, limit) : keys;
            return disclosure(request, page.size()).write(out, document -> {
                document.append("{\"ok\":true,\"leads\":[");
                writeJson(tx, request, page, document);
                document.append("],\"next\":")
                        .append(more ? JsonText.string(page.getLast().toString()) : "null")
                        .append('}');
            });
        });
    }

    /** Writes all leads as JSON, as one page. */
    public <A extends Appendable> A writeAll(MailableRequest request, Supplier<A> out) {
        return sql.inSnapshot(tx -> disclosure(tx, request).write(out, file -> {
            file.append("{\"ok\":true,\"leads\":[");
            writeJson(tx, request, null, file);
            file.append("],\"next\":null}\n");
        }));
    }

    /** Writes all leads as a CSV file (RFC 4180), with a row for each purpose, as {@link LeadList} does. */
    public <A extends Appendable> A writeCsv(MailableRequest request, Supplier<A> out) {
        return sql.inSnapshot(tx -> disclosure(tx, request).write(out, file -> {
            file.append(Csv.BYTE_ORDER_MARK);
            Csv.row(file, "email", "property", "purpose", "verdict", "reason", "until", "unsubscribe_url");
            each(
                    tx,
                    request,
                    null,
                    row -> Csv.row(
                            file,
                            row.email,
                            row.property,
                            row.purpose,
                            row.permission.verdict().key(),
                            row.permission.reason().key(),
                            Csv.time(row.permission.until()),
                            unsubscribeUrl.of(row.lead, row.property)));
        }));
    }

    @FunctionalInterface
    private interface EachRow {
        void take(MailableRow row) throws IOException;
    }

    /** Of all leads. */
    private Disclosure disclosure(Tx tx, MailableRequest request) {
        String property = request.propertyId;
        return disclosure(request, tx.queryOne(COUNT, row -> row.number(1), property, property));
    }

    private Disclosure disclosure(MailableRequest request, long leads) {
        AuditLog.Entry entry = AuditLog.Entry.of("leads_mailable", request.propertyId, leads);
        return new Disclosure(sql, request.caller, entry, request.at);
    }

    /** Writes the leads. The rows of a lead follow each other. */
    private void writeJson(Tx tx, MailableRequest request, @Nullable List<UUID> leads, Appendable document)
            throws IOException {
        UUID[] open = {null};
        each(tx, request, leads, row -> {
            if (row.lead.equals(open[0])) {
                document.append(',');
            } else {
                document.append(open[0] == null ? "" : "]},");
                String url = unsubscribeUrl.of(row.lead, row.property);
                document.append("\n{\"id\":" + JsonText.string(row.lead.toString())
                        + ",\"propertyId\":" + JsonText.string(row.property)
                        + ",\"email\":" + JsonText.string(row.email)
                        + ",\"unsubscribeUrl\":" + text(url)
                        + ",\"purposes\":[");
                open[0] = row.lead;
            }
            document.append("{\"purpose\":" + text(row.purpose)
                    + ",\"verdict\":" + JsonText.string(row.permission.verdict().key())
                    + ",\"reason\":" + JsonText.string(row.permission.reason().key())
                    + ",\"until\":" + text(row.permission.until())
                    + "}");
        });
        document.append(open[0] == null ? "" : "]}");
    }

    private static String text(@Nullable Object value) {
        return value == null ? "null" : JsonText.string(value.toString());
    }

    private static void each(Tx tx, MailableRequest request, @Nullable List<UUID> leads, EachRow each) {
        UUID[] ids = leads == null ? null : leads.toArray(UUID[]::new);
        String property = request.propertyId;
        String purpose = request.purpose;
        tx.each(ROWS, row -> each.take(read(row, request.at)), purpose, property, property, ids, ids, purpose, purpose);
    }

    private static MailableRow read(Row row, Instant at) throws SQLException {
        String status = row.textOrNull(5);
        Consent consent = status == null ? null : new Consent(ConsentStatus.ofKey(status), row.timeOrNull(6));
        return new MailableRow(
                row.id(1),
                row.text(2),
                row.text(3),
                row.textOrNull(4),
                MailPermission.of(consent, row.flag(7), row.flag(8), at));
    }
}
