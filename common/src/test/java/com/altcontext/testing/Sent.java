package com.altcontext.testing;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.Traffic;
import com.altcontext.visit.AnonId;
import com.altcontext.visit.Origin;
import com.altcontext.visit.Visitor;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An event as a test sends it: everything has a plain default, and the test says what it is about. */
public record Sent(
        String property,
        String anonId,
        String type,
        String path,
        @Nullable Instant timestamp,
        Instant receivedAt,
        Utm utm,
        @Nullable UUID eventId,
        @Nullable String props,
        String address) {
    /** A page view of a visitor, received at this time and saying none of its own. */
    public static Sent at(String anonId, Instant receivedAt) {
        return new Sent("default", anonId, "page_view", "/", null, receivedAt, Utm.NONE, null, null, "192.0.2.1");
    }

    public Sent property(String slug) {
        return new Sent(slug, anonId, type, path, timestamp, receivedAt, utm, eventId, props, address);
    }

    public Sent path(String other) {
        return new Sent(property, anonId, type, other, timestamp, receivedAt, utm, eventId, props, address);
    }

    public Sent type(String other) {
        return new Sent(property, anonId, other, path, timestamp, receivedAt, utm, eventId, props, address);
    }

    public Sent saying(Instant time) {
        return new Sent(property, anonId, type, path, time, receivedAt, utm, eventId, props, address);
    }

    public Sent receivedAt(Instant time) {
        return new Sent(property, anonId, type, path, timestamp, time, utm, eventId, props, address);
    }

    public Sent utmSource(String source) {
        Utm other = new Utm(source, null, null, null, null);
        return new Sent(property, anonId, type, path, timestamp, receivedAt, other, eventId, props, address);
    }

    public Sent eventId(UUID id) {
        return new Sent(property, anonId, type, path, timestamp, receivedAt, utm, id, props, address);
    }

    public Sent props(String json) {
        return new Sent(property, anonId, type, path, timestamp, receivedAt, utm, eventId, json, address);
    }

    public Sent from(String other) {
        return new Sent(property, anonId, type, path, timestamp, receivedAt, utm, eventId, props, other);
    }

    public Event event() {
        Beacon beacon = new Beacon(new AnonId(anonId), type, path, timestamp, null, utm, Traffic.NONE, eventId, props);
        byte[] hash = new byte[32];
        byte[] text = address.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        System.arraycopy(text, 0, hash, 0, Math.min(text.length, hash.length));
        Visitor visitor = Visitor.of(property, new AnonId(anonId), hash, null);
        Origin origin = new Origin(utm, TrafficSource.DIRECT, null, DeviceType.DESKTOP, null);
        return Event.of(beacon, visitor, origin, receivedAt);
    }
}
