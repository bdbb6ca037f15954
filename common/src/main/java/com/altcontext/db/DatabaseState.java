package com.altcontext.db;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Whether the database answers and has the schema that this version of the code needs. The database is checked in the
 * background; health checks and requests only read the result.
 */
public final class DatabaseState {
    /** The newest migration that this code needs. A database that is ahead is fine: migrations only add. */
    public static final int REQUIRED_SCHEMA = 29;

    /** This machine's clock may differ from the database's by this much. */
    private static final Duration MAX_CLOCK_SKEW = Duration.ofDays(1);

    private static final String HAS_HISTORY = "SELECT to_regclass('flyway_schema_history') IS NOT NULL";

    private static final String IS_BEING_RESTORED = "SELECT to_regnamespace('altops_before') IS NOT NULL";

    private static final String ISOLATION = "SHOW default_transaction_isolation";

    private static final String NEEDED_ISOLATION = "read committed";

    /**
     * The statement that corrects another isolation level for new connections. A login may run it for itself, and it
     * overrides the database's setting.
     */
    public static final String ISOLATION_REMEDY =
            "ALTER ROLE CURRENT_USER SET default_transaction_isolation TO '" + NEEDED_ISOLATION + "'";

    private static final String NOW = "SELECT clock_timestamp()";

    private static final String VERSION = """
            SELECT coalesce(max(version::integer), 0) FROM flyway_schema_history
            WHERE success AND version ~ '^[0-9]{1,9}$'
            """;

    /** The states, in the order in which they occur during a start. */
    public enum Status {
        STARTING,
        DATABASE_UNREACHABLE,
        SCHEMA_OUTDATED,
        READY
    }

    private final Sql sql;
    private final InstantSource clock;
    private final Runnable beforeReady;
    private volatile Status status = Status.STARTING;
    private volatile Buckets buckets = Buckets.ONE;
    private volatile String trouble = "";
    private volatile boolean seenReady;
    private volatile Duration clockSkew = Duration.ZERO;

    public DatabaseState(Sql sql, InstantSource clock) {
        this(sql, clock, () -> {});
    }

    /** @param beforeReady reads what every request needs; the database counts as ready only after that */
    public DatabaseState(Sql sql, InstantSource clock, Runnable beforeReady) {
        this.sql = sql;
        this.clock = clock;
        this.beforeReady = beforeReady;
    }

    public Status status() {
        return status;
    }

    public boolean isReady() {
        return status == Status.READY;
    }

    /** Why the last check failed: an SQLSTATE and its statement, or a wrong setting. Empty if it did not fail. */
    public String trouble() {
        return trouble;
    }

    /** Whether the database was ready at least once since the process started. A later loss does not change this. */
    public boolean wasReady() {
        return seenReady;
    }

    /** The number of buckets at the last check. A writer notices if it has changed since. */
    public Buckets buckets() {
        return buckets;
    }

    /** Whether this machine's clock, when last compared, was so far ahead that events and figures get future days. */
    public boolean isClockDaysAhead() {
        return clockSkew.compareTo(MAX_CLOCK_SKEW) > 0;
    }

    /** Whether this machine's clock, when last compared, was so far behind. */
    public boolean isClockDaysBehind() {
        return clockSkew.negated().compareTo(MAX_CLOCK_SKEW) > 0;
    }

    /** How far this machine's clock was ahead of the database's when last compared; negative if it was behind. */
    public Duration clockSkew() {
        return clockSkew;
    }

    /**
     * Checks the database now. This may take as long as making a connection. It does not throw if the database is away.
     *
     * @return what the check found, even if the database was {@linkplain #lost() lost} since
     * @throws RuntimeException if {@code beforeReady} fails for another reason; the database is not ready then
     */
    public Status check() {
        Status seen;
        try {
            trouble = "";
            seen = sql.inTransaction(this::read);
            if (seen == Status.READY) {
                beforeReady.run();
            }
        } catch (SqlFailure failed) {
            trouble = String.valueOf(failed.getMessage());
            seen = Status.DATABASE_UNREACHABLE;
        } catch (RuntimeException | Error unforeseen) {
            status = Status.DATABASE_UNREACHABLE;
            throw unforeseen;
        }
        status = seen;
        seenReady |= seen == Status.READY;
        return seen;
    }

    /**
     * Compares this machine's clock with the database's again: after a suspension, a machine wakes with the old time.
     *
     * @throws SqlFailure if the database did not answer; then the earlier measurement is kept
     */
    public void measureClock() {
        measureClock(
                sql.ask(question -> question.query(NOW, row -> row.time(1))).row());
    }

    private void measureClock(Instant databaseNow) {
        clockSkew = Duration.between(databaseNow, clock.instant());
    }

    /**
     * Must be called when a connection was lost during work, or when a value that was read has changed in the database.
     */
    public void lost() {
        status = Status.DATABASE_UNREACHABLE;
    }

    private Status read(Tx tx) {
        String wrongIsolation = isolationTrouble(tx);
        if (!wrongIsolation.isEmpty()) {
            trouble = wrongIsolation + ": " + ISOLATION_REMEDY;
            return Status.DATABASE_UNREACHABLE;
        }
        measureClock(tx.queryOne(NOW, row -> row.time(1)));
        if (isBeingRestored(tx) || schemaVersion(tx) < REQUIRED_SCHEMA) {
            return Status.SCHEMA_OUTDATED;
        }
        buckets = Buckets.read(tx);
        return Status.READY;
    }

    /**
     * The message if transactions are not READ COMMITTED by default; empty if they are. This code relies on that level:
     * a statement that has waited for a lock must see what was committed meanwhile, or sessions would be stored twice.
     */
    public static String isolationTrouble(Tx tx) {
        String isolation = tx.queryOne(ISOLATION, row -> row.text(1));
        return isolation.equals(NEEDED_ISOLATION)
                ? ""
                : "the database's default_transaction_isolation is " + isolation + ", and must be " + NEEDED_ISOLATION;
    }

    /**
     * Whether {@code altops restore} is running or was interrupted. Until it is complete, the restored data may contain
     * erased people and withdrawn consent, and a run that fails puts the earlier data back.
     */
    public static boolean isBeingRestored(Tx tx) {
        return tx.queryOne(IS_BEING_RESTORED, row -> row.flag(1));
    }

    /** The newest migration that was applied; 0 if none was. */
    public static long schemaVersion(Tx tx) {
        boolean migrated = tx.queryOne(HAS_HISTORY, row -> row.flag(1));
        return migrated ? tx.queryOne(VERSION, row -> row.number(1)) : 0;
    }
}
