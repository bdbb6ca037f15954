package com.altcontext.ops.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Deletes an unfinished file if a signal ends this process before the file is closed or put in its place. */
public final class DeletedAtExit implements AutoCloseable {
    private final Thread hook;

    public DeletedAtExit(Path file) {
        hook = new Thread(
                () -> {
                    try {
                        var _ = Files.deleteIfExists(file);
                    } catch (IOException left) {
                        // The process is ending, so the failure cannot be reported.
                    }
                },
                "unfinished-file");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Leaves the file alone from now on. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The hook is already running.
        }
    }
}
