package com.altcontext.api;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.IdleConnectionCheck;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalConnectionPoolConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.time.Duration;

/**
 * The service's connection pool. It is made here rather than by the Quarkus extension, since that also starts a
 * transaction manager, which costs each start some 35 ms and 3 MB.
 */
final class DatabasePool {
    /**
     * One is for the writer of events (on a cluster up to eight), four for forms, two for figures, three for queries
     * and one for checks of keys ({@link Wiring}). Four are for operators' requests, each of which takes a second one
     * while it writes to the audit log. The rest is for {@link Housekeeping}: a rollup takes two. If all are in use,
     * work waits.
     */
    private static final int MAX_CONNECTIONS = 25;

    private static final Duration MAX_WAIT = Duration.ofSeconds(2);
    /**
     * A connection that was idle for longer is tested before it is used: it may be dead, for example after the machine
     * was suspended.
     */
    private static final Duration IDLE_VALIDATION = Duration.ofSeconds(5);

    private static final Duration VALIDATION_INTERVAL = Duration.ofSeconds(30);
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(4);
    /** Managed PostgreSQL on Fly ends a connection after ten minutes. */
    private static final Duration MAX_LIFETIME = Duration.ofMinutes(9);

    private DatabasePool() {}

    /**
     * Makes the pool without connecting.
     *
     * @param socketTimeout the time limit for each answer of the database
     */
    static AgroalDataSource of(DatabaseUrl url, Duration socketTimeout) {
        AgroalDataSourceConfigurationSupplier configuration = new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> limited(pool)
                        .connectionFactoryConfiguration(connection -> connection
                                // Each statement is closed where it is made, so the pool need not track it.
                                .trackJdbcResources(false)
                                .connectionProviderClassName("org.postgresql.Driver")
                                .jdbcUrl(url.jdbcUrl())
                                .principal(new NamePrincipal(url.user()))
                                .credential(new SimplePassword(url.password()))
                                .jdbcProperty("socketTimeout", String.valueOf(socketTimeout.toSeconds()))));
        try {
            return AgroalDataSource.from(configuration);
        } catch (Exception refused) { // It declares SQLException, but only the package db may use java.sql.
            throw new IllegalStateException("the connection pool could not be created", refused);
        }
    }

    private static AgroalConnectionPoolConfigurationSupplier limited(AgroalConnectionPoolConfigurationSupplier pool) {
        return pool.maxSize(MAX_CONNECTIONS)
                .acquisitionTimeout(MAX_WAIT)
                .connectionValidator(new IdleConnectionCheck()::isValid)
                .idleValidationTimeout(IDLE_VALIDATION)
                .validationTimeout(VALIDATION_INTERVAL)
                .reapTimeout(IDLE_TIMEOUT)
                .maxLifetime(MAX_LIFETIME)
                .exceptionSorter(new PostgreSQLExceptionSorter());
    }
}
