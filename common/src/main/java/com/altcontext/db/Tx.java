package com.altcontext.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** A running transaction. Stores take it as an argument, so that one method shows what commits together. */
public final class Tx {
    /** How many rows of a long result are in memory at a time. */
    public static final int ROWS_AT_ONCE = 200;

    /**
     * Switches off JIT compilation for the following statements of the transaction. The planner overestimates what it
     * costs to look up the consent of some thousands of leads, or to sum up a year of rollups. Compiling such a
     * statement takes longer than running it.
     */
    public static final String WITHOUT_JIT = "SELECT set_config('jit', 'off', true)";

    /**
     * Makes each later {@code SET LOCAL} of the transaction apply to the nodes of a cluster too; {@code set_config}
     * never does. Without Citus, this has no effect.
     */
    public static final String ALSO_ON_NODES = "SET LOCAL citus.propagate_set_commands = 'local'; ";

    /**
     * How much longer the driver waits than the server, so that the server ends a slow statement first. If the driver
     * does, the connection is lost.
     */
    public static final Duration DRIVER_EXTRA_TIME = Duration.ofSeconds(2);

    private static final String LIMIT = "SELECT set_config('statement_timeout', ?, true)";

    private final Connection connection;
    private final Progress progress;
    private final SocketTimeout socketTimeout;

    Tx(Connection connection, Progress progress, SocketTimeout socketTimeout) {
        this.connection = connection;
        this.progress = progress;
        this.socketTimeout = socketTimeout;
    }

    /** Turns the current row into a value. */
    @FunctionalInterface
    public interface RowReader<T> {
        T read(Row row) throws SQLException;
    }

    /** All rows of the result, in order. */
    public <T> List<T> query(String sql, RowReader<T> reader, @Nullable Object... parameters) {
        boolean hasPreamble = progress.hasPreamble();
        try (PreparedStatement statement = Parameters.prepare(connection, progress.withPreamble(sql), parameters);
                ResultSet rows = hasPreamble ? afterPreamble(statement) : statement.executeQuery()) {
            progress.hasAnswer = true;
            List<T> result = new ArrayList<>();
            Row row = new Row(rows);
            while (rows.next()) {
                result.add(reader.read(row));
            }
            return result;
        } catch (SQLException failed) {
            throw new SqlFailure(sql, failed);
        }
    }

    /** All rows of the result, in order. */
    public <T> List<T> query(SqlFragment statement, RowReader<T> reader) {
        return query(statement.sql(), reader, statement.values());
    }

    /**
     * The only row of the result.
     *
     * @throws IllegalStateException if there is none, or more than one
     */
    public <T> T queryOne(String sql, RowReader<T> reader, @Nullable Object... parameters) {
        return only(query(sql, reader, parameters), sql);
    }

    static <T> T only(List<T> rows, String sql) {
        if (rows.size() != 1) {
            throw new IllegalStateException(rows.size() + " rows instead of one: " + sql);
        }
        return rows.getFirst();
    }

    /** As {@link #queryOne(String, RowReader, Object...)}. */
    public <T> T queryOne(SqlFragment statement, RowReader<T> reader) {
        return queryOne(statement.sql(), reader, statement.values());
    }

    /** The first row of the result, if there is one. */
    public <T> Optional<T> queryFirst(String sql, RowReader<T> reader, @Nullable Object... parameters) {
        return query(sql, reader, parameters).stream().findFirst();
    }

    /** Executes both statements and returns the rows of the second one. */
    private static ResultSet afterPreamble(PreparedStatement statement) throws SQLException {
        statement.execute();
        if (!statement.getMoreResults()) {
            throw new SQLException("a query without rows", "02000");
        }
        return statement.getResultSet();
    }

    /** Processes the current row, for example writes it to a client. */
    @FunctionalInterface
    public interface RowConsumer {
        void accept(Row row) throws SQLException, IOException;
    }

    /**
     * Processes all rows of the result, one after the other. Only {@link #ROWS_AT_ONCE} are in memory at a time.
     *
     * @throws UncheckedIOException if the consumer could not write
     */
    public void each(String sql, RowConsumer consumer, @Nullable Object... parameters) {
        each(sql, ROWS_AT_ONCE, consumer, parameters);
    }

