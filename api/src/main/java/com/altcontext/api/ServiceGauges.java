package com.altcontext.api;

import com.altcontext.client.RateLimiter;
import com.altcontext.db.DatabaseState;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.MemoryBudget;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import jakarta.inject.Singleton;
import java.util.function.Supplier;

/**
 * The gauges for an operator's alerts: the writer of events, the database, the rate limits, the memory, and the
 * backlog.
 */
@Singleton
final class ServiceGauges {
    private static final String PREFIX = "altcontext.";

    private final MeterRegistry meters;
    private final GroupCommit groupCommit;
    private final DatabaseState database;
    private final RateLimiter limiter;
    private final MemoryBudget memory;
    private final BacklogGauges backlog;

    ServiceGauges(
            MeterRegistry meters,
            GroupCommit groupCommit,
            DatabaseState database,
            RateLimiter limiter,
            MemoryBudget memory,
            BacklogGauges backlog) {
        this.meters = meters;
        this.groupCommit = groupCommit;
        this.database = database;
        this.limiter = limiter;
        this.memory = memory;
        this.backlog = backlog;
    }

    void register() {
        gauge(meters, "ingest.queue.depth", "events that wait for the writer", groupCommit::depth);
        gauge(
                meters,
                "ingest.uncommitted.seconds",
                "for how long events have come in without any being stored",
                () -> groupCommit.uncommittedFor().toMillis() / 1000.0);
        gauge(
                meters,
                "database.ready",
                "1 while the database answers and has the schema that the service needs",
                () -> database.isReady() ? 1 : 0);
        gauge(
                meters,
                "clock.skew.seconds",
                "how far this machine's clock is ahead of the database's",
                () -> database.clockSkew().toMillis() / 1000.0);
        gauge(meters, "limiter.clients", "rate limits of clients that are partly used", limiter::size);
        gauge(meters, "memory.waiting.bytes", "bytes of the heap that waiting requests hold", memory::held);
        gauge(meters, "memory.resident.bytes", "resident memory of the process", ResidentMemory::bytes);
        backlog.register(meters);
    }

    /** The meters of the JVM itself. */
    void registerJvm() {
        new JvmMemoryMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        new FileDescriptorMetrics().bindTo(meters);
    }

    static void gauge(MeterRegistry meters, String name, String description, Supplier<Number> value) {
        Gauge.builder(PREFIX + name, value).description(description).register(meters);
    }

    /** Removes everything that the service has registered. */
    void remove() {
        meters.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith(PREFIX))
                .forEach(meters::remove);
    }
}
