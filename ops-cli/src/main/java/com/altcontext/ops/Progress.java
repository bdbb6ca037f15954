package com.altcontext.ops;

import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One line on the error stream of a terminal, written over until the work is done, and then wiped away. */
final class Progress implements AutoCloseable {
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final String WIPED = "\r\u001b[K";

    private final @Nullable PrintWriter err;
    private final @Nullable Thread clock;
    private String what;
    private boolean shown;
    private boolean closed;

    private Progress(@Nullable PrintWriter err, String what, boolean ticking) {
        this.err = err;
        this.what = what;
        this.clock = ticking ? Thread.ofVirtual().unstarted(this::tick) : null;
    }

    /** Where nobody looks. */
    static Progress none() {
        return new Progress(null, "", false);
    }

    /** Begins to show, a second from now. */
    static Progress on(PrintWriter err, String what) {
        Progress progress = new Progress(err, what, true);
        if (progress.clock != null) {
            progress.clock.start();
        }
        return progress;
    }

    /** Shows only when told to by {@link #show}. */
    static Progress still(PrintWriter err, String what) {
        return new Progress(err, what, false);
    }

    /** Says what is being done from here on. */
    synchronized void step(String next) {
        what = next;
    }

    /** Writes the line over. */
    synchronized void show(Duration elapsed) {
        if (err != null && !closed) {
            err.print(WIPED + what + " … " + elapsed.toSeconds() + " s");
            err.flush();
            shown = true;
        }
    }

    @Override
    public void close() {
        if (clock != null) {
            clock.interrupt();
        }
        synchronized (this) {
            if (err != null && shown && !closed) {
                err.print(WIPED);
                err.flush();
            }
            closed = true;
        }
    }

    private void tick() {
        long started = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(BEAT);
                show(Duration.ofNanos(System.nanoTime() - started));
            }
        } catch (InterruptedException done) {
            // The work is done, and so is its clock.
        }
    }
}
