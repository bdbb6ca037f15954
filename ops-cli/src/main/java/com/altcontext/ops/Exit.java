package com.altcontext.ops;

/** What {@code altops} tells the shell that called it. */
final class Exit {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** Everything was looked at, and it is not as it should be. */
    static final int WANTING = 3;

    private Exit() {}
}
