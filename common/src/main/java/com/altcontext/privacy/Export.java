package com.altcontext.privacy;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.Buckets;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.lead.Email;
import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.value.KeyedHash;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Exports what is held about a person (PIPEDA, principle 4.9) as one JSON document from one snapshot. It is written
 * while it is read, so that its length costs no memory.
 *
 * <p>It holds the leads with all their rows, and the visitors who submitted a form with this address, or whose
 * identifier holds it. When in doubt, an erasure removes data, but an export leaves it out. If a visitor also
 * submitted another address, the export shows only the sessions in which a form with this address was sent, since a
 * stranger who knows a visitor's identifier can submit a form under it. Heuristic candidates, and other people's
 * texts that hold the address, are counted and not shown: they may be about another person (PIPEDA, s. 9(1)).
 *
 * <p>The request is committed to {@code audit_log} before the first byte is written.
 */
public final class Export {
    private static final String LEADS = "SELECT l.id, l.property_id, " + ExportDocument.LEAD
            + " FROM leads AS l WHERE l.email = ? ORDER BY l.property_id";

    /**
     * {@code shared} if the visitor also submitted a form with another address, even if its lead was purged since.
     */
    private static final String LINKED = """
            SELECT DISTINCT i.visitor_id, i.was_shared OR EXISTS (
                SELECT FROM lead_identities AS other JOIN leads AS l ON l.id = other.lead_id
                WHERE other.visitor_id = i.visitor_id AND other.source = 'form_submit' AND l.email <> ?)
            FROM lead_identities AS i JOIN leads AS l ON l.id = i.lead_id
            WHERE i.source = 'form_submit' AND l.email = ?
            """;

    private static final String STORED = """
            SELECT v.visitor_id, v.property_id, v.first_seen_at
            FROM unnest(?::uuid[]) AS theirs(visitor_id)
            JOIN visitors AS v ON v.bucket = ?::int2 AND v.visitor_id = theirs.visitor_id
            """;

    private final Sql sql;
    private final UnsubscribeUrl unsubscribeUrl;
    private final KeyedHash hash;
    private final @Nullable Duration timeout;

    /** The link by which a lead can withdraw consent; null if there is none. */
    @FunctionalInterface
    public interface UnsubscribeUrl {
        @Nullable
        String of(UUID leadId, String propertyId);

        /** @param links empty if the service's address is not known */
        static UnsubscribeUrl by(Optional<UnsubscribeLinks> links) {
            return (leadId, propertyId) -> links.map(known -> known.of(new UnsubscribeToken.Subject(leadId, propertyId))
                            .toString())
                    .orElse(null);
        }
    }

    /** @param hash with the service's pepper: the log identifies the person by it */
    public Export(Sql sql, UnsubscribeUrl unsubscribeUrl, KeyedHash hash) {
        this(sql, unsubscribeUrl, hash, null);
    }

    private Export(Sql sql, UnsubscribeUrl unsubscribeUrl, KeyedHash hash, @Nullable Duration timeout) {
        this.sql = sql;
        this.unsubscribeUrl = unsubscribeUrl;
        this.hash = hash;
        this.timeout = timeout;
    }

    /**
     * An export with a timeout. It holds for the whole search before the first byte, and for each later statement. If
     * the database does not answer any more, this is noticed {@link Tx#DRIVER_EXTRA_TIME} after the timeout.
     */
    public Export within(Duration timeout) {
        return new Export(sql.withTimeout(timeout.plus(Tx.DRIVER_EXTRA_TIME)), unsubscribeUrl, hash, timeout);
    }

    /**
     * A request for the data of a person.
     *
     * @param at the time that the document states
     */
    public record ExportRequest(Email email, Caller caller, Instant at) {}

    /** @param json an object, as {@link ExportDocument#LEAD} makes it */
    record ExportedLead(UUID id, String propertyId, String json) {}

    /** Kept small, since a stranger can make thousands of visitors. */
    record LinkedVisitor(UUID id, boolean shared) {}

    /**
     * Writes the document.
     *
     * @return false if nothing is held about this address; then nothing was written
     * @throws UncheckedIOException if it could not be written
     * @throws TookTooLong if the search or a later statement ran into the timeout; after the search, a part may have
     *     been written
     */
    public boolean write(ExportRequest request, Appendable out) {
        Deadline deadline = Deadline.in(timeout);
        return deadline.run(() -> sql.inSnapshot(tx -> {
            deadline.limit(tx);
            tx.update(Tx.ALSO_ON_NODES + "SET LOCAL TimeZone = 'UTC'");
            PersonalDataColumns.searchByIndex(tx);
            Found found = find(tx, request.email, deadline);
            if (found.isNothing()) {
                return false;
            }
            disclosure(request, found.leads.size()).write(() -> out, document -> {
                Deadline.in(timeout).limit(tx);
                new ExportDocument(tx, unsubscribeUrl, document).write(request, found);
            });
            return true;
        }));
    }

    private Disclosure disclosure(ExportRequest request, long leads) {
        byte[] emailHash = AuditLog.emailHash(hash, request.email.value());
        AuditLog.Entry entry = new AuditLog.Entry("lead_export", null, null, leads, emailHash);
        return new Disclosure(sql, request.caller, entry, request.at);
    }

    /** What was found about the person. */
    record Found(List<ExportedLead> leads, List<LinkedVisitor> visitors, boolean isRecipient, Mentions mentions) {
        boolean isNothing() {
            return leads.isEmpty() && visitors.isEmpty() && !isRecipient && mentions.isEmpty();
        }
    }

    private static Found find(Tx tx, Email email, Deadline deadline) {
        AddressPattern address = AddressPattern.of(email);
        deadline.limit(tx);
        List<ExportedLead> leads =
                tx.query(LEADS, row -> new ExportedLead(row.id(1), row.text(2), row.text(3)), email.value());
        List<LinkedVisitor> visitors = visitors(tx, email, address);
        List<UUID> shown = visitors.stream()
                .filter(visitor -> !visitor.shared)
                .map(LinkedVisitor::id)
                .toList();
        Mentions mentions =
                Mentions.count(tx, address, leads.stream().map(ExportedLead::id).toList(), shown, deadline);
        boolean isRecipient = tx.queryOne(
                "SELECT EXISTS (SELECT 1 FROM recipients WHERE email = ?)", row -> row.flag(1), email.value());
        return new Found(leads, visitors, isRecipient, mentions);
    }

    /** A visitor whose identifier holds the address does not count as shared. */
    private static List<LinkedVisitor> visitors(Tx tx, Email email, AddressPattern address) {
        Map<UUID, Boolean> shared = new HashMap<>();
        tx.query(LINKED, row -> Map.entry(row.id(1), row.flag(2)), email.value(), email.value())
                .forEach(linked -> shared.put(linked.getKey(), linked.getValue()));
        Erasure.findByAnonId(tx, address).forEach(visitor -> shared.put(visitor, false));
        List<StoredVisitor> stored = new ArrayList<>();
        Buckets.read(tx)
                .split(shared.keySet())
                .forEach((bucket, ids) -> stored.addAll(
                        tx.query(STORED, row -> new StoredVisitor(row.text(2), row.time(3), row.id(1)), ids, bucket)));
        return stored.stream()
                .sorted(Comparator.comparing(StoredVisitor::property)
                        .thenComparing(StoredVisitor::firstSeen)
                        .thenComparing(visitor -> visitor.id.toString()))
                .map(visitor -> new LinkedVisitor(visitor.id, shared.getOrDefault(visitor.id, false)))
                .toList();
    }

    private record StoredVisitor(String property, Instant firstSeen, UUID id) {}
}
