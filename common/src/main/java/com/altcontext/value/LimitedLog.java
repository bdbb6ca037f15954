package com.altcontext.value;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a repeated fault from filling the log. It logs the first one, then at most one a minute, with the number of
 * those that were left out.
 */
public final class LimitedLog {
    private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

    private final Logger logger;
    private final Map<String, Logged> logged = new HashMap<>();

    public LimitedLog(Logger logger) {
        this.logger = logger;
    }

    private record Logged(long at, long leftOut) {}

    public void log(Level level, String message) {
        log("", level, message, null);
    }

    public void log(Level level, String message, Throwable thrown) {
        log("", level, message, thrown);
    }

    /** @param fault identifies faults that are logged together; there should be few such texts */
    public void log(String fault, Level level, String message) {
        log(fault, level, message, null);
    }

    private synchronized void log(String fault, Level level, String message, @Nullable Throwable thrown) {
        long now = System.nanoTime();
        Logged before = logged.get(fault);
        if (before != null && now - before.at < PERIOD_NANOS) {
            logged.put(fault, new Logged(before.at, before.leftOut + 1));
            return;
        }
        String more = before == null || before.leftOut == 0
                ? ""
                : " (" + before.leftOut + " more like it since the last such line)";
        logged.put(fault, new Logged(now, 0));
        logger.log(level, message + more, thrown);
    }
}
