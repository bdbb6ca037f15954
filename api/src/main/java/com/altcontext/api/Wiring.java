package com.altcontext.api;

import com.altcontext.attribution.Countries;
import com.altcontext.attribution.Devices;
import com.altcontext.attribution.TrafficSources;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.event.EventStore;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.Rejections;
import com.altcontext.property.Properties;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import io.agroal.api.AgroalDataSource;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;

/** The one place where the domain's plain classes are put together, and started and stopped. */
class Wiring {
    @Produces
    @Singleton
    Settings settings() {
        return SettingsReader.read(
                name -> ConfigProvider.getConfig().getConfigValue(name).getRawValue());
    }

    @Produces
    @Singleton
    InstantSource clock() {
        return InstantSource.system();
    }

    @Produces
    @Singleton
    Sql sql(AgroalDataSource dataSource) {
        return new Sql(dataSource);
    }

    @Produces
    @Singleton
    DatabaseState databaseState(Sql sql, InstantSource clock) {
        return new DatabaseState(sql, clock);
    }

    @Produces
    @Singleton
    Properties properties(Sql sql) {
        return new Properties(sql);
    }

    @Produces
    @Singleton
    EventIntake eventIntake(Settings settings, Properties properties, InstantSource clock) {
        return new EventIntake(
                properties,
                TrafficSources.load(),
                Devices.load(),
                settings.geoipDatabase().map(Countries::open).orElseGet(Countries::none),
                new KeyedHash(settings.pepper()),
                settings.respectPrivacySignals(),
                clock);
    }

    @Produces
    @Singleton
    EventDoor eventDoor(EventIntake intake, GroupCommit groupCommit, Tally tally) {
        return new EventDoor(intake, groupCommit, tally);
    }

    @Produces
    @Singleton
    BatchDoor batchDoor(EventIntake intake, GroupCommit groupCommit, RateLimiter limiter, Tally tally) {
        return new BatchDoor(intake, groupCommit, limiter, tally);
    }

    @Produces
    @Singleton
    Rejections rejections(InstantSource clock) {
        return new Rejections(clock);
    }

    @Produces
    @Singleton
    Tally tally(Rejections rejections, MeterRegistry meters) {
        return new Tally(rejections, meters);
    }

    @Produces
    @Singleton
    GroupCommit groupCommit(Settings settings, Sql sql, DatabaseState database, Rejections rejections, Tally tally) {
        return new GroupCommit(
                sql,
                database,
                new EventStore(new SessionRule(settings.sessionInactivity())),
                rejections,
                GroupCommit.Bounds.SMALL_MACHINE,
                tally::committed);
    }

    @Produces
    @Singleton
    ClientAddresses clientAddresses(Settings settings) {
        return new ClientAddresses(settings.clientAddress());
    }

    @Produces
    @Singleton
    RateLimiter rateLimiter(Settings settings) {
        return new RateLimiter(
                Map.of(Endpoint.Limit.EVENTS, settings.eventsPerMinute(), Endpoint.Limit.DOCUMENT, 60),
                TimeMeter.SYSTEM_NANOTIME);
    }

    @Produces
    @Singleton
    BodyCollector bodyCollector(Vertx vertx) {
        return new BodyCollector(vertx);
    }

    void start(
            @Observes StartupEvent event,
            GroupCommit groupCommit,
            DatabaseState database,
            RateLimiter limiter,
            MeterRegistry meters) {
        Gauge.builder("altcontext.ingest.queue.depth", groupCommit, GroupCommit::depth)
                .description("events that wait for the writer")
                .register(meters);
        Gauge.builder("altcontext.database.ready", database, state -> state.isReady() ? 1 : 0)
                .description("1 while the database answers and holds the schema that is needed")
                .register(meters);
        Gauge.builder(
                        "altcontext.clock.skew.seconds",
                        database,
                        state -> state.clockSkew().toMillis() / 1000.0)
                .description("how far this machine's clock is ahead of the database's")
                .register(meters);
        Gauge.builder("altcontext.limiter.clients", limiter, RateLimiter::size)
                .description("clients whose allowance is remembered")
                .register(meters);
        groupCommit.start();
    }

    /** Before the HTTP server closes: what waits is stored and still answered, what comes from now on is told 503. */
    void drain(@Observes ShutdownDelayInitiatedEvent event, GroupCommit groupCommit) {
        groupCommit.close();
    }

    /** The same for dev mode and tests, which know no first event. */
    void stop(@Observes ShutdownEvent event, GroupCommit groupCommit) {
        groupCommit.close();
    }
}
