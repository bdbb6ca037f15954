package com.altcontext.metrics;

/** Where the figures are read from. */
public enum Source {
    /** What the rollup wrote, at once. */
    TABLES("""
            (SELECT *
             FROM daily_metric_rollups LEFT JOIN daily_ingest_rollups USING (property_id, day))
            """, "daily_metric_rollups"),
    /** The materialized view of it, as of when it was last refreshed. */
    VIEW("daily_figures", "daily_figures");

    /** To be read from. */
    final String relation;
    /** The relation that is indexed by version. */
    final String versions;

    Source(String relation, String versions) {
        this.relation = relation;
        this.versions = versions;
    }
}
