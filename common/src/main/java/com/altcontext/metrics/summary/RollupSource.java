package com.altcontext.metrics.summary;

/** Where the figures of rollups are read from. */
public enum RollupSource {
    /** The tables that the rollup writes. */
    TABLES("""
            (SELECT *
             FROM daily_metric_rollups
             LEFT JOIN daily_ingest_rollups USING (property_id, day)
             LEFT JOIN (SELECT day, rolled_up_at AS all_rolled_up_at FROM rollup_days) AS days USING (day))
            """, "daily_metric_rollups", "SELECT day, rolled_up_at FROM rollup_days"),
    /** The materialized view of the tables, as of its last refresh. */
    VIEW(
            "daily_figures",
            "daily_figures",
            "SELECT day, all_rolled_up_at FROM daily_figures WHERE all_rolled_up_at IS NOT NULL");

    /** The relation with the figures. */
    final String relation;
    /** The relation that is indexed by version. */
    final String versions;
    /** The days that were rolled up for all properties together, and when. */
    final String days;

    RollupSource(String relation, String versions, String days) {
        this.relation = relation;
        this.versions = versions;
        this.days = days;
    }
}
