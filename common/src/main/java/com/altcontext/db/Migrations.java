package com.altcontext.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.ErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.output.ValidateOutput;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The schema's versions: the SQL files of {@code db/migration}, and which of them a database has. Each file is applied in a
 * transaction of its own. If two runs start at the same time, one waits for the other. Every method throws
 * {@link DatabaseFailure}.
 */
public final class Migrations {
    /** How many seconds a run waits for another one; it retries once a second. */
    private static final int MAX_WAIT_SECONDS = 300;

    private static final Set<MigrationState> NEWER =
            Set.of(MigrationState.FUTURE_SUCCESS, MigrationState.FUTURE_FAILED); // Flyway's own check lets them pass

    /** Flyway asks the same before it begins. What an extension made does not count. */
    private static final String HAS_OTHER_TABLES = """
            SELECT to_regclass('flyway_schema_history') IS NULL AND EXISTS (
                SELECT FROM pg_class AS c
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v', 'S')
                  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e'))
            """;

    private final DatabaseUrl url;
    private final String location;
    private final Flyway flyway;

    /** @param location where the migrations are; tests have some of their own */
    Migrations(DatabaseUrl url, String location) {
        this.url = url;
        this.location = location;
        this.flyway = configuration()
                .dataSource(url.jdbcUrl(), url.user(), url.password())
                .load();
    }

    private FluentConfiguration configuration() {
        return Flyway.configure(Migrations.class.getClassLoader())
                .locations(location)
                .validateMigrationNaming(true)
                .failOnMissingLocations(true)
                .cleanDisabled(true)
                .lockRetryCount(MAX_WAIT_SECONDS)
                // A session lock would outlive its run behind a pooler, and block CREATE INDEX CONCURRENTLY.
                .configuration(Map.of("flyway.postgresql.transactional.lock", "true"));
    }

    /** The migrations of this release, for a database. Does not connect yet. */
    public static Migrations of(DatabaseUrl url) {
        return new Migrations(url, "classpath:db/migration");
    }

    /** All migrations that this release or the database knows, in order. */
    public List<Migration> status() {
        return asked(() -> Arrays.stream(flyway.info().all()).map(Migration::of).toList());
    }

