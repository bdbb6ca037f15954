package com.altcontext.api.http;

import com.altcontext.event.Outcome;
import com.altcontext.ingest.Rejections;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the requests that are refused or dropped, or that fail, as metrics since the start of the service. Those that
 * were refused or dropped are also counted in the database, for good. No label contains text from a client.
 */
@Singleton
public final class RequestMetrics {
    private final Rejections rejections;
    private final MeterRegistry meters;
    private final Map<String, Counter> byReason = new ConcurrentHashMap<>();

    RequestMetrics(Rejections rejections, MeterRegistry meters) {
        this.rejections = rejections;
        this.meters = meters;
        // Registered from the start: a counter that appears with its first count has no rate before the second.
        for (Problem problem : Problem.values()) {
            errors(problem);
        }
    }

    /** Counts an event or a form that was dropped without an error. */
    public void dropped(String propertyId, Route route, Outcome.DropReason reason) {
        String name = reason.key();
        rejections.count(propertyId, route.key(), name, 1);
        counter("altcontext.events.dropped", "events that were not stored on purpose", name)
                .increment();
    }

    /** Counts a refused request, or a refused event of a batch. */
    public void refused(String propertyId, Route route, Problem problem) {
        refused(propertyId, route, problem, 1);
    }

    /** @param events that were refused with the request, at least 1 */
    void refused(String propertyId, Route route, Problem problem, int events) {
        if (problem.counted) {
            rejections.count(propertyId, route.key(), problem.code(), events);
        }
        errors(problem).increment(events);
    }

    /** Counts a failure of the service itself. */
    void failed(Problem problem) {
        errors(problem).increment();
    }

    private Counter errors(Problem problem) {
        return counter("altcontext.requests.refused", "requests and events answered with an error", problem.code());
    }

    private Counter counter(String name, String description, String reason) {
        return byReason.computeIfAbsent(
                name + reason,
                key -> Counter.builder(name)
                        .description(description)
                        .tag("reason", reason)
                        .register(meters));
    }
}
