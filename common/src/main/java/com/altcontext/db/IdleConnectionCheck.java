package com.altcontext.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Tells a pool whether a connection that was idle still works. After one that does not answer, the others are given up
 * without asking them: they lead to the same host, and asking each would take seconds. Safe for use by several threads.
 */
public final class IdleConnectionCheck {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** For how long other connections are given up. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private volatile long silentUntil = System.nanoTime();

    public boolean isValid(Connection connection) {
        long began = System.nanoTime();
        if (silentUntil - began > 0) {
            return false;
        }
        try {
            if (connection.isValid(Math.toIntExact(TIMEOUT.toSeconds()))) {
                return true;
            }
        } catch (SQLException dead) {
            return false;
        }
        // A connection that merely has ended fails at once.
        if (System.nanoTime() - began >= TIMEOUT.toNanos()) {
            silentUntil = System.nanoTime() + SILENCE.toNanos();
        }
        return false;
    }
}
