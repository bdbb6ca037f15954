package com.altcontext.ingest;

import java.util.List;

/**
 * The executors for work that waits for the database. There are four threads for forms, four for operators' requests
 * (at most two of them for one key), two for figures from rollups, three for queries of raw rows (at most two of them
 * for one key), and one for checks of keys and sessions, which take less than a millisecond each. So no kind of work
 * waits for another, a client that reads a long answer slowly does not keep other operators out, and the writer of
 * events waits for none. At most two requests at a time use the rollups, which take many megabytes of memory, and at
 * most three queries of raw rows keep the database busy.
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

    /** Waits until the accepted work is done, at the latest until this {@link System#nanoTime}. */
    public void await(long deadline) {
        all().forEach(each -> each.await(deadline));
    }
}
