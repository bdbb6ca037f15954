package com.altcontext.api.event;

import com.altcontext.api.http.JsonFields;
import com.altcontext.client.Client;
import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import com.altcontext.property.Property;
import com.altcontext.value.Issues;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Judges one event that was sent. Its steps: find the property, drop what a robot filled in, read the fields, respect the
 * browser's privacy signal, and say whose event it is and where the visit came from.
 */
public final class EventJudge {
    private final RequestAttribution attribution;
    private final boolean respectPrivacySignals;
    private final InstantSource clock;

    public EventJudge(RequestAttribution attribution, boolean respectPrivacySignals, InstantSource clock) {
        this.attribution = attribution;
        this.respectPrivacySignals = respectPrivacySignals;
        this.clock = clock;
    }

    /** What happens with an event. */
    sealed interface Judgement {
        record Store(Event event) implements Judgement {}

        record Drop(Property property, Outcome.DropReason reason) implements Judgement {}

        /** The issues say why. */
        record Refuse(Property property) implements Judgement {}
    }

    /**
     * Judges one event.
     *
     * @param json null if it could not be read, which is then an issue
     * @param issues what was wrong with the JSON; gets what is wrong with the fields
     */
    Judgement judge(@Nullable JsonNode json, Client client, Issues issues) {
        if (json == null) {
            return new Judgement.Refuse(attribution.propertyOf(client));
        }
        if (issues.isEmpty() && JsonFields.of(json, new Issues()).isFilled("honeypot")) {
            return new Judgement.Drop(property(json, client, new Issues()), Outcome.DropReason.HONEYPOT);
        }
        Property property = property(json, client, issues);
        Beacon beacon = EventReader.read(json, issues);
        if (beacon == null || !issues.isEmpty()) {
            return new Judgement.Refuse(property);
        }
        if (respectPrivacySignals && client.privacySignal()) {
            return new Judgement.Drop(property, Outcome.DropReason.PRIVACY_SIGNAL);
        }
        return new Judgement.Store(Event.of(
                beacon,
                attribution.visitor(beacon, property, client),
                attribution.origin(beacon, property, client),
                clock.instant()));
    }

    private Property property(JsonNode json, Client client, Issues issues) {
        JsonFields fields = JsonFields.of(json, new Issues());
        return fields.has("propertyId")
                ? attribution.property(fields, "propertyId", client, issues)
                : attribution.property(fields.object("traffic"), "traffic.propertyId", client, issues);
    }
}
