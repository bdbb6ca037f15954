package com.altcontext.ops.command;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;

/** One line on the error stream of a terminal, overwritten until the work is done, and then erased. */
public final class ProgressLine implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintWriter err;
    private final Thread ticker = Thread.ofVirtual().unstarted(this::tick);
    private String what;
    private boolean shown;
    private boolean closed;

    ProgressLine(PrintWriter err, String what) {
        this.err = err;
        this.what = what;
    }

    /** Shows nothing, for output that is not a terminal. */
    static ProgressLine none() {
        return new ProgressLine(new PrintWriter(Writer.nullWriter()), "");
    }

    /** Shows the line every second, for the first time a second from now. */
    static ProgressLine on(PrintWriter err, String what) {
        ProgressLine progress = new ProgressLine(err, what);
        progress.ticker.start();
        return progress;
    }

    /** Sets what the line says from now on. */
    public synchronized void step(String next) {
        what = next;
    }

    /** Overwrites the line. */
    synchronized void show(Duration elapsed) {
        if (!closed) {
            err.print(ERASE_LINE + what + " … " + elapsed.toSeconds() + " s");
            err.flush();
            shown = true;
        }
    }

    @Override
    public void close() {
        ticker.interrupt();
        synchronized (this) {
            if (shown && !closed) {
                err.print(ERASE_LINE);
                err.flush();
            }
            closed = true;
        }
    }

    private void tick() {
        long started = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                show(Duration.ofNanos(System.nanoTime() - started));
            }
        } catch (InterruptedException done) {
            // The work is done.
        }
    }
}
