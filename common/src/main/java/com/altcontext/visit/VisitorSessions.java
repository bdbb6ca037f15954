package com.altcontext.visit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The sessions of one visitor in this batch, stored and new. */
final class VisitorSessions {
    /**
     * A visitor with more sessions around a time is hostile; the earliest of them are ignored. All sessions of a batch
     * are in memory at once, each with up to 2.5 KB of campaign, so there must not be many more than its events.
     */
    private static final int MAX_SESSIONS_AROUND = 8;

    final Visitor visitor;
    final List<Session> sessions = new ArrayList<>(2);
    private final List<Expected> expected = new ArrayList<>(1);

    private @Nullable Instant firstSeenAt;

    VisitorSessions(Visitor visitor) {
        this.visitor = visitor;
    }

    /** The stored time at which the visitor was first seen; null for a new visitor. */
    @Nullable
    Instant firstSeenAt() {
        return firstSeenAt;
    }

    /** An event that may come, and how long before it a session that it belongs to can have ended. */
    private record Expected(Instant at, Duration lookBack) {
        Instant since() {
            return at.minus(lookBack);
        }
    }

    void expect(Instant at, Duration lookBack) {
        expected.add(new Expected(at, lookBack));
    }

    /**
     * Adds what was read of a stored visitor, and a session of theirs if there is one. One that lies around two times is
     * read twice, one after the other.
     */
    void addRead(Instant firstSeen, @Nullable Session read) {
        firstSeenAt = firstSeen;
        if (read != null && (sessions.isEmpty() || !sessions.getLast().id.equals(read.id))) {
            sessions.add(read);
        }
    }

    /**
     * Adds the ranges of time in which an event of this visitor could join a session: one for events that could join the same.
     * An engagement's may reach over those of earlier events, each of which has its own, since a range is read from its end.
     */
    void addTo(List<TimeRange> all, Duration inactivity) {
        expected.sort(Comparator.comparing(Expected::at));
        Instant since = expected.getFirst().since();
        Instant until = since;
        int max = 0;
        for (Expected event : expected) {
            if (max > 0 && event.at.minus(inactivity).isAfter(until)) {
                all.add(new TimeRange(visitor.id(), since, until, max));
                since = event.since();
                max = 0;
            }
            since = event.since().isBefore(since) ? event.since() : since;
            until = event.at.plus(inactivity);
            max += max == 0 ? MAX_SESSIONS_AROUND : 1;
        }
        all.add(new TimeRange(visitor.id(), since, until, max));
    }

    /** The earliest start, of those of people or of bots, that the database does not know yet; null if there is none. */
    @Nullable
    Instant movedStart(boolean ofBots) {
        Instant earliest = null;
        for (Session session : sessions) {
            if (session.isBot == ofBots
                    && session.isStartMoved()
                    && (earliest == null || session.startedAt().isBefore(earliest))) {
                earliest = session.startedAt();
            }
        }
        return earliest;
    }

    /** Whether a stored session that was read is that of a person. */
    boolean isKnownPerson() {
        return sessions.stream().anyMatch(session -> !session.isBot && session.isStored());
    }

    /** Where sessions of a visitor are looked for. */
    record TimeRange(UUID visitorId, Instant since, Instant until, int maxSessions) {}
}
