package com.altcontext.retention;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.lead.Email;
import com.altcontext.value.KeyedHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Shows a person what is held about them (PIPEDA, principle 4.9): one JSON document, written as it is read, so that its length
 * costs no memory. All of it is as it was at one moment.
 *
 * <p>It holds the leads with all that hangs on them, and the visitors who submitted a form with this address, or whose very
 * identifier holds it. Erasure errs towards erasure, and this towards silence: of a visitor who also left another
 * address, only the sessions in which a form with this one was sent are shown, since anybody who knows a visitor's identifier
 * can leave an address there. Visitors who are only guessed to be this person, and texts of others that hold the address, are
 * counted and not shown: they may be about somebody else (PIPEDA, s. 9(1)).
 *
 * <p>That somebody is shown it is committed to {@code audit_log} before the first byte is written.
 */
public final class Export {
    private static final String LEAD = object(
            "l",
            "id",
            "property_id",
            "email",
            "first_captured_at",
            "last_captured_at",
            "source_channel",
            "consent_status",
            "consent_expires_at");

    private static final String CONSENT = object(
            "c",
            "status",
            "source",
            "form_name",
            "policy_version",
            "purpose",
            "reason",
            "occurred_at",
            "expires_at",
            "ip_hash");

    private static final String SUBMISSION = object(
            "f", "id", "visitor_id", "session_id", "event_id", "form_name", "submitted_at", "content_hash", "payload");

    private static final String LINK = object("i", "visitor_id", "source", "confidence", "linked_at");

    private static final String MESSAGE = object("o", "id", "created_at", "attempts", "next_attempt_at", "body");

    private static final String VISITOR = object("v", "visitor_id", "property_id", "anon_id", "first_seen_at");

    private static final String SESSION = object(
            "s",
            "id",
            "started_at",
            "last_event_at",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "utm_content",
            "traffic_source",
            "referrer_host",
            "device",
            "country",
            "ip_hash",
            "ua_hash");

    private static final String EVENT = object(
            "e",
            "id",
            "session_id",
            "occurred_at",
            "received_at",
            "event_type",
            "path",
            "referrer",
            "referrer_host",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "utm_content",
            "traffic_source",
            "device",
            "country",
            "is_conversion",
            "engaged_time_ms",
            "scroll_depth_percent",
            "fcp_ms",
            "lcp_ms",
            "inp_ms",
            "ttfb_ms",
            "cls_score",
            "props");

    private static final String LEADS =
            "SELECT l.id, l.property_id, " + LEAD + " FROM leads AS l WHERE l.email = ? ORDER BY l.property_id";

    /** What is told of a visitor who also left another address. */
    private static final String SHARED_VISITOR = object("v", "visitor_id", "property_id");

    /** With whether the visitor also submitted a form with another address; one that is named after this one is nobody else's. */
    private static final String VISITORS = """
            WITH sought AS (SELECT ?::text AS email, ?::text AS precise),
                named AS (
                    SELECT v.visitor_id FROM visitors AS v, sought
                    WHERE holds_at_sign(v.anon_id) AND v.anon_id ~* sought.precise),
                theirs AS (
                    SELECT visitor_id FROM named
                    UNION
                    SELECT i.visitor_id FROM lead_identities AS i JOIN leads AS l ON l.id = i.lead_id, sought
                    WHERE i.source = 'form_submit' AND l.email = sought.email),
                shown AS (
                    SELECT v.*, v.visitor_id NOT IN (SELECT visitor_id FROM named) AND EXISTS (
                        SELECT FROM lead_identities AS i JOIN leads AS l ON l.id = i.lead_id
                        WHERE i.visitor_id = v.visitor_id AND i.source = 'form_submit' AND l.email <> sought.email) AS shared
                    FROM theirs JOIN visitors AS v ON v.visitor_id = theirs.visitor_id, sought)
            SELECT v.visitor_id, v.shared FROM shown AS v ORDER BY v.property_id, v.first_seen_at, v.visitor_id
            """;

    /** Of a visitor, the sessions in which a form with an address was sent. */
    private static final String THEIR_SESSIONS = """
            (SELECT f.session_id FROM form_submissions AS f JOIN leads AS l ON l.id = f.lead_id
             WHERE f.visitor_id = ? AND l.email = ?)
            """;

    private static final String LOG = """
            INSERT INTO audit_log (done_at, done_by, action, row_count, ip_hash, email_hash)
            VALUES (?, ?, 'lead_export', ?, ?, ?)
            """;

    private static final String GUESSES = """
            SELECT count(*) FROM lead_identities WHERE lead_id = ? AND source <> 'form_submit'
            """;

