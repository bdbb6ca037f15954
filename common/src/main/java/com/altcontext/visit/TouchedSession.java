package com.altcontext.visit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A session that is new, or in which events of the batch happened. */
record TouchedSession(Visitor visitor, Session session, Origin origin) {
    SessionCounters added() {
        return session.added;
    }

    long[] numbers() {
        SessionCounters added = session.added;
        return new long[] {
            session.startedAt().toEpochMilli(),
            session.lastEventAt().toEpochMilli(),
            millis(SessionCounters.timeOf(added.entry)),
            millis(SessionCounters.timeOf(added.exit)),
            millis(added.firstFormStart),
            millis(added.lastFormSubmit),
            added.events,
            added.pageViews,
            added.conversions,
            added.engagements,
            added.engagedMs,
            added.mayHoldAddress ? 1 : 0
        };
    }

    long[] addedNumbers() {
        SessionCounters added = session.added;
        return new long[] {
            session.lastEventAt().toEpochMilli(),
            session.isFirstViewed() ? millis(SessionCounters.timeOf(added.entry)) : 0,
            millis(added.firstFormStart),
            millis(added.lastFormSubmit),
            added.events,
            added.pageViews,
            added.conversions,
            added.engagements,
            added.engagedMs
        };
    }

    byte @Nullable [] ipHash() {
        Visitor seenAs = session.lastSeenAs();
        return seenAs == null ? null : seenAs.ipHash();
    }

    byte @Nullable [] uaHash() {
        Visitor seenAs = session.lastSeenAs();
        return seenAs == null ? null : seenAs.uaHash();
    }

    /** The statements take 0 for none. */
    private static long millis(@Nullable Instant time) {
        return time == null ? 0 : time.toEpochMilli();
    }
}
