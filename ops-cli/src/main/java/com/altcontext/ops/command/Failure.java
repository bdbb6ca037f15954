package com.altcontext.ops.command;

/**
 * Ends a command: what is wrong, what to do next, and the exit code. It is printed as it is, so it must not contain a
 * secret or an address.
 */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String remedy;
    private final int exit;

    public Failure(int exit, String what, String remedy) {
        super(what, null, false, true);
        this.remedy = remedy;
        this.exit = exit;
    }

    public String remedy() {
        return remedy;
    }

    public int exit() {
        return exit;
    }
}
