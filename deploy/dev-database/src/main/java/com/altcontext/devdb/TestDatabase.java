package com.altcontext.devdb;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Databases for tests: on the server that {@code TEST_DATABASE_URL} names (its user must be allowed to make databases), else on
 * one embedded server per JVM, started when first asked for and stopped when the JVM ends. That one does not wait for the disk
 * ({@code fsync=off}): only a power failure would show it.
 */
public final class TestDatabase {
    /** A system property, so that the class loaders of one JVM (Quarkus has several) share one server. */
    private static final String SERVER = "altcontext.test-database.url";

    private static final int MAX_TRIES = 5;

    private static final Queue<String> MADE = new ConcurrentLinkedQueue<>();

    private TestDatabase() {}

    /** The address of a new and empty database, in the form that {@code fly postgres attach} gives. */
    public static String fresh() {
        return create("template0 ENCODING 'UTF8'");
    }

    /** The address of a copy of a database that {@link #fresh} has made. Connections to that one are ended. */
    public static String copyOf(String url) {
        String name = URI.create(url).getPath().substring(1);
        for (int tries = 1; ; tries++) {
            execute(server(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
            try {
                return create(name);
            } catch (IllegalStateException refused) {
                // Citus' own processes connect again.
                boolean isInUse =
                        refused.getCause() instanceof SQLException cause && "55006".equals(cause.getSQLState());
                if (!isInUse || tries == MAX_TRIES) {
                    throw refused;
                }
            }
        }
    }

    private static String create(String template) {
        String name = "test_" + UUID.randomUUID().toString().replace("-", "");
        MADE.add(name);
        execute(server(), "CREATE DATABASE " + name + " TEMPLATE " + template);
        URI uri = URI.create(server());
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return uri.getScheme() + "://" + uri.getRawAuthority() + "/" + name + query;
    }

    /** The nodes of the Citus cluster whose coordinator is the server: each has a database for each of those. */
    public static List<String> nodes() {
        @Nullable String given = System.getenv("TEST_CITUS_NODES");
        return given == null || given.isBlank() ? List.of() : List.of(given.split(","));
    }

    /** The address of the database of the same name on a node. */
    public static String on(String node, String url) {
        URI uri = URI.create(url);
        return url.replace(uri.getRawAuthority(), uri.getRawUserInfo() + "@" + node);
    }

    private static String server() {
        synchronized (System.getProperties()) {
            String known = System.getProperty(SERVER);
            if (known != null) {
                return known;
            }
            @Nullable String given = System.getenv("TEST_DATABASE_URL");
            String url;
            if (given == null || given.isBlank()) {
                url = EmbeddedDatabase.temporary(false).url();
            } else {
                url = given;
                Runtime.getRuntime().addShutdownHook(new Thread(() -> dropAll(given), "test-databases-drop"));
            }
            System.setProperty(SERVER, url);
            return url;
        }
    }

    /** An embedded server goes away as a whole; one that is not ours is left as it was found. */
    private static void dropAll(String server) {
        for (String name : MADE) {
            execute(server, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
        }
    }

    private static void execute(String server, String sql) {
        executeOn(server, sql);
        nodes().forEach(node -> executeOn(on(node, server), sql));
    }

    private static void executeOn(String server, String sql) {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("the test server refused: " + sql, e);
        }
    }

    /** A connection to an address in Fly's form: JDBC wants the login apart from it. */
    static Connection connect(String url) throws SQLException {
        URI uri = URI.create(url);
        String[] login = uri.getRawUserInfo() == null
                ? new String[0]
                : uri.getRawUserInfo().split(":", 2);
        Properties properties = new Properties();
        properties.setProperty("user", login.length > 0 ? decoded(login[0]) : "postgres");
        properties.setProperty("password", login.length > 1 ? decoded(login[1]) : "");
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String authority = uri.getRawAuthority().substring(uri.getRawAuthority().lastIndexOf('@') + 1);
        return DriverManager.getConnection("jdbc:postgresql://" + authority + uri.getRawPath() + query, properties);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
