package com.altcontext.api;

import com.altcontext.api.event.IngestMetrics;
import com.altcontext.api.metrics.BacklogGauges;
import com.altcontext.client.RateLimiter;
import com.altcontext.db.DatabaseState;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.MemoryBudget;
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
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Supplier;

/** Starts the writer of events, and lets requests in progress finish when the service stops. */
@Singleton
class Lifecycle {
    private static final Duration MAX_FINISH = Duration.ofSeconds(1);

    /** The meters of the JVM take 20 ms to load, for which a start need not wait. */
    private static final Duration JVM_METERS_AFTER = Duration.ofSeconds(5);

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
                "1 while the database answers and has the schema that is needed",
                () -> database.isReady() ? 1 : 0);
        gauge(
                meters,
                "clock.skew.seconds",
                "how far this machine's clock is ahead of the database's",
                () -> database.clockSkew().toMillis() / 1000.0);
        gauge(meters, "limiter.clients", "allowances of clients that are not full", limiter::size);
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

    static void gauge(MeterRegistry meters, String name, String description, Supplier<Number> value) {
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
