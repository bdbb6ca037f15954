package com.altcontext.retention;

import java.util.Locale;

/** What a purge counts. Each value has a column of {@code purge_log}. */
public enum PurgeCount {
    EVENTS,
    /** The size of the dropped partitions, including indexes. */
    BYTES,
    SESSIONS,
    VISITORS,
    /** Rows of the rollup tables and of {@code rollup_days}. */
    ROLLUPS,
    REJECTIONS,
    /** Form submissions. */
    SUBMISSIONS,
    /** Messages that could not be delivered. */
    MESSAGES,
    /** Leads that never confirmed. */
    LEADS;

    /** The name in output, and of the column. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
