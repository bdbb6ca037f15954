package com.altcontext.event;

import com.altcontext.attribution.Utm;
import com.altcontext.value.Weight;
import com.altcontext.visit.Origin;
import com.altcontext.visit.Placement;
import com.altcontext.visit.SessionEvent;
import com.altcontext.visit.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A beacon with its visitor, its id, the time at which it happened, and its origin. Times are in whole milliseconds.
 *
 * @param id see {@link Beacon#identity}
 * @param occurredAt the sender's time if that is credible, else the time of receipt
 * @param isDayCertain whether copies of the event can only be stored under the same day. That is so if the sender sent
 *     neither an id nor a time. If false, the first copy may be stored under any day, for example if its time was not
 *     credible when it was received
 * @param mayHoldAddress whether it could contain an e-mail address: one of its texts has an at sign, plain,
 *     percent-encoded, or escaped as in JSON
 */
public record Event(
        UUID id,
        Visitor visitor,
        Beacon beacon,
        Origin origin,
        Instant occurredAt,
        Instant receivedAt,
        boolean isDayCertain,
        boolean mayHoldAddress) {
    /** Bytes of heap for this object, its id and two times. */
    private static final int OBJECTS = 160;

    /** Client clocks are often wrong: a time further ahead than this is replaced by the time of receipt. */
    static final Duration MAX_AHEAD = Duration.ofMinutes(5);

    private static final int MAX_BACK_DAYS = 7;
    /** The tracker keeps unsent beacons this long: a time further back is replaced by the time of receipt. */
    static final Duration MAX_BACK = Duration.ofDays(MAX_BACK_DAYS);
    /** Events of a day can still arrive this many days later. */
    public static final int LATE_DAYS = MAX_BACK_DAYS + 1;

    /** Decides identity and time of a beacon that was received at {@code receivedAt}. */
    public static Event of(Beacon beacon, Visitor visitor, Origin origin, Instant receivedAt) {
        Instant received = receivedAt.truncatedTo(ChronoUnit.MILLIS);
        Instant claimed = claimed(beacon, received);
        boolean credible = claimed != null
                && !claimed.isAfter(received.plus(MAX_AHEAD))
                && !claimed.isBefore(received.minus(MAX_BACK));
        Instant occurred = credible && claimed != null ? claimed.truncatedTo(ChronoUnit.MILLIS) : received;
        UUID id = beacon.identity(visitor.propertyId(), visitor.id(), received);
        boolean isDayCertain = beacon.eventId() == null && beacon.timestamp() == null;
        return new Event(id, visitor, beacon, origin, occurred, received, isDayCertain, mayHoldAddress(beacon, origin));
    }

    /**
     * The sender's time. If the sender also says what its clock showed when it sent the event, a wrong clock is
     * corrected.
     */
    private static @Nullable Instant claimed(Beacon beacon, Instant received) {
        Instant timestamp = beacon.timestamp();
        Instant sentAt = beacon.sentAt();
        return timestamp == null || sentAt == null
                ? timestamp
                : received.minus(Duration.between(timestamp, sentAt).truncatedTo(ChronoUnit.MILLIS));
    }

    /** The part of this event that its session counts. */
    public SessionEvent toSessionEvent() {
        Integer engaged = beacon.traffic().engagedTimeMs();
        return new SessionEvent(
                id,
                occurredAt,
                origin,
                beacon.eventType(),
                beacon.path(),
                beacon.isConversion(),
                engaged == null ? 0 : engaged,
                mayHoldAddress);
    }

    boolean isEngagement() {
        return beacon.eventType().equals(SessionEvent.ENGAGEMENT);
    }

    /** This event as it is stored in its session: at the placement's time, and as a bot's if the session is a bot's. */
    Event placedAt(Placement placement) {
        if (placement.at().equals(occurredAt) && placement.isBot() == origin.isBot()) {
            return this;
        }
        Origin placed = placement.isBot() ? origin.ofBot() : origin;
        return new Event(id, visitor, beacon, placed, placement.at(), receivedAt, isDayCertain, mayHoldAddress);
    }

    private static boolean mayHoldAddress(Beacon beacon, Origin origin) {
        Utm utm = beacon.utm();
        return holdsAtSign(beacon.path())
                || holdsAtSign(beacon.props())
                || holdsAtSign(beacon.referrer())
                || holdsAtSign(origin.referrerHost())
                || holdsAtSign(origin.hostname())
                || holdsAtSign(beacon.eventType())
                || holdsAtSign(utm.source())
                || holdsAtSign(utm.medium())
                || holdsAtSign(utm.campaign())
                || holdsAtSign(utm.term())
                || holdsAtSign(utm.content());
    }

    /** Must agree with the database function {@code holds_at_sign}. */
    private static boolean holdsAtSign(@Nullable String text) {
        if (text == null) {
            return false;
        }
        int percent = text.indexOf('%');
        return text.indexOf('@') >= 0
                || (percent >= 0 && text.indexOf("40", percent + 1) >= 0)
                || text.contains("u0040");
    }

    /** The UTC day under which it is stored. */
    public LocalDate day() {
        return LocalDate.ofInstant(occurredAt, ZoneOffset.UTC);
    }

    /**
     * The first UTC day on which {@link DuplicateSearch} looks for copies at first. An engagement may be stored at the
     * end of a session that ended the day before. If the day is not certain, earlier days are searched separately.
     */
    LocalDate earliestDayOfACopy() {
        return isDayCertain && isEngagement() ? day().minusDays(1) : day();
    }

    /**
     * The latest UTC day under which a copy of it that was received by now can be stored. An engagement may be stored at
     * the start of a session whose first event came from a clock that was ahead.
     */
    LocalDate latestDayOfACopy() {
        return isDayCertain && !isEngagement()
                ? day()
                : LocalDate.ofInstant(receivedAt.plus(MAX_AHEAD), ZoneOffset.UTC);
    }

    /** Bytes of heap; see {@link Weight}. */
    public int weight() {
        return OBJECTS + visitor.weight() + beacon.weight() + origin.weight();
    }
}
