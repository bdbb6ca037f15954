package com.altcontext.ingest;

import java.util.List;

/**
 * The threads that wait for the database: four for forms, four for operators' requests, two for figures from rollups,
 * three for questions to the raw rows (at most two of them for one key), and one for checks of keys and sessions, which
 * take less than a millisecond each. So no kind of work waits for another, and the writer of events for none. Only two
 * requests at a time use the figures' tables of many megabytes, and only three questions keep the database busy.
 */
public record DatabaseExecutors(
        DatabaseExecutor forms,
        DatabaseExecutor operator,
        DatabaseExecutor figures,
        DatabaseExecutor queries,
        DatabaseExecutor access) {
    private List<DatabaseExecutor> all() {
        return List.of(forms, operator, figures, queries, access);
    }

    /** Takes no more work; accepted work goes on. */
    public void stop() {
        all().forEach(DatabaseExecutor::stop);
    }

    /** Waits until the accepted work is done, but not beyond this {@link System#nanoTime}. */
    public void await(long deadline) {
        all().forEach(each -> each.await(deadline));
    }
}
