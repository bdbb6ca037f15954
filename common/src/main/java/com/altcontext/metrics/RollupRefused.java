package com.altcontext.metrics;

/** A day was not rolled up, and its figures stay as they are. The message says why, for an operator. */
public final class RollupRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RollupRefused(String message) {
        super(message);
    }
}
