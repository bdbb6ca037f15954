package com.altcontext.api;

import com.altcontext.access.AccessKeys;
import com.altcontext.access.DashboardSessions;
import com.altcontext.api.config.AppConfig;
import com.altcontext.api.delivery.Mail;
import com.altcontext.api.delivery.MailTemplates;
import com.altcontext.api.event.IngestMetrics;
import com.altcontext.api.http.ClientAddresses;
import com.altcontext.api.http.SessionCookie;
import com.altcontext.api.http.SharedLimits;
import com.altcontext.api.lead.ConfirmationMail;
import com.altcontext.api.lead.LeadMetrics;
import com.altcontext.api.metrics.BacklogGauges;
import com.altcontext.api.report.LeadAlertMail;
import com.altcontext.api.report.ReportMail;
import com.altcontext.attribution.Countries;
import com.altcontext.attribution.Devices;
import com.altcontext.attribution.TrafficSources;
import com.altcontext.client.RateLimiter;
import com.altcontext.consent.Confirmation;
import com.altcontext.consent.ConfirmationToken;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Outbox;
import com.altcontext.event.EventStore;
import com.altcontext.ingest.CaptureQueue;
import com.altcontext.ingest.DatabaseExecutor;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Rejections;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.lead.DistinctEmails;
import com.altcontext.lead.LeadAlerts;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.metrics.Breakdowns;
import com.altcontext.metrics.RollupSource;
import com.altcontext.metrics.Summaries;
import com.altcontext.metrics.query.LeadBreakdowns;
import com.altcontext.metrics.query.QueryEngine;
import com.altcontext.metrics.query.RawBreakdowns;
import com.altcontext.metrics.query.RawSummaries;
import com.altcontext.property.Properties;
import com.altcontext.report.StopToken;
import com.altcontext.report.WeeklyReports;
import com.altcontext.retention.Erasure;
import com.altcontext.retention.Export;
import com.altcontext.retention.LeadList;
import com.altcontext.retention.MailableList;
import com.altcontext.retention.SubmissionList;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The one place where the plain classes of the domain are put together, started and stopped. A method with a scope makes a bean. */
@Singleton
class Wiring {
    private static final Duration MAX_FINISH = Duration.ofSeconds(1);
    /** The meters of the JVM load classes for 20 ms, for which a start need not wait. */
    private static final Duration JVM_METERS_AFTER = Duration.ofSeconds(5);
    /**
     * What waits may hold of the heap's 48 MB (deploy/jvm.options). An idle service holds a third of that, and 2 000 connections and
     * what is under way to the database need their part.
     */
    private static final long MAX_WAITING_BYTES = 12L << 20;

    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(3);

