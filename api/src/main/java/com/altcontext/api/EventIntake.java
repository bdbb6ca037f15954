package com.altcontext.api;

import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import com.altcontext.property.Property;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges one sent event: fit to be stored, to be let go, or to be refused. */
final class EventIntake {
    private final Arrivals arrivals;
    private final boolean respectPrivacySignals;
    private final InstantSource clock;

    EventIntake(Arrivals arrivals, boolean respectPrivacySignals, InstantSource clock) {
        this.arrivals = arrivals;
        this.respectPrivacySignals = respectPrivacySignals;
        this.clock = clock;
    }

    /** What is to be done with a sent event. */
    sealed interface Judgement {
        record Store(Event event) implements Judgement {}

        record Drop(String propertyId, Outcome.DropReason reason) implements Judgement {}

        record Refuse(String propertyId, List<Issue> issues) implements Judgement {}
    }

    /**
     * Judges one event.
     *
     * @param body null if reading it found nothing but issues
     * @param issues what reading the body found already
     */
    Judgement judge(@Nullable JsonNode body, Client client, Issues issues) {
        if (body == null) {
            return new Judgement.Refuse(arrivals.propertyOf(client).id(), issues.list());
        }
        if (issues.isEmpty() && Fields.of(body, new Issues()).isFilled("honeypot")) {
            Property property = property(body, client, new Issues());
            return new Judgement.Drop(property.id(), Outcome.DropReason.HONEYPOT);
        }
        Property property = property(body, client, issues);
        Beacon beacon = BeaconReader.read(body, issues);
        if (beacon == null || !issues.isEmpty()) {
            return new Judgement.Refuse(property.id(), issues.list());
        }
        if (respectPrivacySignals && client.privacySignal()) {
            return new Judgement.Drop(property.id(), Outcome.DropReason.PRIVACY_SIGNAL);
        }
        return new Judgement.Store(Event.of(
                beacon,
                arrivals.visitor(beacon, property, client),
                arrivals.origin(beacon, property, client),
                clock.instant()));
    }

    /** The property of requests that cannot be read any further. */
    Property propertyOf(Client client) {
        return arrivals.propertyOf(client);
    }

    private Property property(JsonNode body, Client client, Issues issues) {
        Fields fields = Fields.of(body, new Issues());
        return fields.has("propertyId")
                ? arrivals.property(fields, "propertyId", client, issues)
                : arrivals.property(fields.object("traffic"), "traffic.propertyId", client, issues);
    }
}
