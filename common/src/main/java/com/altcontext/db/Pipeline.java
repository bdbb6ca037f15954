package com.altcontext.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several statements that are sent and answered together, in one round trip instead of one each. PostgreSQL runs them
 * one after the other. Each sees what was committed when it began. So if one waits for another transaction, the
 * statements after it see what that transaction changed.
 */
public final class Pipeline {
    private final Connection connection;
    private final Progress progress;
    private final StringBuilder sql = new StringBuilder();
    private final List<@Nullable Object> parameters = new ArrayList<>();
    private final List<Pending<?>> answers = new ArrayList<>();

    Pipeline(Connection connection, Progress progress) {
        this.connection = connection;
        this.progress = progress;
    }

    /** The rows of one of the statements. They are there once {@link Pipeline#send} has returned. */
    public static final class Pending<T> {
        private final String statement;
        private final Tx.@Nullable RowReader<T> reader;
        private final List<T> rows = new ArrayList<>();

        private Pending(String statement, Tx.@Nullable RowReader<T> reader) {
            this.statement = statement;
            this.reader = reader;
        }

        public List<T> rows() {
            return rows;
        }

        /**
         * The only row.
         *
         * @throws IllegalStateException if there is none, or more than one
         */
        public T row() {
            return Tx.only(rows, statement);
        }

        private void read(ResultSet result) throws SQLException {
            if (reader != null) {
                Row row = new Row(result);
                while (result.next()) {
                    rows.add(reader.read(row));
                }
            }
        }
    }

    /** Adds a statement that returns rows. */
    public <T> Pending<T> query(String statement, Tx.RowReader<T> reader, @Nullable Object... values) {
        return add(new Pending<>(statement, reader), values);
    }

    /** Adds a statement whose result is not needed. */
    public void update(String statement, @Nullable Object... values) {
        add(new Pending<>(statement, null), values);
    }

    private <T> Pending<T> add(Pending<T> answer, @Nullable Object... values) {
        sql.append(sql.isEmpty() ? "" : ";\n").append(answer.statement);
        for (Object value : values) {
            parameters.add(value);
        }
        answers.add(answer);
        return answer;
    }

    /** Sends the statements that were added, if any, and reads the answers. */
    public void send() {
        if (answers.isEmpty()) {
            return;
        }
        boolean hasPreamble = progress.hasPreamble();
        String text = progress.withPreamble(sql.toString());
        try (PreparedStatement statement = Parameters.prepare(connection, text, parameters.toArray())) {
            boolean rows = statement.execute();
            progress.hasAnswer = true;
            if (hasPreamble) {
                rows = statement.getMoreResults();
            }
            for (Pending<?> answer : answers) {
                if (rows) {
                    try (ResultSet result = statement.getResultSet()) {
                        answer.read(result);
                    }
                }
                rows = statement.getMoreResults();
            }
        } catch (SQLException failed) {
            throw new SqlFailure(sql.toString(), failed);
        }
    }
}
