package com.altcontext.metrics;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;

/**
 * The materialized view that {@link RollupSource#VIEW} reads. Making it needs the right to change the schema, which is the
 * operator's; readers of the old one are not blocked while it is refreshed.
 */
public final class StoredFigures {
    private final Sql sql;
    /** Once made, the view is assumed to stay. */
    private volatile boolean wasThere;

    public StoredFigures(Sql sql) {
        this.sql = sql;
    }

    /**
     * Makes the view, or brings it up to date.
     *
     * @return whether it was made
     */
    public boolean refresh() {
        return sql.inTransaction(tx -> {
            boolean there = isThere(tx);
            if (there) {
                var _ = tx.update("REFRESH MATERIALIZED VIEW CONCURRENTLY daily_figures");
            } else {
                var _ = tx.update("DROP MATERIALIZED VIEW IF EXISTS daily_figures");
                var _ = tx.update("CREATE MATERIALIZED VIEW daily_figures AS SELECT * FROM "
                        + RollupSource.TABLES.relation + " AS figures");
                var _ = tx.update("CREATE UNIQUE INDEX daily_figures_by_day ON daily_figures (property_id, day)");
                var _ = tx.update("CREATE INDEX daily_figures_by_version ON daily_figures (version)");
            }
            return !there;
        });
    }

    /** Whether there is a view that can be read: one of an earlier release lacks a column. */
    boolean areThere() {
        if (!wasThere) {
            wasThere = sql.inTransaction(StoredFigures::isThere);
        }
        return wasThere;
    }

    private static boolean isThere(Tx tx) {
        return tx.queryOne("""
                        SELECT count(*) = 2 FROM pg_attribute
                        WHERE attrelid = to_regclass('daily_figures') AND attname IN ('all_rolled_up_at', 'imported')
                        """, row -> row.flag(1));
    }
}
