package com.altcontext.db;

import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;
import org.postgresql.jdbc.PgArray;

/** Binds Java values to the parameters of a statement, as PostgreSQL's types. */
final class Parameters {
    private Parameters() {}

    static PreparedStatement prepare(Connection connection, String sql, @Nullable Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < parameters.length; i++) {
                bind(connection, statement, i + 1, parameters[i]);
            }
            return statement;
        } catch (SQLException failed) {
            statement.close();
            throw failed;
        }
    }

    private static void bind(Connection connection, PreparedStatement statement, int index, @Nullable Object value)
            throws SQLException {
        switch (value) {
            case null -> statement.setNull(index, Types.NULL);
            case UUID[] ids -> statement.setArray(index, array(connection, ids));
            case String[] texts -> statement.setArray(index, connection.createArrayOf("text", texts));
            case long[] numbers ->
                statement.setArray(index, connection.unwrap(PGConnection.class).createArrayOf("int8", numbers));
            case long[][] matrix ->
                statement.setArray(index, connection.unwrap(PGConnection.class).createArrayOf("int8", matrix));
            case byte[][] hashes -> statement.setArray(index, connection.createArrayOf("bytea", hashes));
            case Instant time -> statement.setObject(index, time.atOffset(ZoneOffset.UTC));
            case LocalDate day -> statement.setObject(index, day);
            default -> statement.setObject(index, value);
        }
    }

    /**
     * An array in the binary form (array_recv in PostgreSQL's sources), which the driver uses for other types.
     * {@link Connection#createArrayOf} writes ids as text, which takes 3 µs more for each event here and 5 µs more in
     * the server.
     */
    private static Array array(Connection connection, UUID[] ids) throws SQLException {
        ByteBuffer bytes = ByteBuffer.allocate(20 + 20 * ids.length);
        bytes.putInt(ids.length == 0 ? 0 : 1).putInt(0).putInt(Oid.UUID);
        if (ids.length > 0) {
            bytes.putInt(ids.length).putInt(1);
        }
        for (UUID id : ids) {
            bytes.putInt(16).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        }
        return new PgArray(
                connection.unwrap(BaseConnection.class),
                Oid.UUID_ARRAY,
                Arrays.copyOf(bytes.array(), bytes.position()));
    }
}
