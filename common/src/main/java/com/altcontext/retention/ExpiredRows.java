package com.altcontext.retention;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Old rows of a smaller table. One condition is used to find, count and delete them. */
enum ExpiredRows {
    /**
     * What was filled into forms, if the operator keeps it for a shorter time than leads. The lead and its consent
     * stay.
     */
    SUBMISSIONS("form_submissions WHERE submitted_at < ?"),
    /** Messages that could not be delivered. */
    MESSAGES("outbox WHERE set_aside_at < ?");

    private final String those;

    ExpiredRows(String those) {
        this.those = those;
    }

    /** @param keptFrom null if all rows stay */
    long count(Tx tx, @Nullable Instant keptFrom) {
        return keptFrom == null ? 0 : tx.queryOne("SELECT count(*) FROM " + those, row -> row.number(1), keptFrom);
    }

    /** @return how many were deleted */
    long delete(Sql sql, @Nullable Instant keptFrom) {
        return keptFrom == null ? 0 : sql.inTransaction(tx -> tx.update("DELETE FROM " + those, keptFrom));
    }
}
