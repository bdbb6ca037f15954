package com.altcontext.api;

import com.altcontext.access.AccessKeys;
import com.altcontext.access.DashboardSessions;
import com.altcontext.api.config.AppConfig;
import com.altcontext.api.http.ClientAddresses;
import com.altcontext.api.http.SessionCookie;
import com.altcontext.api.http.SharedLimits;
import com.altcontext.client.RateLimiter;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.ingest.DatabaseExecutor;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Rejections;
import com.altcontext.metrics.goal.Goals;
import com.altcontext.property.Properties;
import com.altcontext.value.KeyedHash;
import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Disposes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Makes the domain objects that several routes need; {@link EventWiring}, {@link LeadWiring} and {@link FiguresWiring}
 * make the others. Each method with a scope annotation makes a bean.
 */
@Singleton
class Wiring {
    /**
     * How much of the heap's 44 MB (deploy/jvm.options) waiting requests may use. An idle service uses a third of the
     * heap, and 2,000 connections and the work in the database need some, too.
     */
    private static final long MAX_WAITING_BYTES = 12L << 20;

    /** How long work waits for an answer of the database. */
    static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(3);

    @Singleton
    InstantSource clock() {
        return InstantSource.system();
    }

    @Singleton
    AgroalDataSource databasePool(AppConfig config) {
        return DatabasePool.of(config.databaseUrl(), SOCKET_TIMEOUT);
    }

    void close(@Disposes AgroalDataSource pool) {
        pool.close();
    }

    @Singleton
    Sql sql(AgroalDataSource pool) {
        return new Sql(pool).withSocketTimeout(SOCKET_TIMEOUT);
    }

    @Singleton
    DatabaseState databaseState(Sql sql, InstantSource clock, Properties properties, Goals goals, AccessKeys keys) {
        // Without this, events that name a property and queries that name a goal would be refused until the first
        // refresh.
        return new DatabaseState(sql, clock, () -> {
            properties.refresh();
            goals.refresh();
            keys.refresh();
        });
    }

    @Singleton
    AccessKeys accessKeys(Sql sql, InstantSource clock) {
        return new AccessKeys(sql, clock);
    }

    @Singleton
    DashboardSessions dashboardSessions(AppConfig config, Sql sql, KeyedHash hash, InstantSource clock) {
        return new DashboardSessions(sql, config.adminApiKey(), hash, clock);
    }

    @Singleton
    Properties properties(Sql sql) {
        return new Properties(sql);
    }

    @Singleton
    MemoryBudget memoryBudget() {
        return new MemoryBudget(MAX_WAITING_BYTES);
    }

    @Singleton
    KeyedHash keyedHash(AppConfig config) {
        return new KeyedHash(config.ipHashPepper());
    }

    @Singleton
    ClientAddresses clientAddresses(AppConfig config) {
        return new ClientAddresses(config.clientAddress());
    }

    @Singleton
    RateLimiter rateLimiter(AppConfig config, Vertx vertx, MeterRegistry meters, KeyedHash hash) {
        SharedLimits shared = config.rateLimits()
                .redisUrl()
                .map(url -> new SharedLimits(vertx, url, hash))
                .orElse(null);
        if (shared != null) {
            ServiceGauges.gauge(
                    meters,
                    "limiter.shared",
                    "1 while limits hold for all machines together, 0 while their Redis is unreachable",
                    () -> shared.isReached() ? 1 : 0);
        }
        return new RateLimiter(config.rateLimits().perMinute(), System::nanoTime, shared);
    }

    void close(@Disposes RateLimiter limiter) {
        limiter.close();
    }

    @Singleton
    SessionCookie sessionCookie(AppConfig config) {
        return new SessionCookie(config.isHttps());
    }

    @Singleton
    DatabaseExecutors databaseExecutors(DatabaseState database, MemoryBudget memory) {
        return new DatabaseExecutors(
                new DatabaseExecutor("form", 4, 128, database, memory),
                new DatabaseExecutor("operator", 4, 2, 64, database, memory),
                new DatabaseExecutor("figures", 2, 64, database, memory),
                new DatabaseExecutor("query", 3, 2, 64, database, memory),
                new DatabaseExecutor("access", 1, 64, database, memory));
    }

    @Singleton
    Rejections rejections(Properties properties, InstantSource clock) {
        return new Rejections(properties::timeZone, clock);
    }
}
