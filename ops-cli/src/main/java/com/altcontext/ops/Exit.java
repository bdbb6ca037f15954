package com.altcontext.ops;

/** The exit codes of {@code altops}. */
final class Exit {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** The check itself worked, and found a problem. */
    static final int CHECK_FAILED = 3;

    private Exit() {}
}
