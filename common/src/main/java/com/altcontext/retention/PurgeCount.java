package com.altcontext.retention;

import java.util.Locale;

/** What a purge counts. Each has a column of {@code purge_log}. */
public enum PurgeCount {
    EVENTS,
    /** Of the partitions that are dropped, indexes included. */
    BYTES,
    SESSIONS,
    VISITORS,
    /** Rows of rollups, and the records of their computation. */
    ROLLUPS,
    REJECTIONS,
    /** Of forms. */
    SUBMISSIONS,
    /** That could not be delivered. */
    MESSAGES,
    /** That never confirmed. */
    LEADS;

    /** Its name in answers and its column. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
