package com.altcontext.visit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The sessions of one visitor while a batch is written, stored and new ones. */
final class VisitorSessions {
    /**
     * Only a hostile client has more sessions than this near one time; the earliest of them are ignored. All sessions
     * of a batch are in memory at once, each with up to 2.5 KB of UTM values, so there must not be many more sessions
     * than events.
     */
    private static final int MAX_SESSIONS_AROUND = 8;

    final Visitor visitor;
    final List<Session> sessions = new ArrayList<>(2);
    private final List<Expected> expected = new ArrayList<>(1);

    private @Nullable Instant firstSeenAt;
    private @Nullable Instant firstSessionAt;

    VisitorSessions(Visitor visitor) {
        this.visitor = visitor;
    }

    /** The stored time at which the visitor was first seen; null for a new visitor. */
    @Nullable
    Instant firstSeenAt() {
        return firstSeenAt;
    }

    /** When the visitor's first stored session began, a bot's or a person's; null for a new visitor. */
    @Nullable
    Instant firstSessionAt() {
        return firstSessionAt;
    }

    /** An event that the batch may place. A session that it joins can have ended up to {@code lookBack} before it. */
    private record Expected(Instant at, Duration lookBack) {
        Instant since() {
            return at.minus(lookBack);
        }
    }

    void expect(Instant at, Duration lookBack) {
        expected.add(new Expected(at, lookBack));
    }

    /**
     * Adds a row that was read about this visitor. A session in two ranges of time is read twice, in two successive
     * rows.
     */
    void addRead(StoredVisit visit) {
        firstSeenAt = visit.firstSeenAt();
        firstSessionAt = visit.firstSessionAt();
        Session read = visit.session();
        if (read != null && (sessions.isEmpty() || !sessions.getLast().id.equals(read.id))) {
            sessions.add(read);
        }
    }

    /**
     * Adds the ranges of time in which the expected events could join a session. Events that could join the same
     * session share a range. An engagement's range may overlap those of earlier events. These keep their own ranges,
     * because only the latest sessions of a range are read.
     */
    void addTimeRanges(List<TimeRange> all, Duration inactivity) {
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

    /** The earliest start that is not stored yet, of the bots' sessions or of the people's; null if there is none. */
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

    /** Whether one of the stored sessions that were read is a person's. */
    boolean hasStoredPersonSession() {
        return sessions.stream().anyMatch(session -> !session.isBot && session.isStored());
    }

    /** A range of time in which sessions of a visitor are looked up. */
    record TimeRange(UUID visitorId, Instant since, Instant until, int maxSessions) {}
}
