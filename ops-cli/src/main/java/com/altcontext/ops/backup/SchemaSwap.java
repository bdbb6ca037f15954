package com.altcontext.ops.backup;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.privacy.Erasure;
import com.altcontext.value.KeyedHash;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Moves the database's schema aside while a backup is loaded. If the restore fails, the old schema is put back. If it succeeds, the
 * old schema is dropped, but the rows that the backup must not undo are carried over first ({@link CarriedTable}). The next restore
 * takes over from one that was interrupted.
 */
final class SchemaSwap {
    private final Sql sql;

    SchemaSwap(Sql sql) {
        this.sql = sql;
    }

    void moveAside() {
        sql.inTransaction(tx -> {
            if (DatabaseState.isBeingRestored(tx)) {
                // The interrupted restore has already moved the old schema aside, so only its own tables are dropped.
                tx.update("DROP SCHEMA public CASCADE");
            } else {
                tx.update("ALTER SCHEMA public RENAME TO altops_before");
            }
            tx.update("CREATE SCHEMA public");
            return tx.update("GRANT USAGE ON SCHEMA public TO PUBLIC"); // as in a new database
        });
    }

    void undo() {
        sql.inTransaction(tx -> {
            tx.update("DROP SCHEMA public CASCADE");
            return tx.update("ALTER SCHEMA altops_before RENAME TO public");
        });
    }

    /**
     * Carries rows of the old schema over, as {@link CarriedTable#ALL} says.
     *
     * @return how many rows the last statement of each table has written
     */
    Map<String, Integer> carryOver() {
        return sql.inTransaction(tx -> {
            tx.update(CarriedTable.END_SESSIONS);
            if (existedBefore(tx, "consent_events")) {
                var _ = tx.query(CarriedTable.KEEP_CONSENT_IDS, row -> row.number(1));
            }
            Map<String, Integer> carried = new HashMap<>();
            for (CarriedTable table : CarriedTable.ALL) {
                carried.put(table.name(), existedBefore(tx, table.requires()) ? tx.update(table.statement()) : 0);
            }
            return carried;
        });
    }

    /** @return how many erased people the backup had brought back */
    int eraseAgain(KeyedHash hash, Instant now) {
        return new Erasure(sql, hash).replay("altops restore", now);
    }

    void finish() {
        sql.inTransaction(tx -> tx.update("DROP SCHEMA altops_before CASCADE"));
    }

    private static boolean existedBefore(Tx tx, String table) {
        return tx.queryOne("SELECT to_regclass('altops_before." + table + "') IS NOT NULL", row -> row.flag(1));
    }
}
