package com.altcontext.db;

import java.sql.SQLException;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.internal.exception.FlywayMigrateException;
import org.flywaydb.core.internal.sqlscript.FlywaySqlScriptException;
import org.jspecify.annotations.Nullable;

/** What Flyway's exceptions mean to an operator. */
final class MigrationRefusal {
    private MigrationRefusal() {}

    static DatabaseFailure explained(FlywayException failure) {
        @Nullable SQLException refused = DatabaseFailure.find(SQLException.class, failure);
        if (failure.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
            return otherTables();
        }
        if (failure.getErrorCode() == CoreErrorCode.VALIDATE_ERROR) {
            return notThisRelease();
        }
        @Nullable FlywayMigrateException migration = DatabaseFailure.find(FlywayMigrateException.class, failure);
        if (migration != null) {
            return new DatabaseFailure(
                    "migration " + migration.getMigration().getVersion() + " failed" + place(failure)
                            + DatabaseFailure.state(refused)
                            + (migration.isExecutableInTransaction() ? " and was rolled back" : " half-way")
                            + "; those before it stay applied",
                    refused == null
                            ? "the server's log has the statement"
                            : "42501".equals(refused.getSQLState())
                                    ? "the login may not change all of the schema: use the owner of its tables"
                                    : DatabaseFailure.of(refused).remedy());
        }
        if (refused != null) {
            return DatabaseFailure.of(refused);
        }
        return new DatabaseFailure(
                "the schema's history could not be read or written (" + failure.getErrorCode() + ")",
                "try again; if it fails again, read the server's log");
    }

    static DatabaseFailure otherTables() {
        return new DatabaseFailure("the database holds tables that are not AltContext's", "use an empty database");
    }

    static DatabaseFailure notThisRelease() {
        return new DatabaseFailure(
                "the migrations in the database are not those of this release, and nothing was changed",
                "see which with: altops migrate verify");
    }

    private static String place(FlywayException failure) {
        @Nullable FlywaySqlScriptException script = DatabaseFailure.find(FlywaySqlScriptException.class, failure);
        return script == null ? "" : " at its line " + script.getLineNumber();
    }
}