    private static final String NOTES = Stream.of(
                    "mayAlsoBe counts visitors who were seen with the same network address and browser and may be somebody else: they are not shown.",
                    "visitorsSharedWithOthers counts visitors who also left another address: of them only the sessions are shown in which a form with this address was sent, since the others may be somebody else's.",
                    "mentions counts what others have sent and what holds this address, by table: it is not shown, since it is about others.",
                    "Hashes are keyed and cannot be turned back; network addresses themselves are not stored.")
            .map(note -> '"' + note + '"')
            .collect(Collectors.joining(","));

    private final Sql sql;
    private final UnsubscribeUrl unsubscribeUrl;
    private final KeyedHash hash;
    private final @Nullable Duration timeout;

    /** Where a lead can withdraw its consent, or null where there is no such address. */
    @FunctionalInterface
    public interface UnsubscribeUrl {
        @Nullable
        String of(UUID leadId, String propertyId);
    }

    /** @param hash with the service's pepper: by it the log knows whom it was about */
    public Export(Sql sql, UnsubscribeUrl unsubscribeUrl, KeyedHash hash) {
        this(sql, unsubscribeUrl, hash, null);
    }

    private Export(Sql sql, UnsubscribeUrl unsubscribeUrl, KeyedHash hash, @Nullable Duration timeout) {
        this.sql = sql;
        this.unsubscribeUrl = unsubscribeUrl;
        this.hash = hash;
        this.timeout = timeout;
    }

    /** The same for somebody who waits no longer than that for the first byte, and for each statement after it. */
    public Export within(Duration longest) {
        return new Export(sql, unsubscribeUrl, hash, longest);
    }

    /**
     * Who asks about whom.
     *
     * @param by {@code api} or {@code altops}
     * @param addressHash the keyed hash of the network address that asks; null for {@code altops}, which knows none
     * @param at said to be the time of the document
     */
    @SuppressWarnings("ArrayRecordComponent") // The hash is stored, never compared.
    public record ExportRequest(Email email, String by, byte @Nullable [] addressHash, Instant at) {}

    private record Lead(UUID id, String propertyId, String json) {}

    /** No more than that is remembered of each: anybody can make thousands. */
    private record LinkedVisitor(UUID id, boolean shared) {}

