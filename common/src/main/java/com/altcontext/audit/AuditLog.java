package com.altcontext.audit;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.value.KeyedHash;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Adds rows to the table {@code audit_log}. */
public final class AuditLog {
    private static final String ADD = """
            INSERT INTO audit_log (done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private AuditLog() {}

    /**
     * What was done.
     *
     * @param action such as {@code lead_export}
     * @param propertyId the property whose data was shown or changed; null for all
     * @param consent the consent status of the leads that were requested; null for all
     * @param rows how many rows were shown or changed
     * @param emailHash the hash of the requested e-mail address; null if the request was not about one address
     */
    @SuppressWarnings("ArrayRecordComponent") // The hash is stored, never compared.
    public record Entry(
            String action,
            @Nullable String propertyId,
            @Nullable String consent,
            long rows,
            byte @Nullable [] emailHash) {
        public static Entry of(String action, @Nullable String propertyId, long rows) {
            return new Entry(action, propertyId, null, rows, null);
        }
    }

    /** The hash by which the log identifies the person with this e-mail address. */
    public static byte[] emailHash(KeyedHash hash, String email) {
        return hash.of("audit\n" + email);
    }

    /** Adds a row in the transaction that makes the change. */
    public static void add(Tx tx, Caller caller, Entry entry, Instant at) {
        tx.update(
                ADD,
                at,
                caller.by(),
                entry.action,
                entry.propertyId,
                entry.consent,
                entry.rows,
                caller.keyId(),
                caller.addressHash(),
                entry.emailHash);
    }

    /**
     * Commits the row of a disclosure. Must be called before the first byte of the data is written. This uses a
     * connection of its own, since a commit would end the snapshot from which the data is read.
     *
     * @throws SqlFailure if the row could not be stored; then no data may be shown
     */
    public static void commit(Sql sql, Caller caller, Entry disclosure, Instant at) {
        sql.inTransaction(tx -> {
            add(tx, caller, disclosure, at);
            return true;
        });
    }
}
