package com.altcontext.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The one door to JDBC: work is done in a transaction that commits when it returns and rolls back when it throws. */
public final class Sql {
    /** More than a pool holds. */
    private static final int MAX_DEAD = 50;
    /** A connection is found dead at once; one that only does not answer has cost the sender's timeout already. */
    private static final long FAST_NANOS = Duration.ofSeconds(1).toNanos();

    /** The driver gives a statement up so much later than the server does: its answer has to arrive. */
    private static final double HEAD_START = 0.93;

    private final DataSource dataSource;
    private final @Nullable Duration timeout;
    private final @Nullable Duration statementTimeout;

    /** A database in which a statement may take as long as it needs: for an operator who waits for it. */
    public Sql(DataSource dataSource) {
        this(dataSource, null, null);
    }

    private Sql(DataSource dataSource, @Nullable Duration timeout, @Nullable Duration statementTimeout) {
        this.dataSource = dataSource;
        this.timeout = timeout;
        this.statementTimeout = statementTimeout;
    }

    /**
     * The same database, for a service whose connections wait so long for an answer ({@code socketTimeout}). The server
     * ends a statement shortly before that with SQLSTATE 57014: one that only the driver gave up would run on, with all
     * its locks. The limit is told in each transaction, since a pooler in transaction mode keeps nothing of a session, and
     * in the round trip of its first statement.
     */
    public Sql withSocketTimeout(Duration timeout) {
        return new Sql(dataSource, timeout, headStart(timeout));
    }

    private static Duration headStart(Duration socketTimeout) {
        return Duration.ofMillis(Math.round(socketTimeout.toMillis() * HEAD_START));
    }

    /**
     * The same database, for work whose statements may each take so long: a service's connections are otherwise given up
     * within seconds, since somebody waits for the answer.
     */
    public Sql withTimeout(Duration longest) {
        return new Sql(dataSource, longest, statementTimeout == null ? null : headStart(longest));
    }

    /** What is done in one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Tx tx);
    }

    /**
     * Runs the work in one transaction (READ COMMITTED). A pool may hold connections that died while nobody used them, all of
     * them after the machine was suspended: those are passed over, so the work may be begun several times, but never again after
     * the server has done a part of it.
     *
     * @throws SqlFailure if the database refused a statement or the commit, or could not be reached
     */
    public <T> T inTransaction(Work<T> work) {
        // A SELECT would take a snapshot, after which inSnapshot could not choose its isolation level.
        return passingOverDead(
                statementTimeout == null ? "" : "SET LOCAL statement_timeout = " + statementTimeout.toMillis(),
                progress -> attempt(work, progress));
    }

    private static <T> T passingOverDead(String preamble, Function<Progress, T> attempt) {
        long began = System.nanoTime();
        for (int dead = 0; ; dead++) {
            Progress progress = new Progress(preamble);
            try {
                return attempt.apply(progress);
            } catch (SqlFailure failed) {
                boolean fast = System.nanoTime() - began < FAST_NANOS;
                if (!progress.endedAtOnce(failed) || !fast || dead == MAX_DEAD) {
                    throw failed;
                }
            }
        }
    }

    private <T> T attempt(Work<T> work, Progress progress) {
        String step = "begin";
        try (Connection connection = connect()) {
            progress.hasConnection = true;
            connection.setAutoCommit(false);
            int usual = bePatient(connection);
            T result;
            try {
                result = work.in(new Tx(connection, progress));
            } catch (RuntimeException | Error failed) {
                rollBack(connection, usual, failed);
                throw failed;
            }
            step = "commit";
            connection.commit();
            beAsBefore(connection, usual);
            return result;
        } catch (SQLException failed) {
            throw new SqlFailure(step, failed);
        }
    }

    /**
     * Runs work that only reads, all of it seeing the database as it was when it began (REPEATABLE READ).
     *
     * @throws SqlFailure as {@link #inTransaction} does
     */
    public <T> T inSnapshot(Work<T> work) {
        return inTransaction(tx -> {
            var _ = tx.update("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            return work.in(tx);
        });
    }

    /**
     * Lets the server run and commit statements in one round trip, so that the locks they take are held for no longer
     * than they run, however far away the database is. They are one transaction, each seeing what was committed when it
     * began.
     *
     * @return what the statements were added by: answers, which have their rows now
     * @throws SqlFailure as {@link #inTransaction} does; nothing is done then
     */
    public <T> T atOnce(Function<Pipeline, T> statements) {
        return atOnce(statements, new Progress(preambleAtOnce()));
    }

    /**
     * The same for statements that only read, which may be asked twice: connections that died while nobody used them are
     * passed over, as {@link #inTransaction} does.
     */
    public <T> T ask(Function<Pipeline, T> questions) {
        return passingOverDead(preambleAtOnce(), progress -> atOnce(questions, progress));
    }

    /** SET LOCAL is only for transactions that were begun by a statement of their own. */
    private String preambleAtOnce() {
        return statementTimeout == null
                ? ""
                : "SELECT set_config('statement_timeout', '" + statementTimeout.toMillis() + "', true)";
    }

    private <T> T atOnce(Function<Pipeline, T> statements, Progress progress) {
        try (Connection connection = connect()) {
            progress.hasConnection = true;
            connection.setAutoCommit(true);
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

    /** @return the timeout that the connection had before, in milliseconds */
    private int bePatient(Connection connection) throws SQLException {
        if (timeout == null) {
            return 0;
        }
        int usual = connection.getNetworkTimeout();
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(timeout.toMillis()));
        return usual;
    }

    private void beAsBefore(Connection connection, int usual) throws SQLException {
        if (timeout != null) {
            connection.setNetworkTimeout(Runnable::run, usual);
        }
    }

    private void rollBack(Connection connection, int usual, Throwable failed) {
        try {
            connection.rollback();
            beAsBefore(connection, usual);
        } catch (SQLException lost) {
            // The connection is gone and the transaction with it; the first failure tells more.
            failed.addSuppressed(new SqlFailure("rollback", lost));
        }
    }
}
