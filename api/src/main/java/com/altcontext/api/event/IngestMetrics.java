package com.altcontext.api.event;

import com.altcontext.attribution.DeviceType;
import com.altcontext.event.Outcome;
import com.altcontext.ingest.CommittedBatch;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;

/** The service's metrics of events: what became of them, and whether the writer keeps up. */
@Singleton
public final class IngestMetrics {
    private final MeterRegistry meters;
    private final Counter stored;
    private final Counter bots;
    private final Counter duplicates;
    private final Counter unstorable;
    private final DistributionSummary batchSize;
    private final Timer commitTime;

    IngestMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.stored = accepted("stored");
        this.bots = accepted("bot");
        this.duplicates = Counter.builder("altcontext.events.duplicate")
                .description("events that had been stored before")
                .register(meters);
        this.unstorable = Counter.builder("altcontext.events.unstorable")
                .description("events that passed validation but that the database refused: a defect")
                .register(meters);
        this.batchSize = DistributionSummary.builder("altcontext.ingest.batch.size")
                .description("events in one transaction of the writer")
                .serviceLevelObjectives(1, 8, 32, 128, 512)
                .register(meters);
        this.commitTime = Timer.builder("altcontext.ingest.commit.time")
                .description("time from taking a batch to its commit")
                .serviceLevelObjectives(
                        Duration.ofMillis(2),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(50),
                        Duration.ofMillis(500))
                .register(meters);
    }

    private Counter accepted(String outcome) {
        return Counter.builder("altcontext.events.accepted")
                .description("events that were stored, with bots counted separately")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** Counts what the writer decided about an event. */
    void decided(Outcome outcome) {
        switch (outcome) {
            case Outcome.Stored now -> (now.device() == DeviceType.BOT ? bots : stored).increment();
            case Outcome.Duplicate before -> duplicates.increment();
            case Outcome.Unstorable refused -> unstorable.increment();
            case Outcome.Dropped elsewhere -> {}
        }
    }

    public void committed(CommittedBatch batch) {
        batchSize.record(batch.events());
        commitTime.record(batch.took());
    }
}
