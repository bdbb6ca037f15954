package com.altcontext.visit;

/** The database has another number of buckets than the writer counted with. Nothing was written. */
public final class BucketsChanged extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BucketsChanged() {
        super("the number of buckets has changed", null, false, false);
    }
}
