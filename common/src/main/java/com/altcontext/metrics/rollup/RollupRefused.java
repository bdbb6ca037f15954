package com.altcontext.metrics.rollup;

/** Thrown if a day cannot be rolled up. Its figures stay as they are. The message tells an operator why. */
public final class RollupRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RollupRefused(String message) {
        super(message);
    }
}
