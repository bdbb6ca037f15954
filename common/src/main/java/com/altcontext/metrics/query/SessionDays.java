package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The UTC days on which sessions of some windows have events. Each bound is computed only when it is needed, since it
 * may take a scan of the sessions.
 */
final class SessionDays {
    /** A day later than any event. */
    private static final LocalDate AFTER_ALL_EVENTS = LocalDate.of(9999, 12, 31);

    private final List<ZoneWindow> windows;
    private final Function<SqlFragment, LocalDate> query;
    private @Nullable LocalDate first;
    private @Nullable LocalDate last;

    /** @param query runs a statement whose only value is a day */
    SessionDays(List<ZoneWindow> windows, Function<SqlFragment, LocalDate> query) {
        this.windows = windows;
        this.query = query;
    }

    /** The day of the first event of any session that has an event in the windows, or an earlier day. */
    LocalDate first() {
        if (first == null) {
            SqlFragment running = SqlFragment.any(windows.stream()
                    .map(window -> SqlFragment.all(List.of(
                            window.isOf("s"),
                            SqlFragment.of(
                                    "s.started_at < ? AND s.last_event_at >= ?", window.start(), window.start()))))
                    .toList());
            first = query.apply(SqlFragment.of(
                    "SELECT least(?, min((s.started_at AT TIME ZONE 'UTC')::date)) FROM sessions AS s WHERE ?",
                    RawConditions.firstPartition(windows),
                    running));
        }
        return first;
    }

    /** The day of the last event of any session that began in the windows, or a later day. */
    LocalDate last() {
        if (last == null) {
            SqlFragment begun = SqlFragment.any(windows.stream()
                    .map(window -> window.holds("s", "started_at"))
                    .toList());
            last = query.apply(SqlFragment.of(
                    "SELECT greatest(?, max((s.last_event_at AT TIME ZONE 'UTC')::date)) FROM sessions AS s WHERE ?",
                    RawConditions.lastPartition(windows),
                    begun));
        }
        return last;
    }

    /** Makes {@link #last} the end of all days, without a scan. */
    void extendToAll() {
        last = AFTER_ALL_EVENTS;
    }
}
