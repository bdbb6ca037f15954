package com.altcontext.privacy;

/** Work was cancelled because it took longer than its client can wait. */
public final class TookTooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TookTooLong() {
        super("the work took longer than a request may take", null, false, false);
    }
}
