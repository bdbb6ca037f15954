package com.altcontext.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long the driver waits for each answer on a connection. Closing this restores the connection's own setting. */
final class SocketTimeout implements AutoCloseable {
    private final Connection connection;
    /** The connection's own setting, in milliseconds; null while it is in force. */
    private @Nullable Integer before;

    SocketTimeout(Connection connection) {
        this.connection = connection;
    }

    /** @param timeout null changes nothing */
    void set(@Nullable Duration timeout) throws SQLException {
        if (timeout == null) {
            return;
        }
        if (before == null) {
            before = connection.getNetworkTimeout();
        }
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(timeout.toMillis()));
    }

    @Override
    public void close() throws SQLException {
        if (before != null) {
            connection.setNetworkTimeout(Runnable::run, before);
        }
    }
}