    /** For reading all that is held about a person, or all leads. The server ends the work earlier, and the driver waits. */
    private static final Duration LONG_READ_TIMEOUT = Duration.ofMinutes(2);
    /**
     * A year of hundreds of properties takes seconds to read. The time is less than an idle connection is kept, so that the client
     * is still there.
     */
    private static final Duration FIGURES_TIMEOUT = Duration.ofMinutes(1);

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
    DatabaseState databaseState(Sql sql, InstantSource clock, Properties properties, AccessKeys keys) {
        // Else a site's events would be refused as of an unknown property until the first refresh.
        return new DatabaseState(sql, clock, () -> {
            properties.refresh();
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

    // What every route needs.

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
            gauge(
                    meters,
                    "limiter.shared",
                    "1 while limits hold for all machines together, 0 while their Redis is away",
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
                new DatabaseExecutor("operator", 4, 64, database, memory),
                new DatabaseExecutor("figures", 2, 64, database, memory),
                new DatabaseExecutor("query", 3, 2, 64, database, memory),
                new DatabaseExecutor("access", 1, 64, database, memory));
    }

    @Singleton
    Rejections rejections(Properties properties, InstantSource clock) {
        return new Rejections(properties::timeZone, clock);
    }

    // Events.

    @Singleton
    TrafficSources trafficSources() {
        return TrafficSources.load();
    }

    @Singleton
    RequestAttribution requestAttribution(
            AppConfig config, Properties properties, TrafficSources sources, KeyedHash hash) {
        return new RequestAttribution(
                properties,
                sources,
                Devices.load(),
                config.geoipDatabase().map(Countries::open).orElseGet(Countries::none),
                hash);
    }

    @Singleton
    EventStore eventStore(AppConfig config) {
        return new EventStore(new SessionRule(config.sessions().inactivity()));
    }

    @Singleton
    GroupCommit groupCommit(
            Sql sql,
            DatabaseState database,
            EventStore events,
            Rejections rejections,
            MemoryBudget memory,
            IngestMetrics metrics) {
        return new GroupCommit(
                sql, database, events, rejections, GroupCommit.Bounds.SMALL_MACHINE, memory, metrics::committed);
    }

    // Leads.

    @Singleton
    Leads leads(AppConfig config, Sql sql, EventStore events) {
        AppConfig.LeadOptions leads = config.leads();
        return new Leads(
                sql,
                events,
                new LeadRules(
                        leads.heuristicLinking(),
                        leads.heuristicWindow(),
                        leads.impliedConsentMonths(),
                        new LeadMessages(
                                true,
                                leads.webhookUrl().isPresent(),
                                config.mail().smtpUrl().isPresent(),
                                config.mail().notifyAddresses())));
    }

    @Singleton
    CaptureQueue captureQueue(Leads leads, DatabaseExecutors executors, MemoryBudget memory, LeadMetrics metrics) {
        return new CaptureQueue(leads, executors.forms(), memory, metrics::captured);
    }

    @Singleton
    DistinctEmails distinctEmails(AppConfig config, KeyedHash hash) {
        return new DistinctEmails(config.rateLimits().leadEmails(), hash, System::nanoTime);
    }

    @Singleton
    Unsubscribe unsubscribe(Sql sql) {
        return new Unsubscribe(sql);
    }

    @Singleton
    UnsubscribeToken unsubscribeToken(AppConfig config) {
        return new UnsubscribeToken(config.leads().unsubscribeSecret().orElse(config.ipHashPepper()));
    }

    @Singleton
    StopToken stopToken(AppConfig config) {
        return new StopToken(config.leads().unsubscribeSecret().orElse(config.ipHashPepper()));
    }

    @Singleton
    ConfirmationToken confirmationToken(AppConfig config) {
        return new ConfirmationToken(config.leads().unsubscribeSecret().orElse(config.ipHashPepper()));
    }

    @Singleton
    Confirmation confirmation(Sql sql) {
        return new Confirmation(sql);
    }

    /** What writes each mail, by the event in the outbox. Without the address of the service no mail has a link, and none is sent. */
    @Singleton
    MailTemplates mailTemplates(
            AppConfig config,
            ConfirmationToken token,
            UnsubscribeToken unsubscribe,
            StopToken stop,
            InstantSource clock) {
        return new MailTemplates(config.publicUrl()
                .map(url -> {
                    ConfirmationMail confirmation = new ConfirmationMail(
                            url,
                            token,
                            new UnsubscribeLinks(unsubscribe, url),
                            config.privacy().contactEmail(),
                            clock);
                    return Map.<String, Function<Outbox.Message, Mail>>of(
                            Outbox.CONFIRMATION,
                            confirmation::of,
                            LeadAlerts.EVENT,
                            new LeadAlertMail(url)::of,
                            WeeklyReports.EVENT,
                            new ReportMail(url, stop)::of);
                })
                .orElse(Map.of()));
    }

    @Singleton
    Export.UnsubscribeUrl unsubscribeUrl(AppConfig config, UnsubscribeToken token) {
        Optional<UnsubscribeLinks> links = config.publicUrl().map(url -> new UnsubscribeLinks(token, url));
        return (leadId, propertyId) -> links.map(made -> made.of(new UnsubscribeToken.Subject(leadId, propertyId))
                        .toString())
                .orElse(null);
    }

    @Singleton
    Erasure erasure(Sql sql, KeyedHash hash) {
        return new Erasure(sql.withTimeout(LONG_READ_TIMEOUT), hash);
    }

    @Singleton
    Export export(Sql sql, Export.UnsubscribeUrl unsubscribeUrl, KeyedHash hash) {
        return new Export(sql.withTimeout(LONG_READ_TIMEOUT), unsubscribeUrl, hash);
    }

    @Singleton
    LeadList leadList(Sql sql, Export.UnsubscribeUrl unsubscribeUrl) {
        return new LeadList(sql.withTimeout(LONG_READ_TIMEOUT), unsubscribeUrl);
    }

    @Singleton
    SubmissionList submissionList(Sql sql) {
        return new SubmissionList(sql.withTimeout(LONG_READ_TIMEOUT));
    }

    @Singleton
    MailableList mailableList(Sql sql, Export.UnsubscribeUrl unsubscribeUrl) {
        return new MailableList(sql.withTimeout(LONG_READ_TIMEOUT), unsubscribeUrl);
    }

    // Figures.

    @Singleton
    Summaries summaries(AppConfig config, Sql sql, InstantSource clock) {
        RollupSource source = config.metrics().useMaterializedView() ? RollupSource.VIEW : RollupSource.TABLES;
        return new Summaries(sql.withTimeout(FIGURES_TIMEOUT), source, clock);
    }

    @Singleton
    Breakdowns breakdowns(Sql sql) {
        return new Breakdowns(sql.withTimeout(FIGURES_TIMEOUT));
    }

    @Singleton
    QueryEngine queryEngine(AppConfig config, Sql sql) {
        return new QueryEngine(sql, config.metrics().queryTimeout());
    }

    @Singleton
    RawSummaries rawSummaries(QueryEngine engine, InstantSource clock) {
        return new RawSummaries(engine, clock);
    }

    @Singleton
    LeadBreakdowns leadBreakdowns(Sql sql, QueryEngine engine) {
        return new LeadBreakdowns(sql, engine);
    }

    @Singleton
    RawBreakdowns rawBreakdowns(QueryEngine engine) {
        return new RawBreakdowns(engine);
    }

    void start(
            @Observes StartupEvent event,
            GroupCommit groupCommit,
            IngestMetrics ingest,
            DatabaseState database,
            RateLimiter limiter,
            MemoryBudget memory,
            BacklogGauges backlog,
            MeterRegistry meters,
            Vertx vertx) {
        gauge(meters, "memory.waiting.bytes", "bytes of the heap that waiting requests hold", memory::held);
        gauge(
                meters,
                "database.ready",
                "1 while the database answers and holds the schema that is needed",
                () -> database.isReady() ? 1 : 0);
        gauge(
                meters,
                "clock.skew.seconds",
                "how far this machine's clock is ahead of the database's",
                () -> database.clockSkew().toMillis() / 1000.0);
        gauge(meters, "limiter.clients", "allowances of clients that are not whole", limiter::size);
        ingest.observe(groupCommit);
        backlog.register(meters);
        ResidentMemory.register(meters);
        vertx.setTimer(JVM_METERS_AFTER.toMillis(), _ -> vertx.executeBlocking(() -> registerJvm(meters)));
        groupCommit.start();
    }

    private static MeterRegistry registerJvm(MeterRegistry meters) {
        new JvmMemoryMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        new FileDescriptorMetrics().bindTo(meters);
        return meters;
    }

    private static void gauge(MeterRegistry meters, String name, String description, Supplier<Number> value) {
        Gauge.builder("altcontext." + name, value).description(description).register(meters);
    }

    /** Before the HTTP server closes: what waits is stored and still answered, new requests get 503. */
    void drain(@Observes ShutdownDelayInitiatedEvent event, GroupCommit groupCommit, DatabaseExecutors executors) {
        finish(groupCommit, executors);
    }

    /**
     * The same for dev mode and tests, which have no such first event. Their next start is in the same process, where gauges would
     * go on showing what has stopped.
     */
    void stop(
            @Observes ShutdownEvent event, GroupCommit groupCommit, DatabaseExecutors executors, MeterRegistry meters) {
        finish(groupCommit, executors);
        meters.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("altcontext."))
                .forEach(meters::remove);
    }

    /** The executors finish while the writer does, so that both together take no longer than the slower of them. */
    private static void finish(GroupCommit groupCommit, DatabaseExecutors executors) {
        executors.stop();
        long end = System.nanoTime() + MAX_FINISH.toNanos();
        groupCommit.close();
        executors.await(end);
    }
}
