package com.altcontext.ingest;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.DatabaseState.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Logs when the database is lost, with the reason, and when it is back. If a connection fails and the next one works,
 * nothing is logged. A database that goes away and comes back again and again causes at most two lines a minute.
 */
final class DatabaseStateLog {
    private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

    private final Logger logger;
    private Status logged = Status.STARTING;
    private Status lastTrouble = Status.STARTING;
    private long troubleAt;

    DatabaseStateLog(Logger logger) {
        this.logger = logger;
    }

    /**
     * Must be called after each check of the database.
     *
     * @param now what the check found: the database may have been lost since, without a reason that is known yet
     */
    void log(Status now, String trouble) {
        if (now == logged) {
            return;
        }
        if (now == Status.READY) {
            logger.log(Level.INFO, "the database is ready");
            logged = now;
        } else if (now != lastTrouble || System.nanoTime() - troubleAt >= PERIOD_NANOS) {
            logger.log(Level.WARNING, describe(now, trouble));
            logged = now;
            lastTrouble = now;
            troubleAt = System.nanoTime();
        }
    }

    private static String describe(Status status, String trouble) {
        return status == Status.SCHEMA_OUTDATED
                ? "the database's schema is older than version " + DatabaseState.REQUIRED_SCHEMA
                        + ", which this version needs, or a restore is not complete: answering 503 until `altops migrate` or"
                        + " `altops restore` has run"
                : "the database cannot be reached or read: answering 503 until it can; " + trouble;
    }
}
