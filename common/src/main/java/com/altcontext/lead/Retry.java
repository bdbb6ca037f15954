package com.altcontext.lead;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;

/** Work that is done again when the database chose its transaction to give way to another. */
final class Retry {
    private static final int MAX_TRIES = 5;

    private Retry() {}

    static <T> T inTransaction(Sql sql, Sql.Work<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return sql.inTransaction(work);
            } catch (SqlFailure failed) {
                if (!failed.isWorthRepeating() || tries == MAX_TRIES) {
                    throw failed;
                }
            }
        }
    }
}
