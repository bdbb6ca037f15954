package com.altcontext.metrics.query;

/** Thrown if a query took too long, so that the database ended it. */
public final class QueryTooSlow extends RuntimeException {
    private static final long serialVersionUID = 1;

    QueryTooSlow() {
        super("the database ended a query that took too long", null, false, false);
    }
}
