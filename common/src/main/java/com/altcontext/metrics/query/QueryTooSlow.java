package com.altcontext.metrics.query;

/** A question took longer than a query may, and the database has ended it. */
public final class QueryTooSlow extends RuntimeException {
    private static final long serialVersionUID = 1;

    QueryTooSlow() {
        super("the query took too long: ask about fewer days, with fewer dimensions, or with a filter on sessions");
    }
}
