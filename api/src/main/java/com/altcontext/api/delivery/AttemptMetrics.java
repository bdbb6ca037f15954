package com.altcontext.api.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts the attempts to send messages, as a metric of the service. Both outcomes are there from the start: {@code
 * rate()} of a series that first appears with a failure is zero.
 */
public final class AttemptMetrics {
    private final Counter delivered;
    private final Counter failed;

    public AttemptMetrics(MeterRegistry meters, String name, String description) {
        this.delivered = attempts(meters, name, description, "delivered");
        this.failed = attempts(meters, name, description, "failed");
    }

    private static Counter attempts(MeterRegistry meters, String name, String description, String outcome) {
        return Counter.builder(name)
                .description(description)
                .tag("outcome", outcome)
                .register(meters);
    }

    public void attempted(boolean accepted) {
        (accepted ? delivered : failed).increment();
    }
}
