package com.altcontext.api;

import com.altcontext.attribution.Countries;
import com.altcontext.attribution.Devices;
import com.altcontext.attribution.TrafficSources;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.event.EventStore;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Rejections;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.metrics.Breakdowns;
import com.altcontext.metrics.Rollup;
import com.altcontext.metrics.RollupSource;
import com.altcontext.metrics.Summaries;
import com.altcontext.property.Properties;
import com.altcontext.retention.Erasure;
import com.altcontext.retention.Export;
import com.altcontext.retention.LeadList;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import com.github.benmanes.caffeine.cache.Ticker;
import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;

/** The one place where the domain's plain classes are put together, and started and stopped. */
class Wiring {
    private static final Duration MAX_FINISH = Duration.ofSeconds(1);
    /**
     * What waits may hold of the heap's 64 MB (deploy/jvm.options). An idle service holds a third of that, and 2 000 connections and
     * what is under way to the database need their part.
     */
    private static final long MAX_WAITING_BYTES = 12L << 20;

    /** As application.properties gives it to the driver. */
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration MAX_READ = Duration.ofMinutes(2);
    /** Less than an idle connection is kept, so that whoever asked is still there. */
    private static final Duration MAX_FIGURES_TIME = Duration.ofMinutes(1);

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
        return new Sql(dataSource).withSocketTimeout(SOCKET_TIMEOUT);
    }

    @Produces
    @Singleton
    DatabaseState databaseState(Sql sql, InstantSource clock, Properties properties) {
        // Else a site's events would be refused as of an unknown property until the first refresh.
        return new DatabaseState(sql, clock, properties::refresh);
    }

    @Produces
    @Singleton
    Properties properties(Sql sql) {
        return new Properties(sql);
    }

    @Produces
    @Singleton
    Arrivals arrivals(Settings settings, Properties properties) {
        return new Arrivals(
                properties,
                TrafficSources.load(),
                Devices.load(),
                settings.geoipDatabase().map(Countries::open).orElseGet(Countries::none),
                new KeyedHash(settings.pepper()));
    }

    @Produces
    @Singleton
    EventStore eventStore(Settings settings) {
        return new EventStore(new SessionRule(settings.sessionInactivity()));
    }

    @Produces
    @Singleton
    Leads leads(Settings settings, Sql sql, EventStore events) {
        Settings.Leads chosen = settings.leads();
        return new Leads(
                sql,
                events,
                new LeadRules(
                        chosen.heuristicLinking(),
                        chosen.heuristicWindow(),
                        chosen.impliedConsentMonths(),
                        chosen.webhook().isPresent()));
    }

    @Produces
    @Singleton
    UnsubscribeToken unsubscribeToken(Settings settings) {
        return new UnsubscribeToken(settings.leads().unsubscribeSecret().orElse(settings.pepper()));
    }

    /**
     * Forms have four connections, the operator as many, and figures two: so that none waits for another, nor the writer
     * for them, and no more than two of the figures' tables of many megabytes are in use at a time.
     */
    @Produces
    @Singleton
    Doors doors(
            Settings settings,
            Properties properties,
            Arrivals arrivals,
            Leads leads,
            UnsubscribeToken token,
            GroupCommit groupCommit,
            RateLimiter limiter,
            AdminKey adminKey,
            DashboardSession sessions,
            DatabaseState database,
            MemoryBudget memory,
            Sql sql,
            Tally tally,
            InstantSource clock) {
        EventIntake intake = new EventIntake(arrivals, settings.respectPrivacySignals(), clock);
        Workers forms = new Workers("form", 4, 128, database, memory);
        Workers operator = new Workers("operator", 4, 64, database, memory);
        Workers figures = new Workers("figures", 2, 64, database, memory);
        // A year of hundreds of properties takes seconds to read: the database is not lost for that.
        Sql figuresSql = sql.withTimeout(MAX_FIGURES_TIME);
        return new Doors(
                new EventDoor(intake, groupCommit, memory, tally),
                new BatchDoor(intake, groupCommit, limiter, memory, tally),
                new LeadDoor(
                        arrivals,
                        new Captures(leads, forms, memory),
                        new DistinctEmails(
                                settings.leads().emailsPerHour(),
                                new KeyedHash(settings.pepper()),
                                Ticker.systemTicker()),
                        settings.corsAllowedOrigins(),
                        tally,
                        clock),
                new UnsubscribeDoor(arrivals, new Unsubscribe(sql), token, forms, tally, clock),
                persons(settings, sql, token, arrivals, operator, tally, clock),
                new MetricsDoor(
                        new Summaries(
                                figuresSql,
                                settings.metrics().fromMaterializedView() ? RollupSource.VIEW : RollupSource.TABLES,
                                clock),
                        new Breakdowns(figuresSql),
                        properties,
                        settings.metrics(),
                        figures,
                        tally,
                        clock),
                new SessionDoor(adminKey, sessions, tally),
                new DashboardDoor(
                        sql,
                        new LeadList(sql.withTimeout(MAX_READ), unsubscribeUrl(settings, token)),
                        properties,
                        settings.metrics().usualProperty(),
                        arrivals,
                        operator,
                        tally,
                        clock),
                List.of(forms, operator, figures));
    }

    /** They may take their time, up to {@link PersonDoor#TIMEOUT}, which the server keeps; the driver waits for its word. */
    private static PersonDoor persons(
            Settings settings,
            Sql sql,
            UnsubscribeToken token,
            Arrivals arrivals,
            Workers workers,
            Tally tally,
            InstantSource clock) {
        Sql patient = sql.withTimeout(MAX_READ);
        KeyedHash hash = new KeyedHash(settings.pepper());
        return new PersonDoor(
                new Erasure(patient, hash),
                new Export(patient, unsubscribeUrl(settings, token), hash),
                arrivals,
                workers,
                tally,
                clock);
    }

    private static Export.UnsubscribeUrl unsubscribeUrl(Settings settings, UnsubscribeToken token) {
        Optional<UnsubscribeLinks> links = settings.leads().publicUrl().map(url -> new UnsubscribeLinks(token, url));
        return (leadId, propertyId) -> links.map(made ->
                        made.of(new UnsubscribeToken.Scope(leadId, propertyId)).toString())
                .orElse(null);
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
    Arrears arrears(Sql sql, InstantSource clock) {
        return new Arrears(sql, new Rollup(sql, clock));
    }

    @Produces
    @Singleton
    GroupCommit groupCommit(
            Sql sql,
            DatabaseState database,
            EventStore events,
            Rejections rejections,
            MemoryBudget memory,
            Tally tally) {
        return new GroupCommit(
                sql, database, events, rejections, GroupCommit.Bounds.SMALL_MACHINE, memory, tally::committed);
    }

    @Produces
    @Singleton
    MemoryBudget memoryBudget() {
        return new MemoryBudget(MAX_WAITING_BYTES);
    }

    @Produces
    @Singleton
    ClientAddresses clientAddresses(Settings settings) {
        return new ClientAddresses(settings.clientAddress());
    }

    @Produces
    @Singleton
    RateLimiter rateLimiter(Settings settings, Vertx vertx, MeterRegistry meters) {
        SharedAllowance shared = settings.limiterRedis()
                .map(url -> new SharedAllowance(vertx, url, new KeyedHash(settings.pepper())))
                .orElse(null);
        if (shared != null) {
            Gauge.builder("altcontext.limiter.shared", shared, it -> it.isReached() ? 1 : 0)
                    .description("1 while limits hold for all machines together, 0 while their Redis is away")
                    .register(meters);
        }
        return new RateLimiter(settings.perMinute(), System::nanoTime, shared);
    }

    void close(@Disposes RateLimiter limiter) {
        limiter.close();
    }

    @Produces
    @Singleton
    AdminKey adminKey(Settings settings, RateLimiter limiter) {
        return new AdminKey(settings.adminKey(), limiter);
    }

    @Produces
    @Singleton
    DashboardSession dashboardSession(Settings settings, InstantSource clock) {
        return new DashboardSession(settings.adminKey(), settings.https(), clock);
    }

    @Produces
    @Singleton
    Admission admission(AdminKey adminKey, DashboardSession sessions) {
        return new Admission(adminKey, sessions);
    }

    @Produces
    @Singleton
    BodyCollector bodyCollector(Vertx vertx, MemoryBudget memory) {
        return new BodyCollector(vertx, memory);
    }

    void start(
            @Observes StartupEvent event,
            GroupCommit groupCommit,
            DatabaseState database,
            RateLimiter limiter,
            MemoryBudget memory,
            Arrears arrears,
            MeterRegistry meters) {
        Gauge.builder("altcontext.ingest.queue.depth", groupCommit, GroupCommit::depth)
                .description("events that wait for the writer")
                .register(meters);
        Gauge.builder("altcontext.memory.waiting.bytes", memory, MemoryBudget::held)
                .description("bytes of the heap that requests hold which wait")
                .register(meters);
        Gauge.builder(
                        "altcontext.ingest.uncommitted.seconds",
                        groupCommit,
                        writer -> writer.uncommittedFor().toMillis() / 1000.0)
                .description("for how long events have come without one being stored")
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
                .description("allowances of clients that are not whole")
                .register(meters);
        arrears.register(meters);
        ResidentMemory.register(meters);
        groupCommit.start();
    }

    /** Before the HTTP server closes: what waits is stored and still answered, what comes from now on is told 503. */
    void drain(@Observes ShutdownDelayInitiatedEvent event, GroupCommit groupCommit, Doors doors) {
        finish(groupCommit, doors);
    }

    /**
     * The same for dev mode and tests, which know no first event. Their next start is in the same process, where gauges
     * would go on telling of what has stopped.
     */
    void stop(@Observes ShutdownEvent event, GroupCommit groupCommit, Doors doors, MeterRegistry meters) {
        finish(groupCommit, doors);
        meters.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("altcontext."))
                .forEach(meters::remove);
    }

    /** The workers finish while the writer does, so that both together take no longer than the slower of them. */
    private static void finish(GroupCommit groupCommit, Doors doors) {
        doors.stop();
        long workersEnd = System.nanoTime() + MAX_FINISH.toNanos();
        groupCommit.close();
        doors.await(workersEnd);
    }
}
