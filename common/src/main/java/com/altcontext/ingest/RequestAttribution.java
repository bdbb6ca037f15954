package com.altcontext.ingest;

import com.altcontext.attribution.Countries;
import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.Devices;
import com.altcontext.attribution.ReferrerHost;
import com.altcontext.attribution.ReferrerSpam;
import com.altcontext.attribution.TrafficSources;
import com.altcontext.client.Client;
import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.Outcome.DropReason;
import com.altcontext.lead.Capture;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadForm;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import com.altcontext.property.Shields;
import com.altcontext.value.ComputedId;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import com.altcontext.value.KeyedHash;
import com.altcontext.value.QueryParameters;
import com.altcontext.visit.AnonId;
import com.altcontext.visit.Origin;
import com.altcontext.visit.Visitor;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which property a request is about, which visitor sent it, and where the visit came from. From this and the
 * request it makes the event or form to be stored.
 */
public final class RequestAttribution {
    private final Properties properties;
    private final TrafficSources trafficSources;
    private final Devices devices;
    private final Countries countries;
    private final KeyedHash hash;

    public RequestAttribution(
            Properties properties,
            TrafficSources trafficSources,
            Devices devices,
            Countries countries,
            KeyedHash hash) {
        this.properties = properties;
        this.trafficSources = trafficSources;
        this.devices = devices;
        this.countries = countries;
        this.hash = hash;
    }

    /** The property of a request that names none: the one whose page sent it. */
    public Property propertyOf(Client client) {
        return properties.byHost(client.siteHost());
    }

    /**
     * The property that the field {@code propertyId} names; without that field, the property of the page.
     *
     * @param field the field that an issue names, if the property is unknown
     */
    public Property property(Fields fields, String field, Client client, Issues issues) {
        Property site = propertyOf(client);
        if (!fields.has("propertyId")) {
            return site;
        }
        Property property = property(fields.plain("propertyId", "").strip());
        if (property == null) {
            issues.add(field, "is not a known property");
            return site;
        }
        return property;
    }

    /** The query's {@code propertyId}; null if it has none. Adds an issue if there is no such property. */
    public @Nullable String slug(QueryParameters query, Issues issues) {
        String slug = query.text("propertyId");
        if (slug != null && property(slug) == null) {
            issues.add("propertyId", "is not a known property");
        }
        return slug;
    }

    /**
     * The property with that slug; null if there is none.
     *
     * @throws Unavailable if the properties have not been read yet, because the database was never available
     */
    public @Nullable Property property(String slug) {
        Property property = properties.bySlug(slug);
        if (property == null && !properties.isRead()) {
            throw new Unavailable(Unavailable.Reason.DATABASE_AWAY);
        }
        return property;
    }

    /** Why the property does not count an event; null if it does. This does not apply to forms. */
    public @Nullable DropReason excluded(Beacon beacon, Property property, Client client) {
        Shields shields = property.shields();
        if (shields.areNone()) {
            return null;
        }
        if (shields.excludes(client.address())) {
            return DropReason.EXCLUDED_NETWORK;
        }
        if (shields.excludes(beacon.path())) {
            return DropReason.EXCLUDED_PATH;
        }
        String host = host(beacon, client);
        boolean isForeign =
                shields.ownHostsOnly() && (host == null || !property.domains().contains(host));
        return isForeign ? DropReason.FOREIGN_HOST : null;
    }

    /** The host of the page. */
    private static @Nullable String host(Beacon beacon, Client client) {
        return beacon.hostname() == null ? client.siteHost() : beacon.hostname();
    }

    /** Makes the event to be stored. */
    public Event event(Beacon beacon, Property property, Client client, Instant receivedAt) {
        return Event.of(beacon, visitor(beacon, property, client), origin(beacon, property, client), receivedAt);
    }

    /** Makes the form to be stored. */
    public Capture capture(LeadForm form, Property property, Client client, Instant receivedAt) {
        AnonId known = form.anonId();
        AnonId anonId = known == null ? computedAnonId(form.email(), client) : known;
        Beacon beacon = form.beacon(anonId, receivedAt, null);
        return new Capture(
                form,
                visitor(beacon, property, client),
                origin(beacon, property, client),
                receivedAt,
                property.confirms(),
                client.language(),
                false);
    }

    /**
     * The {@code anonId} of a form from a page without a script, which sends none. It is the same for the same e-mail
     * address, client address and browser, so that a double click is one submission here too. It can't be computed
     * without the pepper.
     */
    private AnonId computedAnonId(Email email, Client client) {
        return new AnonId("form-"
                + ComputedId.of("form visitor")
                        .with(HexFormat.of().formatHex(addressHash(client)))
                        .with(client.userAgent())
                        .with(email.value())
                        .toUuid());
    }

    private Visitor visitor(Beacon beacon, Property property, Client client) {
        byte[] uaHash = client.userAgent() == null ? null : hash.ofUserAgent(client.userAgent());
        return Visitor.of(property.id(), beacon.anonId(), addressHash(client), uaHash);
    }

    /** The keyed hash of the client's address. */
    public byte[] addressHash(Client client) {
        return hash.of(client.address());
    }

    private Origin origin(Beacon beacon, Property property, Client client) {
        String country = beacon.traffic().countryCode();
        String referrerHost = ReferrerHost.of(beacon.referrer());
        String pageHost = host(beacon, client);
        // Referrer spam sends no forms, but a person may come from a listed site and submit one.
        boolean isSpam = !beacon.isFormSubmit() && ReferrerSpam.isFrom(referrerHost);
        return new Origin(
                beacon.utm(),
                trafficSources.classify(beacon.utm(), beacon.referrer(), ownDomains(property, pageHost)),
                referrerHost,
                isSpam ? DeviceType.BOT : devices.classify(beacon.traffic().deviceType(), client.userAgent()),
                country == null ? countries.of(client.address()) : country,
                pageHost);
    }

    /** A page's own host never counts as its referrer, even if the property lists no domains. */
    private static Set<String> ownDomains(Property property, @Nullable String pageHost) {
        if (pageHost == null || property.domains().contains(pageHost)) {
            return property.domains();
        }
        if (property.domains().isEmpty()) {
            return Set.of(pageHost);
        }
        Set<String> domains = new HashSet<>(property.domains());
        domains.add(pageHost);
        return domains;
    }
}
