package com.altcontext.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/** The only way to JDBC: work runs in a transaction that commits when it returns and rolls back when it throws. */
public final class Sql {
    /** A warning of Citus (remote_transaction.c). */
    private static final String NOT_COMMITTED = "failed to commit transaction on ";

    /** The most dead connections that are skipped: more than a pool holds. */
    private static final int MAX_SKIPPED = 50;
    /**
     * A dead connection fails within this time. If one merely does not answer, the caller's timeout is already used up.
     */
    private static final long FAST_NANOS = Duration.ofSeconds(1).toNanos();

    /**
     * After this share of the timeout the server ends a statement. So its answer can arrive before the driver gives up.
     */
    private static final double SERVER_SHARE = 0.93;

    private static final String SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

    private final DataSource dataSource;
    private final @Nullable Duration socketTimeout;
    private final @Nullable Duration longTimeout;

    /** Has no timeout: for an operator who waits for a long statement. */
    public Sql(DataSource dataSource) {
        this(dataSource, null, null);
    }

    private Sql(DataSource dataSource, @Nullable Duration socketTimeout, @Nullable Duration longTimeout) {
        this.dataSource = dataSource;
        this.socketTimeout = socketTimeout;
        this.longTimeout = longTimeout;
    }

    /**
     * The same database, for a service whose connections have this {@code socketTimeout}. The server ends a statement
     * shortly before that time, with SQLSTATE 57014. If only the driver gave up, the statement would run on and keep
     * its locks. The limit is set in each transaction, in the round trip of its first statement, since a pooler in
     * transaction mode keeps no session state.
     */
    public Sql withSocketTimeout(Duration timeout) {
        return new Sql(dataSource, timeout, null);
    }

    /**
     * The same database, for work whose statements may each take this long. The default of a service is a few seconds,
     * since a client waits for the answer. A server that does not answer at all is still noticed after that default:
     * the work first sends a statement that takes no time. That is one more round trip, except for a snapshot.
     */
    public Sql withTimeout(Duration max) {
        return new Sql(dataSource, socketTimeout, max);
    }

    /** The same database with the default timeout again. */
    public Sql withDefaultTimeout() {
        return new Sql(dataSource, socketTimeout, null);
    }

    /** The statement that sets the server's limit, made from the limit in milliseconds; empty if there is no limit. */
    private String limit(String format) {
        if (socketTimeout == null) {
            return "";
        }
        Duration timeout = longTimeout == null ? socketTimeout : longTimeout;
        return format.formatted(Math.round(timeout.toMillis() * SERVER_SHARE));
    }

    /** Work for one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Tx tx);
    }

    /**
     * Runs the work in one transaction (READ COMMITTED). A pool may hold connections that died while they were idle;
     * after the machine was suspended, all of them have. Dead connections are skipped, so the work may be started
     * several times, but never after the server has done a part of it.
     *
     * @throws SqlFailure if the database refused a statement or the commit, or could not be reached
     */
    public <T> T inTransaction(Work<T> work) {
        return longTimeout == null ? inTransaction(preamble(), "", work) : inTransaction("", preamble(), work);
    }

    /** Must not be a SELECT, which takes a snapshot: {@link #inSnapshot} could then not set its isolation level. */
    private String preamble() {
        return limit("SET LOCAL statement_timeout = %d");
    }

    /**
     * @param preamble is sent together with the first statement; may be empty
     * @param first is sent before the work, and takes no time; may be empty
     */
    private <T> T inTransaction(String preamble, String first, Work<T> work) {
        return skippingDead(preamble, progress -> attempt(first, work, progress));
    }

    private static <T> T skippingDead(String preamble, Function<Progress, T> attempt) {
        long began = System.nanoTime();
        for (int dead = 0; ; dead++) {
            Progress progress = new Progress(preamble);
            try {
                return attempt.apply(progress);
            } catch (SqlFailure failed) {
                boolean fast = System.nanoTime() - began < FAST_NANOS;
                if (!progress.wasDead(failed) || !fast || dead == MAX_SKIPPED) {
                    throw failed;
                }
            }
        }
    }

