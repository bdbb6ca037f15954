package com.altcontext.ingest;

import java.util.List;

/**
 * The threads that wait for the database: forms have four, the operator as many, figures from rollups two, questions to the raw rows
 * three, of which one key has two, and checks of keys and sessions one, which they keep for less than a millisecond each. So none waits
 * for another, nor the writer for them; no more than two of the figures' tables of many megabytes are in use at a time, and no more than
 * three questions keep the database busy.
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
