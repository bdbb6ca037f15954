package com.altcontext.visit;

import com.altcontext.attribution.Utm;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A visitor's session while a batch is written: its start and end move, and its counters grow, as events join it. */
final class Session {
    final UUID id;
    /** Bots' events have sessions of their own. */
    final boolean isBot;

    /** Whether a spammer's referrer makes it a bot's. */
    private final boolean isSpam;

    /** What the batch adds to its counters. */
    final SessionCounters added = new SessionCounters();

    private Utm utm;
    private boolean startMoved;
    private @Nullable Origin origin;

    private Instant startedAt;
    private Instant lastEventAt;
    private @Nullable Visitor lastSeenAs;

    /** The stored start; null for a new session. */
    private final @Nullable Instant storedStart;

    /** The stored time of the entrance; null if there is none, as for a new session. */
    private final @Nullable Instant storedEntry;

    private Session(
            UUID id,
            boolean isBot,
            boolean isSpam,
            Utm utm,
            Instant startedAt,
            Instant lastEventAt,
            @Nullable Instant storedStart,
            @Nullable Instant storedEntry) {
        this.id = id;
        this.isBot = isBot;
        this.isSpam = isSpam;
        this.utm = utm;
        this.startedAt = startedAt;
        this.lastEventAt = lastEventAt;
        this.storedStart = storedStart;
        this.storedEntry = storedEntry;
    }

    /** A stored session. */
    static Session known(
            UUID id,
            boolean isBot,
            boolean isSpam,
            Utm utm,
            Instant startedAt,
            Instant lastEventAt,
            @Nullable Instant entry) {
        return new Session(id, isBot, isSpam, utm, startedAt, lastEventAt, startedAt, entry);
    }

    static Session begun(UUID id, SessionEvent by, Visitor visitor) {
        Origin origin = by.origin();
        Session session = new Session(id, origin.isBot(), origin.isSpam(), origin.utm(), by.at(), by.at(), null, null);
        session.startMoved = true;
        session.join(by, visitor);
        return session;
    }

    /**
     * Whether it is of the same kind, a person's or a bot's. Only the first page of a spammer's visit names the referrer, so what
     * follows it is of that visit too, except a form: spammers of referrers send none.
     */
    boolean admits(SessionEvent event) {
        return isBot == event.origin().isBot()
                || (isSpam && !event.isFormSubmit() && !event.at().isBefore(startedAt));
    }

    /** Adds an event: start and end only move outwards, and the first event gives the session its origin. */
    void join(SessionEvent event, Visitor visitor) {
        Instant at = event.at();
        add(event, at);
        if (at.isBefore(startedAt)) {
            startedAt = at;
            startMoved = true;
            origin = event.origin();
            utm = event.origin().utm();
        }
        if (!at.isBefore(lastEventAt)) {
            lastEventAt = at;
            lastSeenAs = visitor;
        }
    }

    /** Adds an event from outside of the session, as if it had happened at a given time within it. */
    Placement joinAt(Instant inside, SessionEvent event) {
        add(event, inside);
        return new Placement(id, inside, isBot);
    }

    private void add(SessionEvent event, Instant at) {
        added.add(event, at);
        origin = origin == null ? event.origin() : origin;
    }

    boolean isStored() {
        return storedStart != null;
    }

    /** Whether it starts earlier than stored; then its visitor may have been first seen at its start. */
    boolean isStartMoved() {
        return startMoved;
    }

    /**
     * The origin of the first event, if the batch holds that; of another event of the batch, which does not count, if the
     * database knows an earlier one; null if the batch has no event of this session.
     */
    @Nullable
    Origin origin() {
        return origin;
    }

    /**
     * Whether the batch adds to what is stored, and one path says which pages come first and last: its last page view is as
     * late as its last event, and its first one either comes after the stored one or is the same. Else more may change.
     */
    boolean isOnlyContinued() {
        Instant entry = SessionCounters.timeOf(added.entry);
        Instant exit = SessionCounters.timeOf(added.exit);
        return !startMoved
                && !added.mayHoldAddress
                && (exit == null || exit.equals(lastEventAt))
                && (entry == null || (storedEntry == null ? added.pageViews == 1 : storedEntry.isBefore(entry)));
    }

    /** Whether the batch holds its first page view. */
    boolean isFirstViewed() {
        return storedEntry == null && added.entry != null;
    }

    Utm utm() {
        return utm;
    }

    Instant startedAt() {
        return startedAt;
    }

    Instant lastEventAt() {
        return lastEventAt;
    }

    @Nullable
    Instant storedStart() {
        return storedStart;
    }

    /** The visitor as in the latest event, if an event moved the end. */
    @Nullable
    Visitor lastSeenAs() {
        return lastSeenAs;
    }
}