    private <T> T attempt(String first, Work<T> work, Progress progress) {
        String step = "begin";
        try (Connection connection = connect();
                SocketTimeout wait = new SocketTimeout(connection)) {
            progress.hasConnection = true;
            wait.set(socketTimeout);
            connection.setAutoCommit(false);
            T result;
            try {
                Tx tx = new Tx(connection, progress, wait);
                if (!first.isEmpty()) {
                    tx.update(first);
                }
                wait.set(longTimeout);
                result = work.in(tx);
            } catch (RuntimeException | Error failed) {
                rollBack(connection, wait, failed);
                throw failed;
            }
            step = "commit";
            connection.commit();
            requireCommitOfNodes(connection);
            return result;
        } catch (SQLException failed) {
            throw new SqlFailure(step, failed);
        }
    }

    /**
     * If the only node of a transaction dies during the commit, a cluster's coordinator reports success and only adds a
     * warning, although the node's changes may be lost.
     */
    private static void requireCommitOfNodes(Connection connection) throws SQLException {
        SQLWarning first = connection.getWarnings();
        if (first == null) {
            return;
        }
        connection.clearWarnings();
        for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
            if (String.valueOf(warning.getMessage()).contains(NOT_COMMITTED)) {
                throw SqlFailure.ofCommitOnNode();
            }
        }
    }

    /**
     * Runs work that only reads and sees one snapshot of the database (REPEATABLE READ).
     *
     * @throws SqlFailure as {@link #inTransaction} does
     */
    public <T> T inSnapshot(Work<T> work) {
        return inTransaction(preamble(), SNAPSHOT, work);
    }

    /**
     * Runs and commits statements in one round trip, so that their locks are held only while they run, however far away
     * the database is. They are one transaction. Each statement sees what was committed when it began.
     *
     * @return the result of the function that added the statements: its pending answers now have their rows
     * @throws SqlFailure as {@link #inTransaction} does; nothing is done then
     */
    public <T> T atOnce(Function<Pipeline, T> statements) {
        return atOnce(statements, new Progress(preambleAtOnce()));
    }

    /**
     * Like {@link #atOnce}, but for statements that only read, and so may run twice: dead connections are skipped, as
     * in {@link #inTransaction}.
     */
    public <T> T ask(Function<Pipeline, T> questions) {
        return skippingDead(preambleAtOnce(), progress -> atOnce(questions, progress));
    }

    /**
     * A function call, because {@code SET LOCAL} works only in a transaction that was begun by a statement of its own.
     */
    private String preambleAtOnce() {
        return limit("SELECT set_config('statement_timeout', '%d', true)");
    }

    private <T> T atOnce(Function<Pipeline, T> statements, Progress progress) {
        try (Connection connection = connect();
                SocketTimeout wait = new SocketTimeout(connection)) {
            progress.hasConnection = true;
            wait.set(socketTimeout);
            connection.setAutoCommit(true);
            if (socketTimeout != null && longTimeout != null) {
                Pipeline first = new Pipeline(connection, new Progress(""));
                first.update("SELECT 1");
                first.send();
                progress.hasAnswer = true;
            }
            wait.set(longTimeout);
            Pipeline pipeline = new Pipeline(connection, progress);
            T answers = statements.apply(pipeline);
            pipeline.send();
            return answers;
        } catch (SQLException failed) {
            throw new SqlFailure("begin", failed);
        }
    }

    private Connection connect() {
        try {
            return dataSource.getConnection();
        } catch (SQLException none) {
            throw SqlFailure.ofConnecting(none);
        }
    }

    private void rollBack(Connection connection, SocketTimeout wait, Throwable failed) {
        try {
            wait.set(socketTimeout);
            if (failed instanceof SqlFailure refused && refused.isReadOnly()) {
                // A connection learns only at its start whether the database is read-only. It is closed, since only a
                // new one can find that the database can be written again.
                connection.unwrap(BaseConnection.class).close();
            }
            connection.rollback();
        } catch (SQLException lost) {
            // The connection is lost, and with it the transaction. The first failure says more.
            failed.addSuppressed(new SqlFailure("rollback", lost));
        }
    }
}
