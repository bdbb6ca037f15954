package com.altcontext.api;

import com.altcontext.attribution.Countries;
import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.Devices;
import com.altcontext.attribution.ReferrerHost;
import com.altcontext.attribution.TrafficSources;
import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.Origin;
import com.altcontext.visit.Visitor;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges one sent event: fit to be stored, to be let go, or to be refused. */
final class EventIntake {
    private final Properties properties;
    private final TrafficSources trafficSources;
    private final Devices devices;
    private final Countries countries;
    private final KeyedHash hash;
    private final boolean respectPrivacySignals;
    private final InstantSource clock;

    EventIntake(
            Properties properties,
            TrafficSources trafficSources,
            Devices devices,
            Countries countries,
            KeyedHash hash,
            boolean respectPrivacySignals,
            InstantSource clock) {
        this.properties = properties;
        this.trafficSources = trafficSources;
        this.devices = devices;
        this.countries = countries;
        this.hash = hash;
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
        Property site = properties.byHost(client.siteHost());
        if (body == null) {
            return new Judgement.Refuse(site.id(), issues.list());
        }
        if (issues.isEmpty() && isFilled(body.get("honeypot"))) {
            Property property = property(Fields.of(body, new Issues()), site, new Issues());
            return new Judgement.Drop(property.id(), Outcome.DropReason.HONEYPOT);
        }
        Property property = property(Fields.of(body, new Issues()), site, issues);
        Beacon beacon = BeaconReader.read(body, issues);
        if (beacon == null || !issues.isEmpty()) {
            return new Judgement.Refuse(property.id(), issues.list());
        }
        if (respectPrivacySignals && client.privacySignal()) {
            return new Judgement.Drop(property.id(), Outcome.DropReason.PRIVACY_SIGNAL);
        }
        return new Judgement.Store(place(beacon, property, client));
    }

    /** The property of requests that cannot be read any further. */
    Property propertyOf(Client client) {
        return properties.byHost(client.siteHost());
    }

    private Property property(Fields fields, Property site, Issues issues) {
        Fields traffic = fields.object("traffic");
        Fields named = fields.has("propertyId") ? fields : traffic;
        if (!named.has("propertyId")) {
            return site;
        }
        String slug = named.node("propertyId").asText("").strip();
        Property property = properties.bySlug(slug);
        if (property == null) {
            issues.add(named == fields ? "propertyId" : "traffic.propertyId", "is not a known property");
            return site;
        }
        return property;
    }

    private Event place(Beacon beacon, Property property, Client client) {
        byte[] ipHash = hash.of(client.address().getHostAddress());
        byte[] uaHash = client.userAgent() == null ? null : hash.of(client.userAgent());
        Visitor visitor = Visitor.of(property.id(), beacon.anonId(), ipHash, uaHash);
        DeviceType device = devices.classify(beacon.traffic().deviceType(), client.userAgent());
        String country = beacon.traffic().countryCode();
        Origin origin = new Origin(
                beacon.utm(),
                trafficSources.classify(beacon.utm(), beacon.referrer(), ownDomains(property, client.siteHost())),
                ReferrerHost.of(beacon.referrer()),
                device,
                country == null ? countries.of(client.address()) : country);
        return Event.of(beacon, visitor, origin, clock.instant());
    }

    /** A page's own host is never its referrer, also on a property that lists no domains. */
    private static Set<String> ownDomains(Property property, @Nullable String siteHost) {
        if (siteHost == null || property.domains().contains(siteHost)) {
            return property.domains();
        }
        Set<String> domains = new HashSet<>(property.domains());
        domains.add(siteHost);
        return domains;
    }

    private static boolean isFilled(@Nullable JsonNode honeypot) {
        return honeypot != null
                && !honeypot.isNull()
                && !(honeypot.isTextual() && honeypot.textValue().isBlank());
    }
}
