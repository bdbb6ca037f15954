package com.altcontext.metrics.query;

/** A question took longer than a query may, and the database has ended it. */
public final class QueryTooSlow extends RuntimeException {
    private static final long serialVersionUID = 1;

    QueryTooSlow() {
        super("the database ended a query that took too long", null, false, false);
    }
}
