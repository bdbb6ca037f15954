package com.altcontext.ops;

import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One line on the error stream of a terminal, overwritten until the work is done, and then erased. */
final class ProgressLine implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final String ERASE_LINE = "\r\u001b[K";

    private final @Nullable PrintWriter err;
    private final @Nullable Thread ticker;
    private String what;
    private boolean shown;
    private boolean closed;

    private ProgressLine(@Nullable PrintWriter err, String what, boolean ticking) {
        this.err = err;
        this.what = what;
        this.ticker = ticking ? Thread.ofVirtual().unstarted(this::tick) : null;
    }

    /** Shows nothing, for output that is not a terminal. */
    static ProgressLine none() {
        return new ProgressLine(null, "", false);
    }

    /** Shows the line every second, for the first time a second from now. */
    static ProgressLine on(PrintWriter err, String what) {
        ProgressLine progress = new ProgressLine(err, what, true);
        if (progress.ticker != null) {
            progress.ticker.start();
        }
        return progress;
    }

    /** Shows only when {@link #show} is called. */
    static ProgressLine untimed(PrintWriter err, String what) {
        return new ProgressLine(err, what, false);
    }

    /** Sets what the line says from now on. */
    synchronized void step(String next) {
        what = next;
    }

    /** Overwrites the line. */
    synchronized void show(Duration elapsed) {
        if (err != null && !closed) {
            err.print(ERASE_LINE + what + " … " + elapsed.toSeconds() + " s");
            err.flush();
            shown = true;
        }
    }

    @Override
    public void close() {
        if (ticker != null) {
            ticker.interrupt();
        }
        synchronized (this) {
            if (err != null && shown && !closed) {
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
