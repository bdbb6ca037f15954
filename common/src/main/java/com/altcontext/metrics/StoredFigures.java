package com.altcontext.metrics;

import com.altcontext.db.Sql;

/**
 * The materialized view that {@link Source#VIEW} reads. Making it needs the right to change the schema, which is the
 * operator's; refreshing keeps readers of the old one going.
 */
public final class StoredFigures {
    private final Sql sql;

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
            boolean there = tx.query("SELECT to_regclass('daily_figures') IS NOT NULL", row -> row.flag(1))
                    .getFirst();
            if (there) {
                var _ = tx.update("REFRESH MATERIALIZED VIEW CONCURRENTLY daily_figures");
            } else {
                var _ = tx.update("CREATE MATERIALIZED VIEW daily_figures AS SELECT * FROM " + Source.TABLES.relation
                        + " AS figures");
                var _ = tx.update("CREATE UNIQUE INDEX daily_figures_by_day ON daily_figures (property_id, day)");
                var _ = tx.update("CREATE INDEX daily_figures_by_version ON daily_figures (version)");
            }
            return !there;
        });
    }
}
