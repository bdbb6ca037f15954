package com.altcontext.retention;

/** Work that somebody waits for was given up, and nothing of it was done: it took longer than they can wait. */
public final class TookTooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TookTooLong() {
        super("the work takes longer than a request may", null, false, false);
    }
}
