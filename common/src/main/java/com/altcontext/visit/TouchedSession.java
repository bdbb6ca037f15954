package com.altcontext.visit;

import com.altcontext.db.Columns;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A session that events of the batch belong to. */
record TouchedSession(Visitor visitor, Session session, Origin origin) {
    SessionCounters added() {
        return session.added;
    }

    /** Whether the session is stored with a later start. */
    boolean isStartMoved() {
        return session.storedStart() != null && session.isStartMoved();
    }

    /** Like {@link #numbers}, but the first is the stored start, and the third is the new start. */
    long[] startNumbers() {
        long[] numbers = numbers();
        numbers[0] = Columns.micros(Objects.requireNonNull(session.storedStart(), "a session that is stored"));
        numbers[2] = session.startedAt().toEpochMilli();
        return numbers;
    }

    long[] numbers() {
        SessionCounters added = session.added;
        return new long[] {
            Columns.micros(session.startedAt()),
            Columns.micros(session.lastEventAt()),
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

    long[] continuedNumbers() {
        SessionCounters added = session.added;
        return new long[] {
            Columns.micros(session.startedAt()),
            Columns.micros(session.lastEventAt()),
            session.hasFirstPageView() ? millis(SessionCounters.timeOf(added.entry)) : 0,
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

    /** The statements read 0 as null. */
    private static long millis(@Nullable Instant time) {
        return time == null ? 0 : time.toEpochMilli();
    }
}
