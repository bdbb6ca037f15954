package com.altcontext.ops;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.retention.Erasure;
import com.altcontext.value.KeyedHash;
import java.time.Instant;

/**
 * Moves what a database holds aside while a backup takes its place. If the restore fails, it comes back. If it succeeds, it goes,
 * except for the log of erasures, which the backup must not undo, and the audit log. The next restore continues one that was
 * interrupted.
 */
final class SchemaSwap {
    private static final String LOG = "altops_before.erasure_log";

    private static final String CARRY_OVER = """
            INSERT INTO public.erasure_log (erased_at, erased_by, email_hash, counts)
            SELECT erased_at, erased_by, email_hash, counts FROM altops_before.erasure_log
            EXCEPT
            SELECT erased_at, erased_by, email_hash, counts FROM public.erasure_log
            """;

    private static final String AUDIT = "altops_before.audit_log";

    private static final String CARRY_AUDIT_OVER = """
            INSERT INTO public.audit_log (done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash)
            SELECT done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash FROM altops_before.audit_log
            EXCEPT ALL
            SELECT done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash FROM public.audit_log
            ORDER BY done_at
            """;

    private static final String TEXTS = "altops_before.consent_texts";

    /** A text that was added since the backup is part of the proof of what people agree to. */
    private static final String CARRY_TEXTS_OVER = """
            INSERT INTO public.consent_texts (version, language, content, content_hash, added_at)
            SELECT version, language, content, content_hash, added_at FROM altops_before.consent_texts
            ON CONFLICT (version, language) DO NOTHING
            """;

    private static final String KEYS = "altops_before.access_keys";

    /** A key that was revoked since the backup must not open anything again, and one that was added goes on. */
    private static final String CARRY_KEYS_OVER = """
            INSERT INTO public.access_keys (id, name, key_hash, prefix, scopes, properties, is_share, created_at, expires_at, last_used_at, revoked_at)
            SELECT id, name, key_hash, prefix, scopes, properties, is_share, created_at, expires_at, last_used_at, revoked_at
            FROM altops_before.access_keys
            """;

    private final Sql sql;

    SchemaSwap(Sql sql) {
        this.sql = sql;
    }

    void moveAside() {
        var _ = sql.inTransaction(tx -> {
            if (has(tx, "SELECT to_regnamespace('altops_before') IS NOT NULL")) {
                // What was there before an interrupted restore is aside already.
                var _ = tx.update("DROP SCHEMA public CASCADE");
            } else {
                var _ = tx.update("ALTER SCHEMA public RENAME TO altops_before");
            }
            var _ = tx.update("CREATE SCHEMA public");
            return tx.update("GRANT USAGE ON SCHEMA public TO PUBLIC"); // as PostgreSQL itself makes it
        });
    }

    void undo() {
        var _ = sql.inTransaction(tx -> {
            var _ = tx.update("DROP SCHEMA public CASCADE");
            return tx.update("ALTER SCHEMA altops_before RENAME TO public");
        });
    }

    /** @return how many entries of the log are not in the backup */
    int carryErasuresOver() {
        return sql.inTransaction(
                tx -> has(tx, "SELECT to_regclass('" + LOG + "') IS NOT NULL") ? tx.update(CARRY_OVER) : 0);
    }

    /** Keeps the entries of the audit log that are not in the backup. */
    void carryAuditOver() {
        var _ = sql.inTransaction(
                tx -> has(tx, "SELECT to_regclass('" + AUDIT + "') IS NOT NULL") ? tx.update(CARRY_AUDIT_OVER) : 0);
    }

    /** Keeps the texts of consent that are not in the backup. */
    void carryTextsOver() {
        var _ = sql.inTransaction(
                tx -> has(tx, "SELECT to_regclass('" + TEXTS + "') IS NOT NULL") ? tx.update(CARRY_TEXTS_OVER) : 0);
    }

    /** Keeps the keys as they are now, where there were any, and ends the sessions. */
    void carryKeysOver() {
        var _ = sql.inTransaction(tx -> {
            tx.update("DELETE FROM public.dashboard_sessions");
            if (!has(tx, "SELECT to_regclass('" + KEYS + "') IS NOT NULL")
                    || !has(tx, "SELECT EXISTS (SELECT FROM " + KEYS + ")")) {
                return 0;
            }
            tx.update("DELETE FROM public.access_keys");
            return tx.update(CARRY_KEYS_OVER);
        });
    }

    /** @return how many persons the backup had brought back */
    int forgetAgain(KeyedHash hash, Instant now) {
        return new Erasure(sql, hash).replay("altops restore", now);
    }

    void finish() {
        var _ = sql.inTransaction(tx -> tx.update("DROP SCHEMA altops_before CASCADE"));
    }

    private static boolean has(Tx tx, String question) {
        return tx.query(question, row -> row.flag(1)).getFirst();
    }
}
