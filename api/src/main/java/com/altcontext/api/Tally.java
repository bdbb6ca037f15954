package com.altcontext.api;

import com.altcontext.attribution.DeviceType;
import com.altcontext.event.Outcome;
import com.altcontext.ingest.CommittedBatch;
import com.altcontext.ingest.Rejections;
import com.altcontext.lead.Captured;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts what becomes of requests and events: in the service's metrics, since its start, and what was refused or
 * dropped also in the database, for good. No label holds anything that a client can choose.
 */
final class Tally {
    private final Rejections rejections;
    private final MeterRegistry meters;
    private final Counter stored;
    private final Counter bots;
    private final Counter duplicates;
    private final Counter unstorable;
    private final Counter captured;
    private final Counter repeated;
    private final DistributionSummary batchSize;
    private final Timer commitTime;
    private final Map<String, Counter> byReason = new ConcurrentHashMap<>();

    Tally(Rejections rejections, MeterRegistry meters) {
        this.rejections = rejections;
        this.meters = meters;
        this.stored = accepted("stored");
        this.bots = accepted("bot");
        this.duplicates = Counter.builder("altcontext.events.duplicate")
                .description("events that were stored before")
                .register(meters);
        this.unstorable = Counter.builder("altcontext.events.unstorable")
                .description("events that the database refused and validation did not: a defect")
                .register(meters);
        this.captured = captures("stored");
        this.repeated = captures("repeated");
        this.batchSize = DistributionSummary.builder("altcontext.ingest.batch.size")
                .description("events in one transaction of the writer")
                .serviceLevelObjectives(1, 8, 32, 128, 512)
                .register(meters);
        this.commitTime = Timer.builder("altcontext.ingest.commit.time")
                .description("from taking a batch to its commit")
                .serviceLevelObjectives(
                        Duration.ofMillis(2),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(50),
                        Duration.ofMillis(500))
                .register(meters);
        // From the start: what appears with its first count has no rate before the second.
        for (Problem problem : Problem.values()) {
            refusals(problem);
        }
    }

    private Counter accepted(String outcome) {
        return Counter.builder("altcontext.events.accepted")
                .description("events that are stored, bots told apart")
                .tag("outcome", outcome)
                .register(meters);
    }

    private Counter captures(String outcome) {
        return Counter.builder("altcontext.leads.captured")
                .description("forms with an address, second clicks told apart")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** Counts what the writer decided. */
    void decided(Outcome outcome) {
        switch (outcome) {
            case Outcome.Stored now -> (now.device() == DeviceType.BOT ? bots : stored).increment();
            case Outcome.Duplicate before -> duplicates.increment();
            case Outcome.Unstorable refused -> unstorable.increment();
            case Outcome.Dropped elsewhere -> {}
        }
    }

    void dropped(String propertyId, Endpoint endpoint, Outcome.DropReason reason) {
        String name = reason.word();
        rejections.count(propertyId, endpoint.key(), name);
        counter("altcontext.events.dropped", "events let go without a word", name)
                .increment();
    }

    /** Counts a refused request, or a refused event of a batch; faults of the service itself are not the caller's. */
    void refused(String propertyId, Endpoint endpoint, Problem problem) {
        if (problem.counted) {
            rejections.count(propertyId, endpoint.key(), problem.code());
        }
        refusals(problem).increment();
    }

    /** Counts what the service itself could not do. */
    void failed(Problem problem) {
        refusals(problem).increment();
    }

    private Counter refusals(Problem problem) {
        return counter("altcontext.requests.refused", "requests and events answered with an error", problem.code());
    }

    void captured(Captured lead) {
        (lead.repeated() ? repeated : captured).increment();
    }

    void committed(CommittedBatch batch) {
        batchSize.record(batch.events());
        commitTime.record(batch.took());
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
