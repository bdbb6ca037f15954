package com.altcontext.ops.backup;

/** Ends a child process if a signal ends this process first. Otherwise the child would go on, and keep its locks. */
final class EndedAtExit implements AutoCloseable {
    private final Thread hook;

    EndedAtExit(Process child) {
        hook = new Thread(child::destroy, "child-process");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            child.destroy();
        }
    }

    /** The child has ended. */
    @Override
    public void close() {
        try {
            var _ = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The hook is already running.
        }
    }
}
