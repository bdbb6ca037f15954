package com.altcontext.api;

import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.GroupCommit;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Starts the writer of events, and lets requests in progress finish when the service stops. */
@Singleton
class Lifecycle {
    private static final Duration MAX_FINISH = Duration.ofSeconds(1);

    /** The meters of the JVM take 20 ms to load, for which a start need not wait. */
    private static final Duration JVM_METERS_AFTER = Duration.ofSeconds(5);

    void start(@Observes StartupEvent event, GroupCommit groupCommit, ServiceGauges gauges, Vertx vertx) {
        gauges.register();
        vertx.setTimer(
                JVM_METERS_AFTER.toMillis(),
                _ -> vertx.executeBlocking(() -> {
                    gauges.registerJvm();
                    return null;
                }));
        groupCommit.start();
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
            @Observes ShutdownEvent event, GroupCommit groupCommit, DatabaseExecutors executors, ServiceGauges gauges) {
        finish(groupCommit, executors);
        gauges.remove();
    }

    /** The executors finish while the writer does, so that both together take no longer than the slower of them. */
    private static void finish(GroupCommit groupCommit, DatabaseExecutors executors) {
        executors.stop();
        long end = System.nanoTime() + MAX_FINISH.toNanos();
        groupCommit.close();
        executors.await(end);
    }
}
