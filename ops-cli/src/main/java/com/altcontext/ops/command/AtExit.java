package com.altcontext.ops.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Work that is done if a signal ends this process before this is closed. */
public final class AtExit implements AutoCloseable {
    private final Thread hook;

    private AtExit(String name, Runnable work) {
        hook = new Thread(work, name);
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            work.run();
        }
    }

    /** Deletes an unfinished file. */
    public static AtExit delete(Path file) {
        return new AtExit("unfinished-file", () -> {
            try {
                var _ = Files.deleteIfExists(file);
            } catch (IOException left) {
                // The process is ending, so the failure cannot be reported.
            }
        });
    }

    /** Ends a child process, which would go on and keep its locks. */
    public static AtExit end(Process child) {
        return new AtExit("child-process", child::destroy);
    }

    /** The work is not needed any more. */
    @Override
    public void close() {
        try {
            var _ = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The hook is already running.
        }
    }
}
