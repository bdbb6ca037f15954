package com.altcontext.ingest;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a repeated fault from filling the log: it logs the first, then at most one a minute, with the number of those
 * left out.
 */
public final class LimitedLog {
    private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

    private final Logger logger;
    private boolean hasLogged;
    private long loggedAt;
    private long leftOut;

    public LimitedLog(Logger logger) {
        this.logger = logger;
    }

    public void log(Level level, String message) {
        log(level, message, null);
    }

    public synchronized void log(Level level, String message, @Nullable Throwable thrown) {
        long now = System.nanoTime();
        if (hasLogged && now - loggedAt < PERIOD_NANOS) {
            leftOut++;
            return;
        }
        String more = leftOut == 0 ? "" : " (" + leftOut + " more like it since the last such line)";
        hasLogged = true;
        loggedAt = now;
        leftOut = 0;
        logger.log(level, message + more, thrown);
    }
}
