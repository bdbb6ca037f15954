package com.altcontext.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Tells a pool whether a connection that was idle still works. After one that does not answer, the others are given up
 * without asking them: they lead to the same host, and asking each would take seconds. Safe for use by several threads.
 */
public final class IdleConnectionCheck {
    /** For how long other connections are given up. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private final Duration timeout;
    private volatile long silentUntil = System.nanoTime();

    public IdleConnectionCheck() {
        this(Duration.ofSeconds(1));
    }

    /** @param timeout how long a connection may take to answer, in whole seconds */
    IdleConnectionCheck(Duration timeout) {
        this.timeout = timeout;
    }

    public boolean isValid(Connection connection) {
        long began = System.nanoTime();
        if (silentUntil - began > 0) {
            return false;
        }
        try {
            if (connection.isValid(Math.toIntExact(timeout.toSeconds()))) {
                return true;
            }
        } catch (SQLException dead) {
            return false;
        }
        // A connection that merely has ended fails at once.
        if (System.nanoTime() - began >= timeout.toNanos()) {
            silentUntil = System.nanoTime() + SILENCE.toNanos();
        }
        return false;
    }
}
