package com.altcontext.privacy;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.IsoTime;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.lead.EffectiveConsent;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lists the form submissions, newest first, in pages that are JSON documents. A page is written while it is read, so
 * that the size of the fields costs no memory. A row of {@code audit_log} is committed before its first byte is
 * written.
 */
public final class SubmissionList {
    public static final int MAX_ROWS = 200;

    private static final int ROWS_AT_ONCE = 10;

    private static final String KEYS = keysOf("form_submissions AS f");

    /**
     * Finds the leads first. The planner expects that a third of all leads match, and would otherwise go through the
     * submissions of all leads to find those of a few.
     */
    private static final String KEYS_OF_SEARCH =
            "WITH found AS MATERIALIZED (SELECT id FROM leads WHERE position(lower(?) IN email) > 0) "
                    + keysOf("form_submissions AS f JOIN found ON found.id = f.lead_id");

    /** In a row of an earlier state, {@code isBot} comes from the link to the visitor. */
    private static final String ROWS = """
            SELECT jsonb_build_object(
                'id', f.id, 'propertyId', f.property_id, 'submittedAt', %s, 'formName', f.form_name, 'fields', f.payload,
                'forReview', f.for_review,
                'isBot', coalesce(f.is_bot, (
                    SELECT i.is_bot FROM lead_identities AS i
                    WHERE i.lead_id = f.lead_id AND i.visitor_id = f.visitor_id AND i.source = 'form_submit'), l.is_bot),
                'lead', jsonb_build_object(
                    'id', l.id, 'email', l.email, 'firstCapturedAt', %s, 'inReview', l.in_review,
                    'consent', jsonb_build_object('status', %s, 'expiresAt', %s),
                    'touches', jsonb_build_object('first', %s, 'capture', %s)))::text
            FROM form_submissions AS f JOIN leads AS l ON l.id = f.lead_id
            WHERE f.id = ANY (?)
            ORDER BY f.submitted_at DESC, f.id DESC
            """.formatted(
                    IsoTime.of("f.submitted_at"),
                    IsoTime.of("l.first_captured_at"),
                    EffectiveConsent.SQL,
                    IsoTime.of(EffectiveConsent.EXPIRES_AT_SQL),
                    touch("first"),
                    touch("capture"));

    private final Sql sql;

    public SubmissionList(Sql sql) {
        this.sql = sql;
    }

    /**
     * A request for a page.
     *
     * @param propertyId null for all properties
     * @param search a part of the address; null for all
     * @param after null for the newest
     * @param limit at most {@link #MAX_ROWS}
     */
    public record SubmissionRequest(
            @Nullable String propertyId,
            @Nullable String search,
            @Nullable Cursor after,
            int limit,
            Caller caller,
            Instant at) {}

    /** The last row of a page. The next page begins after it. */
    public record Cursor(Instant submittedAt, UUID id) {
        /** Java's times have a wider range than PostgreSQL's. */
        private static final Instant BEYOND = Instant.parse("9999-01-01T00:00:00Z");

        private static Cursor read(Row row) throws SQLException {
            return new Cursor(row.time(1), row.id(2));
        }

        /** The text that callers send back. */
        public String text() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((submittedAt + " " + id).getBytes(StandardCharsets.US_ASCII));
        }

        /** Reads such a text; empty if it is not a cursor. */
        public static Optional<Cursor> parse(String text) {
            try {
                String[] parts =
                        new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII).split(" ", -1);
                return parts.length == 2
                        ? Optional.of(new Cursor(Instant.parse(parts[0]), UUID.fromString(parts[1])))
                                .filter(cursor -> cursor.submittedAt.isAfter(Instant.EPOCH)
                                        && cursor.submittedAt.isBefore(BEYOND))
                        : Optional.empty();
            } catch (IllegalArgumentException | DateTimeParseException wrong) {
                return Optional.empty();
            }
        }
    }

    /**
     * Writes a page.
     *
     * @param out opens the document, after the log entry is committed
     * @return what {@code out} opened
     * @throws UncheckedIOException if it could not be written
     * @throws SqlFailure if the database refused or could not be reached
     */
    public <A extends Appendable> A write(SubmissionRequest request, Supplier<A> out) {
        return sql.inSnapshot(tx -> {
            List<Cursor> keys = keys(tx, request);
            boolean more = keys.size() > request.limit;
            List<Cursor> page = more ? keys.subList(0, request.limit) : keys;
            AuditLog.Entry entry = AuditLog.Entry.of("lead_list", request.propertyId, page.size());
            return new Disclosure(sql, request.caller, entry, request.at).write(out, document -> {
                document.append("{\"ok\":true,\"rows\":[");
                write(tx, request, page, document);
                document.append("],\"next\":")
                        .append(more ? '"' + page.getLast().text() + '"' : "null")
                        .append('}');
            });
        });
    }

    static List<Cursor> keys(Tx tx, SubmissionRequest request) {
        Cursor after = request.after;
        Instant time = after == null ? null : after.submittedAt;
        List<@Nullable Object> parameters = new ArrayList<>();
        if (request.search != null) {
            parameters.add(request.search);
        }
        parameters.add(request.propertyId);
        parameters.add(request.propertyId);
        parameters.add(time);
        parameters.add(time);
        parameters.add(after == null ? null : after.id);
        parameters.add(request.limit + 1);
        return tx.query(request.search == null ? KEYS : KEYS_OF_SEARCH, Cursor::read, parameters.toArray());
    }

    private static void write(Tx tx, SubmissionRequest request, List<Cursor> page, Appendable document) {
        UUID[] ids = page.stream().map(Cursor::id).toArray(UUID[]::new);
        String[] before = {""};
        tx.each(
                ROWS,
                ROWS_AT_ONCE,
                row -> {
                    document.append(before[0]).append(row.text(1));
                    before[0] = ",";
                },
                request.at,
                ids);
    }

    private static String keysOf(String submissions) {
        return """
                SELECT f.submitted_at, f.id
                FROM %s
                WHERE (?::text IS NULL OR f.property_id = ?)
                  AND (?::timestamptz IS NULL OR (f.submitted_at, f.id) < (?, ?))
                ORDER BY f.submitted_at DESC, f.id DESC
                LIMIT ?
                """.formatted(submissions);
    }

    private static String touch(String prefix) {
        return "jsonb_build_object('trafficSource', l.%1$s_traffic_source, 'referrerHost', l.%1$s_referrer_host, 'utmSource', l.%1$s_utm_source, 'utmMedium', l.%1$s_utm_medium, 'utmCampaign', l.%1$s_utm_campaign, 'landingPath', l.%1$s_landing_path)"
                .formatted(prefix);
    }
}
