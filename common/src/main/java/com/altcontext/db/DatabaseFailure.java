package com.altcontext.db;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.GT;

/**
 * The database could not be read or changed. The message says what went wrong, and the remedy what to do next. Neither
 * contains the database's address, a login, or a row's value. The messages of Flyway and pgjdbc contain all three, so
 * they are not passed on.
 */
public final class DatabaseFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The driver's SQLSTATE if TLS is required but the server does not offer it. */
    private static final String NO_TLS = "08004";

    private final String remedy;

    DatabaseFailure(String what, String remedy) {
        super(what, null, false, true);
        this.remedy = remedy;
    }

    /** What the operator can do about it. */
    public String remedy() {
        return remedy;
    }

    /** Explains a connection that was refused or lost. */
    public static DatabaseFailure of(SQLException failure) {
        String state = failure.getSQLState() == null ? "08000" : failure.getSQLState();
        if (find(UnknownHostException.class, failure) != null) {
            return new DatabaseFailure(
                    "the database's host name could not be resolved",
                    "check the host in DATABASE_URL; a name of Fly's private network needs: fly proxy 15432:5432 -a <app>");
        }
        if (find(ConnectException.class, failure) != null) {
            return new DatabaseFailure(
                    "nothing answers at the database's address", "check that the server, or fly proxy, is running");
        }
        if (find(SocketTimeoutException.class, failure) != null
                || GT.tr("Connection attempt timed out.").equals(failure.getMessage())) {
            return new DatabaseFailure(
                    "the database did not answer in time", "check the network, or set connect_timeout in the URL");
        }
        if (find(SSLException.class, failure) != null || NO_TLS.equals(state)) {
            return new DatabaseFailure(
                    "there is no encrypted connection to a server whose certificate can be verified",
                    "set sslrootcert in DATABASE_URL to the authority of its certificate, or choose an sslmode");
        }
        return switch (state) {
            case "28P01", "28000" ->
                new DatabaseFailure("the database refused the login", "check user and password in DATABASE_URL");
            case "3D000" ->
                new DatabaseFailure("the server has no database of that name", "check the name in DATABASE_URL");
            case "42501" ->
                new DatabaseFailure("the login may not change the schema", "use the database's owner for migrations");
            case "57P03" ->
                new DatabaseFailure("the database is starting or stopping", "wait a moment, and run it again");
            default ->
                state.startsWith("08") || state.startsWith("57P")
                        ? new DatabaseFailure(
                                "the connection to the database was lost",
                                "check that the server is running and, if its certificate is verified, that it is for that host")
                        : ofState(state);
        };
    }

    /** Explains the SQLSTATE of a statement that the database refused. */
    public static DatabaseFailure ofState(String state) {
        return switch (state) {
            case "25006" ->
                new DatabaseFailure(
                        "the database is read-only",
                        "it is a replica, or its disk is nearly full: use the primary (Fly: port 5432, not 5433), or extend the disk");
            case "53100" -> new DatabaseFailure("the database's disk is full", "extend it, and try again");
            case "53300" ->
                new DatabaseFailure(
                        "all connections of the database are in use",
                        "run it again when some have ended; pg_stat_activity lists them");
            case "55P03" ->
                new DatabaseFailure(
                        "the database gave up waiting for a lock (SQLSTATE 55P03)",
                        "run it again when the database is less busy, or raise the login's lock_timeout");
            case "57014" ->
                new DatabaseFailure(
                        "the database ended a statement that waited or ran for too long (SQLSTATE 57014)",
                        "run it again when the database is less busy, or raise the login's statement_timeout");
            default ->
                new DatabaseFailure(
                        "the database refused a statement (SQLSTATE " + state + ")",
                        "the server's log has the statement");
        };
    }

    static String state(@Nullable SQLException refused) {
        return refused == null || refused.getSQLState() == null ? "" : " (SQLSTATE " + refused.getSQLState() + ")";
    }

    static <T extends Throwable> @Nullable T find(Class<T> type, Throwable failure) {
        for (@Nullable Throwable one = failure; one != null; one = one.getCause()) {
            if (type.isInstance(one)) {
                return type.cast(one);
            }
        }
        return null;
    }
}
