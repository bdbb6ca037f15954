package com.altcontext.ops.command;

import com.altcontext.db.DatabaseFailure;
import com.altcontext.db.DatabaseUrl;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.logging.Logger;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.sql.DataSource;
import javax.sql.PooledConnection;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGConnectionPoolDataSource;

/**
 * The connections of one run. A transaction reuses the connection of the previous one, since opening a new connection through
 * {@code fly proxy} takes longer than most statements.
 */
public final class OperatorConnections implements DataSource, AutoCloseable {
    private final PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
    private final Deque<PooledConnection> idle = new ConcurrentLinkedDeque<>();

    public OperatorConnections(DatabaseUrl url) {
        source.setUrl(url.jdbcUrl());
        source.setUser(url.user());
        source.setPassword(url.password());
        // A pooler in transaction mode gives each transaction another server connection, which lacks the statements
        // prepared on the one before. Few commands send a statement often enough to gain from preparing it.
        if (!url.options().containsKey("prepareThreshold")) {
            source.setPrepareThreshold(0);
        }
    }

    /** @throws DatabaseFailure if no connection can be opened, with a message for the operator */
    @Override
    public Connection getConnection() {
        try {
            PooledConnection free = idle.pollFirst();
            return (free == null ? open() : free).getConnection();
        } catch (SQLException refused) {
            throw DatabaseFailure.of(refused);
        }
    }

    @Override
    public void close() {
        for (PooledConnection one = idle.pollFirst(); one != null; one = idle.pollFirst()) {
            end(one);
        }
    }

    private PooledConnection open() throws SQLException {
        PooledConnection opened = source.getPooledConnection();
        opened.addConnectionEventListener(new ConnectionEventListener() {
            @Override
            public void connectionClosed(ConnectionEvent event) {
                idle.addFirst(opened);
            }

            @Override
            public void connectionErrorOccurred(ConnectionEvent event) {
                var _ = idle.remove(opened);
                end(opened);
            }
        });
        return opened;
    }

    private static void end(PooledConnection connection) {
        try {
            connection.close();
        } catch (SQLException gone) {
            // It is not needed any more.
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
