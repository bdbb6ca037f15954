package com.altcontext.retention;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Records in {@code audit_log} who was shown personal data, who erased it, and who added a goal. The row of a
 * disclosure is committed before the first byte is written.
 */
public final class AuditLog {
    private static final String LOG = """
            INSERT INTO audit_log (done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private AuditLog() {}

    /**
     * Who asks.
     *
     * @param by {@code dashboard}, {@code api} or {@code altops}
     * @param keyId of the access key; null for {@code ADMIN_API_KEY} and for {@code altops}
     * @param addressHash the keyed hash of the network address; null for {@code altops}, which knows none
     */
    @SuppressWarnings("ArrayRecordComponent") // The hash is stored, never compared.
    public record Caller(String by, @Nullable UUID keyId, byte @Nullable [] addressHash) {
        public static final Caller ALTOPS = new Caller("altops", null, null);
    }

    /**
     * What was shown.
     *
     * @param propertyId whose leads; null for all
     * @param consent which of them; null for all
     * @param emailHash of the address that was asked about, if it was one
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Disclosure(
            String action,
            @Nullable String propertyId,
            @Nullable String consent,
            long rows,
            byte @Nullable [] emailHash) {}

    /**
     * On a connection of its own, since a commit would end the snapshot that is read.
     *
     * @throws SqlFailure if it could not be noted; then nothing may be shown
     */
    static void note(Sql sql, Caller caller, Disclosure shown, Instant at) {
        var _ = sql.inTransaction(tx -> tx.update(
                LOG,
                at,
                caller.by,
                shown.action,
                shown.propertyId,
                shown.consent,
                shown.rows,
                caller.keyId,
                caller.addressHash,
                shown.emailHash));
    }

    /**
     * Adds a row in the transaction that erases. The hash of the address is in {@code erasure_log}, with the same time.
     */
    static void noteErasure(Tx tx, Caller caller, long leads, Instant at) {
        var _ = tx.update(LOG, at, caller.by, "lead_delete", null, null, leads, caller.keyId, caller.addressHash, null);
    }

    /** Adds a row in the transaction that adds the goal. */
    public static void noteGoal(Tx tx, Caller caller, String propertyId, Instant at) {
        var _ = tx.update(
                LOG, at, caller.by, "goal_added", propertyId, null, 1, caller.keyId, caller.addressHash, null);
    }
}
