package com.altcontext.visit;

/** The number of buckets in the database is not the one that the writer used. Nothing was written. */
public final class BucketsChanged extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BucketsChanged() {
        super("the number of buckets has changed", null, false, false);
    }
}
