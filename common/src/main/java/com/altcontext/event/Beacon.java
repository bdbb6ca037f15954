package com.altcontext.event;

import com.altcontext.attribution.Utm;
import com.altcontext.value.ComputedId;
import com.altcontext.value.Weight;
import com.altcontext.visit.AnonId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as its sender reported it: a request's body after validation.
 *
 * @param eventType 1 to 64 characters; {@code page_view}, {@code form_submit} and so on
 * @param timestamp when the event happened, by the sender's clock
 * @param eventId the sender's own idempotency key
 * @param props a JSON object as text
 * @param sentAt the sender's clock when it sent the event
 * @param hostname the host of the page, as the sender says
 */
public record Beacon(
        AnonId anonId,
        String eventType,
        String path,
        @Nullable Instant timestamp,
        @Nullable String referrer,
        Utm utm,
        Traffic traffic,
        @Nullable UUID eventId,
        @Nullable String props,
        @Nullable Instant sentAt,
        @Nullable String hostname) {
    /** A beacon without {@code sentAt} and {@code hostname}. */
    public Beacon(
            AnonId anonId,
            String eventType,
            String path,
            @Nullable Instant timestamp,
            @Nullable String referrer,
            Utm utm,
            Traffic traffic,
            @Nullable UUID eventId,
            @Nullable String props) {
        this(anonId, eventType, path, timestamp, referrer, utm, traffic, eventId, props, null, null);
    }

    /** Bytes of heap for this object, its {@link Traffic}, a time and an id. */
    private static final int OBJECTS = 480;

    /** Equal beacons without a time or an id are one event if they are received in the same window of this many ms. */
    private static final long RECEIPT_WINDOW_MS = 30_000;

    /** Bytes of heap; see {@link Weight}. */
    public int weight() {
        return OBJECTS
                + Weight.of(anonId.value())
                + Weight.of(eventType)
                + Weight.of(path)
                + Weight.of(referrer)
                + utm.weight()
                + Weight.of(props)
                + Weight.of(hostname);
    }

    public boolean isFormSubmit() {
        return eventType.equals("form_submit");
    }

    /** A submitted form is always a conversion. */
    boolean isConversion() {
        return isFormSubmit() || Boolean.TRUE.equals(traffic.isConversion());
    }

    /**
     * The stored id, made from what identifies the event: the sender's id where there is one, else all its content.
     * The same beacon sent twice has the same id.
     */
    UUID identity(String propertyId, UUID visitorId, Instant receivedAt) {
        ComputedId id = ComputedId.of("event").with(propertyId).with(visitorId);
        if (eventId != null) {
            return id.with("own").with(eventId).toUuid();
        }
        id.with(timestamp == null ? "window" : "time")
                .with(
                        timestamp == null
                                ? Math.floorDiv(receivedAt.toEpochMilli(), RECEIPT_WINDOW_MS)
                                : timestamp.toEpochMilli())
                .with(eventType)
                .with(path)
                .with(referrer);
        utm.addTo(id);
        traffic.addTo(id);
        return id.with(props).toUuid();
    }
}
