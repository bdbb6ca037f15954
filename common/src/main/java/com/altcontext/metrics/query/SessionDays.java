package com.altcontext.metrics.query;

import java.time.LocalDate;

/** UTC days that hold the events of sessions. Each is asked for where it matters, since it may take a reading of the sessions. */
interface SessionDays {
    /** That of the first event of any session with an event in the windows, or an earlier one. */
    LocalDate first();

    /** That of the last event of any session that began in the windows, or a later one. */
    LocalDate last();
}
