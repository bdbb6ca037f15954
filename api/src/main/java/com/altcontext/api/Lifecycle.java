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

    /** Loading the JVM's meters takes 20 ms, so this is done after the start. */
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

    /** Runs before the HTTP server closes: waiting events are stored and still answered, new requests get 503. */
    void drain(@Observes ShutdownDelayInitiatedEvent event, GroupCommit groupCommit, DatabaseExecutors executors) {
        finish(groupCommit, executors);
    }

    /**
     * Does the same in dev mode and tests, where the event above is not fired. Their next start is in the same process,
     * so the gauges are removed: they would go on showing the stopped objects.
     */
    void stop(
            @Observes ShutdownEvent event, GroupCommit groupCommit, DatabaseExecutors executors, ServiceGauges gauges) {
        finish(groupCommit, executors);
        gauges.remove();
    }

    /**
     * Stops the executors and the writer at the same time, so that both together take no longer than the slower one.
     */
    private static void finish(GroupCommit groupCommit, DatabaseExecutors executors) {
        executors.stop();
        long end = System.nanoTime() + MAX_FINISH.toNanos();
        groupCommit.close();
        executors.await(end);
    }
}