    /**
     * Writes the document.
     *
     * @return false if nothing is held about this address; then nothing was written
     * @throws UncheckedIOException if it could not be written
     * @throws TookTooLong if looking for it was given up; then nothing was written
     */
    public boolean write(ExportRequest request, Appendable out) {
        Deadline deadline = Deadline.in(timeout);
        return deadline.keep(() -> sql.inSnapshot(tx -> {
            var _ = tx.query("SELECT set_config('TimeZone', 'UTC', true)", row -> row.text(1));
            PersonalDataColumns.lookByIndex(tx);
            Found found = find(tx, request.email, deadline);
            if (found.isNothing()) {
                return false;
            }
            log(request, found.leads.size());
            Deadline.in(timeout).limit(tx);
            try {
                write(tx, request, found, out);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            return true;
        }));
    }

    /** Over a connection of its own, since what is read here is a snapshot that a commit would end. */
    private void log(ExportRequest request, long leads) {
        byte[] emailHash = hash.of("audit\n" + request.email.value());
        var _ = sql.inTransaction(tx -> tx.update(LOG, request.at, request.by, leads, request.addressHash, emailHash));
    }

    /** What there is to write. */
    private record Found(List<Lead> leads, List<LinkedVisitor> visitors, Mentions mentions) {
        boolean isNothing() {
            return leads.isEmpty() && visitors.isEmpty() && mentions.isEmpty();
        }
    }

    private static Found find(Tx tx, Email email, Deadline deadline) {
        AddressPattern address = AddressPattern.of(email);
        deadline.limit(tx);
        List<Lead> leads = tx.query(LEADS, row -> new Lead(row.id(1), row.text(2), row.text(3)), email.value());
        List<LinkedVisitor> visitors =
                tx.query(VISITORS, row -> new LinkedVisitor(row.id(1), row.flag(2)), email.value(), address.precise());
        List<UUID> shown = visitors.stream()
                .filter(visitor -> !visitor.shared)
                .map(LinkedVisitor::id)
                .toList();
        Mentions mentions =
                Mentions.count(tx, address, leads.stream().map(Lead::id).toList(), shown, deadline);
        return new Found(leads, visitors, mentions);
    }

    private void write(Tx tx, ExportRequest request, Found found, Appendable out) throws IOException {
        out.append("{\"ok\":true,\"email\":").append(quoted(tx, request.email.value()));
        out.append(",\"exportedAt\":").append(quoted(tx, request.at.toString()));
        out.append(",\n\"leads\":[");
        String comma = "\n";
        for (Lead lead : found.leads) {
            out.append(comma);
            writeLead(tx, lead, out);
            comma = ",\n";
        }
        out.append("],\n\"visitors\":[");
        comma = "\n";
        for (LinkedVisitor visitor : found.visitors) {
            out.append(comma);
            writeVisitor(tx, request.email, visitor, out);
            comma = ",\n";
        }
        out.append("],\n\"visitorsSharedWithOthers\":")
                .append(Long.toString(
                        found.visitors.stream().filter(LinkedVisitor::shared).count()));
        out.append(",\n\"mentions\":{")
                .append(found.mentions.byTable().entrySet().stream()
                        .map(count -> '"' + camelCase(count.getKey()) + "\":" + count.getValue())
                        .collect(Collectors.joining(",")))
                .append('}');
        out.append(",\n\"notes\":[").append(NOTES).append("]}\n");
    }

    private static void writeVisitor(Tx tx, Email email, LinkedVisitor visitor, Appendable out) throws IOException {
        String known =
                "SELECT " + (visitor.shared ? SHARED_VISITOR : VISITOR) + " FROM visitors AS v WHERE visitor_id = ?";
        out.append(open(tx.query(known, row -> row.text(1), visitor.id).getFirst()))
                .append(",\"sharedWithOthers\":")
                .append(String.valueOf(visitor.shared));
        String sessions = "sessions AS s WHERE s.visitor_id = ?";
        String events = "events AS e WHERE e.visitor_id = ?";
        Object[] parameters = {visitor.id};
        if (visitor.shared) {
            sessions += " AND s.id IN " + THEIR_SESSIONS;
            events += " AND e.session_id IN " + THEIR_SESSIONS;
            parameters = new Object[] {visitor.id, visitor.id, email.value()};
        }
        array(tx, out, "sessions", SESSION, sessions + " ORDER BY s.started_at", parameters);
        array(tx, out, "events", EVENT, events + " ORDER BY e.occurred_at", parameters);
        out.append('}');
    }

    private void writeLead(Tx tx, Lead lead, Appendable out) throws IOException {
        out.append(open(lead.json));
        String url = unsubscribeUrl.of(lead.id, lead.propertyId);
        out.append(",\"unsubscribeUrl\":").append(url == null ? "null" : quoted(tx, url));
        array(tx, out, "consent", CONSENT, "consent_events AS c WHERE c.lead_id = ? ORDER BY c.id", lead.id);
        array(
                tx,
                out,
                "submissions",
                SUBMISSION,
                "form_submissions AS f WHERE f.lead_id = ? ORDER BY f.submitted_at",
                lead.id);
        array(
                tx,
                out,
                "visitors",
                LINK,
                "lead_identities AS i WHERE i.lead_id = ? AND i.source = 'form_submit' ORDER BY i.linked_at",
                lead.id);
        array(tx, out, "messages", MESSAGE, "lead_outbox AS o WHERE o.lead_id = ? ORDER BY o.created_at", lead.id);
        long guesses = tx.query(GUESSES, row -> row.number(1), lead.id).getFirst();
        out.append(",\"mayAlsoBe\":").append(Long.toString(guesses)).append('}');
    }

    /** One row after the other. */
    private static void array(Tx tx, Appendable out, String name, String object, String from, Object... parameters)
            throws IOException {
        out.append(",\n\"").append(name).append("\":[");
        try {
            boolean[] first = {true};
            tx.each(
                    "SELECT " + object + " FROM " + from,
                    row -> {
                        try {
                            out.append(first[0] ? "\n" : ",\n").append(row.text(1));
                            first[0] = false;
                        } catch (IOException failed) {
                            throw new UncheckedIOException(failed);
                        }
                    },
                    parameters);
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
        out.append(']');
    }

    /** An object that is not closed yet. */
    private static String open(String json) {
        return json.substring(0, json.length() - 1);
    }

    private static String quoted(Tx tx, String text) {
        return tx.query("SELECT to_json(?::text)::text", row -> row.text(1), text)
                .getFirst();
    }

    /** An expression that makes a JSON object of columns: their names in camel case, hashes in hexadecimal. */
    private static String object(String table, String... columns) {
        return Stream.of(columns)
                .map(column -> "'" + camelCase(column) + "', "
                        + (column.endsWith("_hash")
                                ? "encode(" + table + "." + column + ", 'hex')"
                                : table + "." + column))
                .collect(Collectors.joining(", ", "json_build_object(", ")::text"));
    }

    private static String camelCase(String column) {
        StringBuilder name = new StringBuilder();
        for (String word : column.split("_", -1)) {
            name.append(name.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return name.toString();
    }
}
