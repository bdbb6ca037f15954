package com.altcontext.testing;

import com.altcontext.db.Sql;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes that the coordinator of a Citus cluster receives from its nodes for each statement that reads rows
 * of visitors. Each such statement is first run by {@code EXPLAIN ANALYZE} with the same values, and then as it is.
 */
public final class NodeTraffic {
    private static final Pattern READS_VISITORS =
            Pattern.compile("\\s*(SELECT|WITH)\\b.*\\b(FROM|JOIN) (events|sessions|visitors)\\b.*", Pattern.DOTALL);

    private static final Pattern RECEIVED = Pattern.compile("Tuple data received from nodes: (\\d+) (bytes|kB|MB)");

    private static final Map<String, Long> UNITS = Map.of("bytes", 1L, "kB", 1L << 10, "MB", 1L << 20);

    private final DataSource database;
    private final Map<String, Long> bytes = new TreeMap<>();

    public NodeTraffic(DataSource database) {
        this.database = database;
    }

    /** The database whose statements are counted. */
    public Sql sql() {
        return new Sql(proxy(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(database, arguments);
            return result instanceof Connection connection ? counted(connection) : result;
        }));
    }

    /** The bytes by statement since the last call of this method. */
    public Map<String, Long> taken() {
        Map<String, Long> taken = new TreeMap<>(bytes);
        bytes.clear();
        return taken;
    }

    private Connection counted(Connection connection) throws SQLException {
        // EXPLAIN also queries the coordinator's own shards over another connection, which could not see what this one
        // has read.
        try (Statement setting = connection.createStatement()) {
            setting.execute("SET citus.enable_local_execution = off");
        }
        return proxy(Connection.class, (method, arguments) -> {
            Object result = method.invoke(connection, arguments);
            return result instanceof PreparedStatement statement
                            && READS_VISITORS
                                    .matcher(String.valueOf(arguments[0]))
                                    .matches()
                    ? counted(
                            statement,
                            connection.prepareStatement("EXPLAIN (ANALYZE, TIMING OFF) " + arguments[0]),
                            String.valueOf(arguments[0]))
                    : result;
        });
    }

    private PreparedStatement counted(PreparedStatement statement, PreparedStatement explained, String sql) {
        return proxy(PreparedStatement.class, (method, arguments) -> {
            if (method.getName().startsWith("set") && !method.getName().equals("setFetchSize")) {
                method.invoke(explained, arguments);
            } else if (method.getName().startsWith("execute")) {
                count(explained, sql);
            }
            return method.invoke(statement, arguments);
        });
    }

    private void count(PreparedStatement explained, String sql) throws SQLException {
        long received = 0;
        try (explained;
                ResultSet lines = explained.executeQuery()) {
            while (lines.next()) {
                Matcher matcher = RECEIVED.matcher(lines.getString(1));
                if (matcher.find()) {
                    received += Long.parseLong(matcher.group(1)) * UNITS.getOrDefault(matcher.group(2), 0L);
                }
            }
        }
        bytes.merge(sql.replaceAll("\\s+", " ").strip(), received, Long::sum);
    }

    @FunctionalInterface
    private interface Call {
        Object answer(Method method, @Nullable Object[] arguments) throws ReflectiveOperationException, SQLException;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                NodeTraffic.class.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    try {
                        return call.answer(method, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getTargetException();
                    }
                }));
    }
}
