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

    /** Whether it is a bot's session because its referrer is spam. */
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

    /** The stored time of the first page view; null if none is stored. */
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
    static Session stored(
            UUID id,
            boolean isBot,
            boolean isSpam,
            Utm utm,
            Instant startedAt,
            Instant lastEventAt,
            @Nullable Instant entry) {
        return new Session(id, isBot, isSpam, utm, startedAt, lastEventAt, startedAt, entry);
    }

    static Session begin(UUID id, SessionEvent by, Visitor visitor) {
        Origin origin = by.origin();
        Session session = new Session(id, origin.isBot(), origin.isSpam(), origin.utm(), by.at(), by.at(), null, null);
        session.startMoved = true;
        session.join(by, visitor);
        return session;
    }

    /**
     * Whether the event can belong to this session: a person's event to a person's session, and a bot's to a bot's. In
     * a visit of referrer spam only the first page names the referrer, so later events belong to its session too. A
     * submitted form does not: referrer spam sends no forms.
     */
    boolean accepts(SessionEvent event) {
        return isBot == event.origin().isBot()
                || (isSpam && !event.isFormSubmit() && !event.at().isBefore(startedAt));
    }

    /**
     * Adds an event. The start only moves back, the end only forward, and the first event gives the session its origin.
     */
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

    /** Adds an event that lies outside the session, as if it had happened at a given time inside. */
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

    /**
     * Whether the session is new or starts earlier than stored. Then its visitor may have been first seen at its start.
     */
    boolean isStartMoved() {
        return startMoved;
    }

    /**
     * The origin of the session's first event, if the batch holds that event. Otherwise the origin of another event of
     * the batch; the session's stored origin then stays. Null if the batch has no event of this session.
     */
    @Nullable
    Origin origin() {
        return origin;
    }

    /**
     * Whether {@link VisitRows#continueSessions} can save the changes, which writes only one path. The start must stay.
     * The batch's last page view must be as late as the session's last event. Its first page view must come after the
     * stored first one. If none is stored, the batch must have only one, which is then the first and the last.
     */
    boolean isOnlyContinued() {
        Instant entry = SessionCounters.timeOf(added.entry);
        Instant exit = SessionCounters.timeOf(added.exit);
        return !startMoved
                && !added.mayHoldAddress
                && (exit == null || exit.equals(lastEventAt))
                && (entry == null || (storedEntry == null ? added.pageViews == 1 : storedEntry.isBefore(entry)));
    }

    /** Whether the batch has page views and none is stored. */
    boolean hasFirstPageView() {
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

    /** The visitor as seen in the session's last event; null if that event is not in the batch. */
    @Nullable
    Visitor lastSeenAs() {
        return lastSeenAs;
    }
}
