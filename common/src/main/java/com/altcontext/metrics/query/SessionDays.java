package com.altcontext.metrics.query;

import java.time.LocalDate;

/**
 * The UTC days on which sessions of the windows have events. Each bound is computed only when it is needed, since it
 * may take a scan of the sessions.
 */
interface SessionDays {
    /** The day of the first event of any session that has an event in the windows, or an earlier day. */
    LocalDate first();

    /** The day of the last event of any session that began in the windows, or a later day. */
    LocalDate last();
}
