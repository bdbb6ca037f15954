package com.altcontext.audit;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.value.KeyedHash;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The table {@code audit_log}. */
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
     * @param propertyId whose data; null for all
     * @param consent which leads; null for all
     * @param rows how many were shown or changed
     * @param emailHash of the address that was asked about, if it was one
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

    /** The hash by which the log identifies the person who has this address. */
    public static byte[] emailHash(KeyedHash hash, String email) {
        return hash.of("audit\n" + email);
    }

    /** Adds a row in the transaction that makes the change. */
    public static void add(Tx tx, Caller caller, Entry entry, Instant at) {
        var _ = tx.update(
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
     * Commits the row of a disclosure before its first byte is written. It takes a connection of its own, since a commit
     * would end the snapshot that is read.
     *
     * @throws SqlFailure if it could not be noted; then nothing may be shown
     */
    public static void commit(Sql sql, Caller caller, Entry disclosure, Instant at) {
        var _ = sql.inTransaction(tx -> {
            add(tx, caller, disclosure, at);
            return true;
        });
    }
}
