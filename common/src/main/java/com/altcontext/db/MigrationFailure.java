package com.altcontext.db;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import javax.net.ssl.SSLException;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.internal.exception.FlywayMigrateException;
import org.flywaydb.core.internal.sqlscript.FlywaySqlScriptException;
import org.jspecify.annotations.Nullable;

/**
 * A question or a change that the database could not be brought to answer or make: what, and what to do next. Neither holds the
 * database's address, a login, or a row's value; the messages of Flyway and pgjdbc hold all three, so they go no further.
 */
public final class MigrationFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    MigrationFailure(String what, String remedy) {
        super(what, null, false, true);
        this.remedy = remedy;
    }

    /** What the operator can do about it. */
    public String remedy() {
        return remedy;
    }

    static MigrationFailure of(FlywayException failure) {
        @Nullable SQLException refused = find(SQLException.class, failure);
        if (failure.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
            return new MigrationFailure(
                    "the database holds tables that are not AltContext's", "name an empty database of its own");
        }
        if (failure.getErrorCode() == CoreErrorCode.VALIDATE_ERROR) {
            return new MigrationFailure(
                    "the migrations in the database are not those of this release, and nothing was changed",
                    "see which with: altops migrate verify");
        }
        @Nullable FlywayMigrateException migration = find(FlywayMigrateException.class, failure);
        if (migration != null) {
            return new MigrationFailure(
                    "migration " + migration.getMigration().getVersion() + " failed" + place(failure) + state(refused)
                            + (migration.isExecutableInTransaction() ? " and was rolled back" : " half-way")
                            + "; those before it stay applied",
                    "the server's log has the statement");
        }
        if (refused != null) {
            return of(refused);
        }
        return new MigrationFailure(
                "the schema's history could not be read or written (" + failure.getErrorCode() + ")",
                "try again, and read the server's log if it stays");
    }

    static MigrationFailure of(SQLException failure) {
        String state = failure.getSQLState() == null ? "08000" : failure.getSQLState();
        if (find(UnknownHostException.class, failure) != null) {
            return new MigrationFailure(
                    "the database's host name is not known here",
                    "check the host in DATABASE_URL; a name of Fly's private network needs: fly proxy 15432:5432 -a <app>");
        }
        if (find(ConnectException.class, failure) != null) {
            return new MigrationFailure(
                    "nothing answers at the database's address", "check that the server, or fly proxy, runs");
        }
        if (find(SocketTimeoutException.class, failure) != null) {
            return new MigrationFailure(
                    "the database did not answer in time", "check the network, or set connect_timeout in the URL");
        }
        if (find(SSLException.class, failure) != null) {
            return new MigrationFailure(
                    "no encrypted connection could be made", "check sslmode and sslrootcert in DATABASE_URL");
        }
        return switch (state) {
            case "28P01", "28000" ->
                new MigrationFailure("the database refused the login", "check user and password in DATABASE_URL");
            case "3D000" ->
                new MigrationFailure("the server has no database of that name", "check the name in DATABASE_URL");
            case "42501" ->
                new MigrationFailure("the login may not change the schema", "use the database's owner for migrations");
            case "25006" ->
                new MigrationFailure(
                        "the server is a read-only replica", "use the primary's address (Fly: port 5432, not 5433)");
            default ->
                state.startsWith("08") || state.startsWith("57P")
                        ? new MigrationFailure(
                                "the connection to the database was lost", "check that the server runs, and try again")
                        : new MigrationFailure(
                                "the database refused" + state(failure), "the server's log has the statement");
        };
    }

    private static String place(FlywayException failure) {
        @Nullable FlywaySqlScriptException script = find(FlywaySqlScriptException.class, failure);
        return script == null ? "" : " at its line " + script.getLineNumber();
    }

    private static String state(@Nullable SQLException refused) {
        return refused == null || refused.getSQLState() == null ? "" : " (SQLSTATE " + refused.getSQLState() + ")";
    }

    private static <T extends Throwable> @Nullable T find(Class<T> type, Throwable failure) {
        for (@Nullable Throwable one = failure; one != null; one = one.getCause()) {
            if (type.isInstance(one)) {
                return type.cast(one);
            }
        }
        return null;
    }
}
