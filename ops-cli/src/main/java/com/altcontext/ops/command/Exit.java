package com.altcontext.ops.command;

/** The exit codes of {@code altops}. */
public final class Exit {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    /** The check itself worked, and found a problem. */
    public static final int CHECK_FAILED = 3;

    private Exit() {}
}