    /** What {@link #apply} would do now, in order. Refuses what that refuses: a pooler, other tables or migrations. */
    public List<Migration> plan() {
        try (Connection connection = DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password());
                Statement statement = connection.createStatement()) {
            requireDirect(connection, statement);
            refuseOtherTables(statement);
        } catch (SQLException e) {
            throw DatabaseFailure.of(e);
        }
        List<Migration> pending = asked(
                () -> Arrays.stream(flyway.info().pending()).map(Migration::of).toList());
        Set<String> versions = pending.stream().map(Migration::version).collect(Collectors.toSet());
        if (!verify().stream().allMatch(one -> one.isNewer() || versions.contains(one.version()))) {
            throw MigrationRefusal.notThisRelease();
        }
        return pending;
    }

    /**
     * Applies the pending migrations. If one fails, those before it stay applied.
     *
     * @return those that this run applied, without those that another run applied meanwhile
     */
    public List<Migration> apply() {
        List<String> applied;
        try (Connection connection = DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password());
                Statement statement = connection.createStatement()) {
            requireDirect(connection, statement);
            // Those of a login may be too short for a large table, or for the pauses while a busy machine reads a file.
            statement.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0");
            // With two connections, Flyway would commit a migration on one and its record on the other. If a run was
            // killed in between, no later run could apply that migration.
            Flyway atOnce =
                    configuration().dataSource(new OneConnection(connection)).load();
            applied = asked(() -> atOnce.migrate().migrations.stream()
                    .map(done -> done.version)
                    .toList());
        } catch (SQLException e) {
            throw DatabaseFailure.of(e);
        }
        return status().stream().filter(one -> applied.contains(one.version())).toList();
    }

    /** How the database differs from what this release needs; empty if it does not. */
    public List<Difference> verify() {
        return asked(() -> {
            List<Difference> differences = new ArrayList<>();
            for (ValidateOutput found : flyway.validateWithResult().invalidMigrations) {
                differences.add(new Difference(
                        text(found.version), text(found.description), rule(found.errorDetails.errorCode)));
            }
            Arrays.stream(flyway.info().all())
                    .filter(one -> NEWER.contains(one.getState()))
                    .map(one -> new Difference(version(one), text(one.getDescription()), Difference.IS_NEWER))
                    .forEach(differences::add);
            return List.copyOf(differences);
        });
    }

    /** Refuses a pooler: a server tells a client the true id of its process at the start, but a pooler makes one up. */
    private static void requireDirect(Connection connection, Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            if (row.getInt(1) != connection.unwrap(PGConnection.class).getBackendPID()) {
                throw new DatabaseFailure(
                        "the address leads through a connection pooler, and migrations need the server itself",
                        "use the direct address (Fly's managed PostgreSQL: the host that begins with direct, or fly mpg proxy)");
            }
        }
    }

    /** Refuses a database with the tables of another program, before they would be replaced. */
    public static void refuseOtherTables(Tx tx) {
        if (tx.queryOne(HAS_OTHER_TABLES, row -> row.flag(1))) {
            throw MigrationRefusal.otherTables();
        }
    }

    private static void refuseOtherTables(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(HAS_OTHER_TABLES)) {
            row.next();
            if (row.getBoolean(1)) {
                throw MigrationRefusal.otherTables();
            }
        }
    }

    private static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (FlywayException e) {
            throw MigrationRefusal.explained(e);
        }
    }

    private static String rule(ErrorCode code) {
        return switch (code) {
            case CoreErrorCode.RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED,
                    CoreErrorCode.RESOLVED_REPEATABLE_MIGRATION_NOT_APPLIED,
                    CoreErrorCode.OUTDATED_REPEATABLE_MIGRATION -> "is not applied";
            case CoreErrorCode.CHECKSUM_MISMATCH -> "was changed after it had been applied";
            case CoreErrorCode.DESCRIPTION_MISMATCH, CoreErrorCode.TYPE_MISMATCH ->
                "was renamed after it had been applied";
            case CoreErrorCode.APPLIED_VERSIONED_MIGRATION_NOT_RESOLVED,
                    CoreErrorCode.APPLIED_REPEATABLE_MIGRATION_NOT_RESOLVED ->
                "is in the database and not in this release";
            case CoreErrorCode.FAILED_VERSIONED_MIGRATION, CoreErrorCode.FAILED_REPEATABLE_MIGRATION ->
                "failed half-way";
            default -> "does not match (" + code + ")";
        };
    }

    private static String version(MigrationInfo info) {
        @Nullable MigrationVersion version = info.getVersion();
        return version == null ? "" : version.getVersion();
    }

    private static String text(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }

    /** The state of a migration. */
    public enum State {
        /** Not yet in the database. */
        PENDING,
        APPLIED,
        FAILED,
        /** In the database but not in this release: the release is older than the schema. */
        UNKNOWN
    }

    /**
     * One step of the schema.
     *
     * @param appliedAt null until it is applied
     */
    public record Migration(
            String version,
            String description,
            State state,
            @Nullable Instant appliedAt) {
        private static Migration of(MigrationInfo info) {
            MigrationState state = info.getState();
            @Nullable Date installed = info.getInstalledOn();
            return new Migration(
                    Migrations.version(info),
                    text(info.getDescription()),
                    state.isFailed()
                            ? State.FAILED
                            : !state.isApplied() ? State.PENDING : state.isResolved() ? State.APPLIED : State.UNKNOWN,
                    installed == null ? null : installed.toInstant());
        }
    }

    /** How a migration differs between the database and this release. */
    public record Difference(String version, String description, String rule) {
        private static final String IS_NEWER = "is in the database and newer than this release";

        /**
         * Whether a later release has applied it. Earlier releases work with it unless the changelog says otherwise.
         */
        public boolean isNewer() {
            return rule.equals(IS_NEWER);
        }
    }
}
