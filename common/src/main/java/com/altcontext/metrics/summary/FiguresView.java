package com.altcontext.metrics.summary;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;

/**
 * The materialized view that {@link RollupSource#VIEW} reads. Only a database user who may change the schema can make
 * it. A refresh does not block readers.
 */
public final class FiguresView {
    private final Sql sql;
    /** Once made, the view is assumed to stay. */
    private volatile boolean existed;

    public FiguresView(Sql sql) {
        this.sql = sql;
    }

    /**
     * Makes the view, or refreshes it.
     *
     * @return whether the view was made
     */
    public boolean refresh() {
        return sql.inTransaction(tx -> {
            boolean isRefresh = exists(tx);
            if (isRefresh) {
                tx.update("REFRESH MATERIALIZED VIEW CONCURRENTLY daily_figures");
            } else {
                tx.update("DROP MATERIALIZED VIEW IF EXISTS daily_figures");
                tx.update("CREATE MATERIALIZED VIEW daily_figures AS SELECT * FROM " + RollupSource.TABLES.relation
                        + " AS figures");
                tx.update("CREATE UNIQUE INDEX daily_figures_by_day ON daily_figures (property_id, day)");
                tx.update("CREATE INDEX daily_figures_by_version ON daily_figures (version)");
            }
            return !isRefresh;
        });
    }

    /** Whether the view exists and has all columns. The view of an earlier release lacks some. */
    boolean exists() {
        if (!existed) {
            existed = sql.withDefaultTimeout().inTransaction(FiguresView::exists);
        }
        return existed;
    }

    private static boolean exists(Tx tx) {
        return tx.queryOne("""
                        SELECT count(*) = 2 FROM pg_attribute
                        WHERE attrelid = to_regclass('daily_figures') AND attname IN ('all_rolled_up_at', 'imported')
                        """, row -> row.flag(1));
    }
}
