package com.altcontext.db;

import com.altcontext.value.UrlEncoded;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The database's address, parsed from {@code postgres://user:p%40ss@host:5432/database?sslmode=disable}, the form that
 * Fly, PgBouncer services and libpq share (PostgreSQL documentation, 32.1.1.2). JDBC needs its parts, and the driver's
 * own option names.
 *
 * @param user percent-decoded, as is {@code password}; empty where none was given
 * @param hosts at least one, tried in their order until one answers
 * @param options of pgjdbc, by its names; options that could load a class or write a file are refused
 */
public record DatabaseUrl(
        String user, String password, List<Host> hosts, String database, Map<String, String> options) {

    private static final int DEFAULT_PORT = 5432;
    private static final int CONNECT_SECONDS = 5;
    private static final int AUTHENTICATION_SECONDS = 5;
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?]");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    /** The options of every connection unless the URL sets them. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "ApplicationName", "altcontext", "connectTimeout", String.valueOf(CONNECT_SECONDS), "tcpKeepAlive", "true");

    public DatabaseUrl {
        hosts = List.copyOf(hosts);
        options = Map.copyOf(options);
    }

    /** @param name a name, an IPv4 address, or an IPv6 address in brackets */
    public record Host(String name, int port) {
        /** @param address as {@code name}, but an IPv6 address without brackets */
        public static Host of(String address, int port) {
            return new Host(address.indexOf(':') < 0 ? address : "[" + address + "]", port);
        }

        @Override
        public String toString() {
            return name + ":" + port;
        }
    }

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException if the URL breaks a rule; the message names the rule and shows nothing of the
     *     URL except the name of an option
     */
    public static DatabaseUrl parse(String url) {
        String text = url.strip();
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("jdbc:")) {
            throw refused("is a JDBC URL: write it as postgres://user:password@host:5432/database");
        }
        if (!lower.startsWith("postgres://") && !lower.startsWith("postgresql://")) {
            throw refused("must look like postgres://user:password@host:5432/database");
        }
        String rest = text.substring(text.indexOf("://") + 3);
        int question = rest.indexOf('?');
        String query = question < 0 ? "" : rest.substring(question + 1);
        String address = question < 0 ? rest : rest.substring(0, question);
        int slash = address.indexOf('/');
        String path = slash < 0 ? "" : address.substring(slash + 1);
        String authority = slash < 0 ? address : address.substring(0, slash);

        int at = authority.lastIndexOf('@');
        String login = at < 0 ? "" : authority.substring(0, at);
        int colon = login.indexOf(':');
        String user = decoded("user", colon < 0 ? login : login.substring(0, colon));
        String password = colon < 0 ? "" : decoded("password", login.substring(colon + 1));
        if (user.isEmpty()) {
            throw refused(
                    "names no user before an @ (in a user or password, write / ? % and @ as %2F %3F %25 and %40)");
        }
        if (path.contains("/")) {
            throw refused("must end in one database name");
        }
        String database = decoded("database", path);
        List<Host> hosts = Arrays.stream(authority.substring(at + 1).split(",", -1))
                .map(DatabaseUrl::host)
                .toList();
        return new DatabaseUrl(user, password, hosts, database.isEmpty() ? user : database, options(query));
    }

    /** The same database on another server, with the same login and options. */
    public DatabaseUrl on(Host host) {
        return new DatabaseUrl(user, password, List.of(host), database, options);
    }

    /**
     * The same database with a limit on the time in which a server takes the connection and the login, or this URL if
     * it sets one, or none on connecting. Without it, the driver waits forever for a server that does not speak.
     */
    public DatabaseUrl withLoginTimeout() {
        int connect = options.containsKey("connectTimeout")
                ? Integer.parseInt(options.get("connectTimeout"))
                : CONNECT_SECONDS;
        return connect == 0 || options.containsKey("loginTimeout")
                ? this
                : withLoginTimeout(hosts.size() * ((long) connect + AUTHENTICATION_SECONDS));
    }

    /** The same database with this limit on a login. */
    public DatabaseUrl withLoginTimeout(long seconds) {
        Map<String, String> limited = new TreeMap<>(options);
        limited.put("loginTimeout", String.valueOf(seconds));
        return new DatabaseUrl(user, password, hosts, database, limited);
    }

    /** The URL for pgjdbc, without user and password, which it takes separately. */
    public String jdbcUrl() {
        Map<String, String> all = new TreeMap<>(DEFAULTS);
        all.putAll(options);
        all.remove("sslrootcert", "system"); // a value of libpq's; the driver would look for a file of that name
        all.putAll(tls().driverOptions());
        // The server's details contain row values: Key (email)=(…) already exists.
        all.put("logServerErrorDetail", "false");
        StringJoiner written = new StringJoiner("&", "?", "");
        all.forEach((name, value) -> written.add(name + "=" + encoded(value)));
        return "jdbc:postgresql://" + allHosts() + "/" + encoded(database) + written;
    }

    /**
     * Returns this URL. The driver reads the authorities' file only once it connects, and does not name it if it fails.
     *
     * @throws IllegalArgumentException if certificates are verified against a file that cannot be read or holds none;
     *     the message does not show its path
     */
    public DatabaseUrl requireAuthorities() {
        tls().faultOfAuthorities(options).ifPresent(fault -> {
            throw refused(fault);
        });
        return this;
    }

    /** How the connection is encrypted; also if the URL does not say. */
    public DatabaseTls tls() {
        return DatabaseTls.of(hosts.stream().map(Host::name).toList(), options);
    }

    private String allHosts() {
        return hosts.stream().map(Host::toString).collect(Collectors.joining(","));
    }

    /** Hides password and options. */
    @Override
    public String toString() {
        return "postgres://" + encoded(user) + ":***@" + allHosts() + "/" + encoded(database);
    }

    private static Host host(String hostAndPort) {
        int colon = hostAndPort.indexOf(':', Math.max(0, hostAndPort.indexOf(']')));
        String name = decoded("host", colon < 0 ? hostAndPort : hostAndPort.substring(0, colon));
        if (!HOST_NAME.matcher(name).matches()) {
            throw refused("must name a host: a name, an IPv4 address, or an IPv6 address in brackets");
        }
        if (colon < 0) {
            return new Host(name, DEFAULT_PORT);
        }
        String port = hostAndPort.substring(colon + 1);
        if (!NUMBER.matcher(port).matches() || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535) {
            throw refused("must have a port from 1 to 65535 after the host's colon");
        }
        return new Host(name, Integer.parseInt(port));
    }

    private static Map<String, String> options(String query) {
        Map<String, String> options = new TreeMap<>();
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decoded("option name", equals < 0 ? pair : pair.substring(0, equals));
            Option option = Option.named(name);
            if (equals < 0) {
                throw refused("gives no value for the option " + name);
            }
            String value = option.translate(name, decoded("option " + name, pair.substring(equals + 1)));
            if (!value.isEmpty() && options.put(option.driverName, value) != null) {
                throw refused("gives the option " + name + " twice");
            }
        }
        return options;
    }

    /** Decodes like libpq: only percent signs are special, a plus stays a plus. */
    private static String decoded(String what, String text) {
        if (!UrlEncoded.isWellFormed(text)) {
            throw refused("has a % in its " + what + " without two hexadecimal digits after it: write % as %25");
        }
        byte[] bytes = text.replace("+", "%2B").getBytes(StandardCharsets.UTF_8);
        String result = UrlEncoded.decoded(new String(bytes, StandardCharsets.ISO_8859_1));
        if (result == null) {
            throw refused("has a percent-encoded " + what + " that is not UTF-8");
        }
        if (result.indexOf('\0') >= 0) {
            throw refused("has a zero byte in its " + what);
        }
        return result;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static IllegalArgumentException refused(String rule) {
        return new IllegalArgumentException("the database URL " + rule);
    }

    /** The options that a URL may have, by libpq's and by pgjdbc's names, and what pgjdbc gets for each. */
    private record Option(String driverName, Pattern accepted, UnaryOperator<String> translation) {
        private static final Map<String, String> SESSION_ATTRIBUTES = Map.of(
                "any", "any",
                "read-write", "primary",
                "primary", "primary",
                "read-only", "secondary",
                "standby", "secondary",
                "prefer-standby", "preferSecondary");

        private static final Map<String, Option> BY_NAME = Map.ofEntries(
                Map.entry("application_name", text("ApplicationName")),
                Map.entry("ApplicationName", text("ApplicationName")),
                Map.entry("connect_timeout", number("connectTimeout")),
                Map.entry("connectTimeout", number("connectTimeout")),
                Map.entry("socketTimeout", number("socketTimeout")),
                Map.entry("loginTimeout", number("loginTimeout")),
                Map.entry("cancelSignalTimeout", number("cancelSignalTimeout")),
                Map.entry("keepalives", word("tcpKeepAlive", "0|1", v -> Boolean.toString(v.equals("1")))),
                Map.entry("tcpKeepAlive", word("tcpKeepAlive", "true|false")),
                Map.entry("prepareThreshold", number("prepareThreshold")),
                Map.entry("preparedStatementCacheQueries", number("preparedStatementCacheQueries")),
                Map.entry("preparedStatementCacheSizeMiB", number("preparedStatementCacheSizeMiB")),
                Map.entry("pgbouncer", word("prepareThreshold", "true|false", v -> v.equals("true") ? "0" : "")),
                Map.entry(
                        "target_session_attrs",
                        word(
                                "targetServerType",
                                String.join("|", SESSION_ATTRIBUTES.keySet()),
                                v -> SESSION_ATTRIBUTES.getOrDefault(v, v))),
                Map.entry(
                        "targetServerType",
                        word("targetServerType", "any|primary|secondary|preferPrimary|preferSecondary")),
                Map.entry(
                        "load_balance_hosts",
                        word("loadBalanceHosts", "disable|random", v -> String.valueOf(v.equals("random")))),
                Map.entry("loadBalanceHosts", word("loadBalanceHosts", "true|false")),
                Map.entry("options", text("options")),
                Map.entry("currentSchema", text("currentSchema")),
                // The earlier system connected with Prisma, which needs this option.
                Map.entry("schema", word("", "public", v -> "")),
                Map.entry("client_encoding", word("", "(?i)utf-?8|auto", v -> "")), // pgjdbc supports nothing else
                Map.entry("sslmode", word("sslmode", "disable|allow|prefer|require|verify-ca|verify-full")),
                Map.entry("sslrootcert", text("sslrootcert")),
                Map.entry("sslcert", text("sslcert")),
                Map.entry("sslkey", text("sslkey")),
                Map.entry("sslnegotiation", word("sslNegotiation", "postgres|direct")),
                Map.entry("sslNegotiation", word("sslNegotiation", "postgres|direct")),
                Map.entry("channel_binding", word("channelBinding", "disable|prefer|require")),
                Map.entry("channelBinding", word("channelBinding", "disable|prefer|require")),
                Map.entry("gssencmode", word("gssEncMode", "disable|allow|prefer|require")),
                Map.entry("gssEncMode", word("gssEncMode", "disable|allow|prefer|require")));

        static Option named(String name) {
            Option option = BY_NAME.get(name);
            if (option == null) {
                throw refused("has an option that is not accepted: " + name);
            }
            return option;
        }

        String translate(String name, String value) {
            if (!accepted.matcher(value).matches()) {
                throw refused("has a value for the option " + name + " that is not accepted");
            }
            return translation.apply(value);
        }

        private static Option text(String driverName) {
            return new Option(driverName, Pattern.compile(".+"), UnaryOperator.identity());
        }

        private static Option number(String driverName) {
            return new Option(driverName, NUMBER, UnaryOperator.identity());
        }

        private static Option word(String driverName, String accepted) {
            return word(driverName, accepted, UnaryOperator.identity());
        }

        private static Option word(String driverName, String accepted, UnaryOperator<String> translation) {
            return new Option(driverName, Pattern.compile(accepted), translation);
        }
    }
}
