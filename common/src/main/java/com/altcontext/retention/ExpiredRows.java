package com.altcontext.retention;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Expired rows of a smaller table. One condition is used to count and delete them. */
enum ExpiredRows {
    /** Form submissions, if the operator keeps them for a shorter time than leads. The lead and its consent stay. */
    SUBMISSIONS("form_submissions WHERE submitted_at < ?"),
    /** Messages that were set aside, since they could not be delivered. */
    MESSAGES("outbox WHERE set_aside_at < ?");

    private final String from;

    ExpiredRows(String from) {
        this.from = from;
    }

    /** @param keptFrom null if all rows stay */
    long count(Tx tx, @Nullable Instant keptFrom) {
        return keptFrom == null ? 0 : tx.queryOne("SELECT count(*) FROM " + from, row -> row.number(1), keptFrom);
    }

    /** @return how many were deleted */
    long delete(Sql sql, @Nullable Instant keptFrom) {
        return keptFrom == null ? 0 : sql.inTransaction(tx -> tx.update("DELETE FROM " + from, keptFrom));
    }
}