    /** As {@link #each(String, RowConsumer, Object...)}. */
    public void each(SqlFragment statement, RowConsumer consumer) {
        each(statement.sql(), consumer, statement.values());
    }

    /** Does the same with another number of rows in memory at a time, for rows of many kilobytes. */
    public void each(String sql, int rowsAtOnce, RowConsumer consumer, @Nullable Object... parameters) {
        sendPreamble();
        try (PreparedStatement statement = Parameters.prepare(connection, sql, parameters)) {
            statement.setFetchSize(rowsAtOnce);
            try (ResultSet rows = statement.executeQuery()) {
                progress.hasAnswer = true;
                Row row = new Row(rows);
                while (rows.next()) {
                    consumer.accept(row);
                }
            }
        } catch (SQLException failed) {
            throw new SqlFailure(sql, failed);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Processes the values of the rows in parts of this size. The last part may be smaller; no part is empty. */
    <T> void eachPart(
            String sql, int size, RowReader<T> reader, Consumer<List<T>> consumer, @Nullable Object... parameters) {
        List<T> part = new ArrayList<>();
        each(
                sql,
                row -> {
                    part.add(reader.read(row));
                    if (part.size() == size) {
                        consumer.accept(List.copyOf(part));
                        part.clear();
                    }
                },
                parameters);
        if (!part.isEmpty()) {
            consumer.accept(part);
        }
    }

    /** As {@link #eachPart(String, int, RowReader, Consumer, Object...)}. */
    public <T> void eachPart(SqlFragment statement, int size, RowReader<T> reader, Consumer<List<T>> consumer) {
        eachPart(statement.sql(), size, reader, consumer, statement.values());
    }

    /** @return how many rows were written */
    public int update(String sql, @Nullable Object... parameters) {
        boolean hasPreamble = progress.hasPreamble();
        try (PreparedStatement statement = Parameters.prepare(connection, progress.withPreamble(sql), parameters)) {
            int written;
            if (hasPreamble) {
                statement.execute();
                statement.getMoreResults();
                written = statement.getUpdateCount();
            } else {
                written = statement.executeUpdate();
            }
            progress.hasAnswer = true;
            return written;
        } catch (SQLException failed) {
            throw new SqlFailure(sql, failed);
        }
    }

    /**
     * Limits each following statement of the transaction. The server ends it after this time; if the server does not
     * answer any more, the driver gives up {@link #DRIVER_EXTRA_TIME} later.
     *
     * @param max if it is not positive, it is taken for a millisecond
     */
    public void limit(Duration max) {
        Duration limit = Duration.ofMillis(Math.max(1, max.toMillis()));
        try {
            socketTimeout.set(limit.plus(DRIVER_EXTRA_TIME));
        } catch (SQLException failed) {
            throw new SqlFailure(LIMIT, failed);
        }
        var _ = query(LIMIT, row -> row.text(1), String.valueOf(limit.toMillis()));
    }

    /** Begins a list of statements to be sent in one round trip. */
    public Pipeline pipeline() {
        return new Pipeline(connection, progress);
    }

    /**
     * Sends rows by {@code COPY … FROM STDIN (FORMAT binary)}.
     *
     * @return how many rows were written
     */
    public long copy(String sql, BinaryRows rows) {
        sendPreamble();
        try {
            long written = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, rows.finished());
            progress.hasAnswer = true;
            return written;
        } catch (SQLException failed) {
            throw new SqlFailure(sql, failed);
        } catch (IOException failed) {
            throw new SqlFailure(sql, new SQLException("copy", "08006", failed));
        }
    }

    /** Sends the preamble alone: cursors and COPY can't be sent together with it. */
    private void sendPreamble() {
        if (progress.hasPreamble()) {
            update("SELECT 1");
        }
    }

    /**
     * Runs the work after a savepoint. If the database refuses the data, or a node of the cluster is away, the work is
     * undone, the transaction stays usable, and the failure is rethrown.
     */
    public <T> T nested(Sql.Work<T> work) {
        update("SAVEPOINT nested");
        try {
            T result = work.in(this);
            update("RELEASE SAVEPOINT nested");
            return result;
        } catch (SqlFailure failed) {
            if (failed.isFaultOfTheData() || failed.isOfNode()) {
                update("ROLLBACK TO SAVEPOINT nested");
            }
            throw failed;
        }
    }
}
