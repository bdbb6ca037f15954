package com.altcontext.retention;

/** Work that somebody waits for was given up: it took longer than they can wait. */
public final class TookTooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TookTooLong() {
        super("the work takes longer than a request may", null, false, false);
    }
}
