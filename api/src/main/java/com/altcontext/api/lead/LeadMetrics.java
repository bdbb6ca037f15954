package com.altcontext.api.lead;

import com.altcontext.lead.Captured;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/** Counts captured forms, as metrics of the service. */
@Singleton
public final class LeadMetrics {
    private final Counter stored;
    private final Counter repeated;

    LeadMetrics(MeterRegistry meters) {
        this.stored = captures("stored", meters);
        this.repeated = captures("repeated", meters);
    }

    private static Counter captures(String outcome, MeterRegistry meters) {
        return Counter.builder("altcontext.leads.captured")
                .description("forms with an address, stored or repeated (a double click)")
                .tag("outcome", outcome)
                .register(meters);
    }

    public void captured(Captured lead) {
        (lead.repeated() ? repeated : stored).increment();
    }
}
