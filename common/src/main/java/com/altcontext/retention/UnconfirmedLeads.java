package com.altcontext.retention;

import com.altcontext.db.Retry;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.lead.LeadLock;
import com.altcontext.lead.PendingConsent;
import com.altcontext.privacy.Export;
import com.altcontext.privacy.LeadRows;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Removes leads whose address was asked to confirm a form and never did: somebody may have typed a stranger's
 * address. A lead is removed {@code UNCONFIRMED_LEAD_DAYS} after its last form or mail, unless it ever gave or
 * withdrew consent. The lead itself may have got no mail, if the address had got one for another property, or if no
 * operator has accepted the lead. A lead that is pending because no form asked for consent stays.
 */
final class UnconfirmedLeads {
    private static final int BATCH_SIZE = 100;

    private static final String FROM_LEADS = """
            FROM leads AS l
            WHERE l.consent_status = 'pending'
              AND (l.confirmation_mails > 0 OR EXISTS (SELECT FROM consent_events AS e WHERE e.lead_id = l.id AND %s))
              AND greatest(l.last_captured_at, l.confirmation_mailed_at) < ?
              AND NOT EXISTS (SELECT FROM consent_events AS c WHERE c.lead_id = l.id AND c.status <> 'pending')
            """.formatted(PendingConsent.IS_TICKED);

    static final String FIND =
            "SELECT l.id, l.email " + FROM_LEADS + " AND (?::uuid IS NULL OR l.id > ?) ORDER BY l.id LIMIT ?";

    private static final String STILL_UNCONFIRMED = "SELECT l.id " + FROM_LEADS + " AND l.id = ANY (?)";

    /**
     * Marks the other leads' links to the visitors of some leads, so that an export of those never shows what these did
     * ({@link Export}).
     */
    private static final String MARK_SHARED = """
            UPDATE lead_identities AS other SET was_shared = true
            FROM lead_identities AS gone
            WHERE gone.lead_id = ANY (?::uuid[]) AND gone.source = 'form_submit'
              AND other.visitor_id = gone.visitor_id AND other.lead_id <> ALL (?::uuid[]) AND NOT other.was_shared
            """;

    /**
     * Rows of {@code consent_events} can be deleted only by a transaction that logs an erasure. The entry names no
     * address: a restored backup is purged again anyway.
     */
    private static final String LOG = """
            INSERT INTO erasure_log (erased_at, erased_by, email_hash, counts)
            VALUES (?, 'retention', sha256('unconfirmed leads'), jsonb_build_object('leads', ?::bigint))
            """;

    private UnconfirmedLeads() {}

    record FoundLead(UUID id, String email) {
        static FoundLead read(Row row) throws SQLException {
            return new FoundLead(row.id(1), row.text(2));
        }
    }

    static long count(Tx tx, Instant keptFrom) {
        return tx.queryOne("SELECT count(*) " + FROM_LEADS, row -> row.number(1), keptFrom);
    }

    /**
     * Deletes the unconfirmed leads with everything that belongs to them, in batches. A lead whose address is locked
     * at this moment is left for the next purge.
     *
     * @param progress is given the number of deleted leads after each transaction
     */
    static void delete(Sql sql, Instant keptFrom, Instant now, LongConsumer progress) {
        UUID last = null;
        List<FoundLead> found;
        do {
            found = find(sql, keptFrom, last);
            if (!found.isEmpty()) {
                last = found.getLast().id;
                progress.accept(delete(sql, found, keptFrom, now));
            }
        } while (found.size() == BATCH_SIZE);
    }

    static List<FoundLead> find(Sql sql, Instant keptFrom, @Nullable UUID after) {
        return sql.inTransaction(tx -> find(tx, keptFrom, after));
    }

    /**
     * Reads by key, so that all batches together read the leads once: the planner would read all leads for each
     * batch.
     */
    static List<FoundLead> find(Tx tx, Instant keptFrom, @Nullable UUID after) {
        var _ = tx.query(IdleVisitors.BY_KEY, row -> row.text(1));
        var _ = tx.query(Tx.WITHOUT_JIT, row -> row.text(1));
        return tx.query(FIND, FoundLead::read, keptFrom, after, after, BATCH_SIZE);
    }

    /** Locks the addresses, and deletes the leads that are still unconfirmed then. */
    static long delete(Sql sql, List<FoundLead> found, Instant keptFrom, Instant now) {
        return Retry.inTransaction(sql, tx -> {
            List<Boolean> free =
                    LeadLock.tryTake(tx, found.stream().map(FoundLead::email).toList());
            List<UUID> locked = new ArrayList<>();
            for (int i = 0; i < found.size(); i++) {
                if (free.get(i)) {
                    locked.add(found.get(i).id);
                }
            }
            // A lead may have been confirmed before its address was locked.
            List<UUID> toDelete = tx.query(STILL_UNCONFIRMED, row -> row.id(1), keptFrom, locked.toArray(UUID[]::new));
            if (toDelete.isEmpty()) {
                return 0L;
            }
            UUID[] ids = toDelete.toArray(UUID[]::new);
            tx.update(MARK_SHARED, ids, ids);
            LeadRows deleted = LeadRows.delete(tx, toDelete);
            tx.update(LOG, now, deleted.leads());
            return deleted.leads();
        });
    }
}
