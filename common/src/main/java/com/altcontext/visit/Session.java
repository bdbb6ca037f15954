package com.altcontext.visit;

import com.altcontext.attribution.Utm;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A visitor's session while a batch is written: its start and end move as events join it. */
final class Session {
    final UUID id;
    final Utm utm;
    /** The origin of a new session; null if the session is stored already. */
    final @Nullable Origin begunBy;

    private Instant startedAt;
    private Instant lastEventAt;
    private @Nullable Visitor lastSeenAs;
    private boolean touched;
    private boolean startMoved;

    private Session(UUID id, Utm utm, @Nullable Origin begunBy, Instant startedAt, Instant lastEventAt) {
        this.id = id;
        this.utm = utm;
        this.begunBy = begunBy;
        this.startedAt = startedAt;
        this.lastEventAt = lastEventAt;
    }

    static Session known(UUID id, Utm utm, Instant startedAt, Instant lastEventAt) {
        return new Session(id, utm, null, startedAt, lastEventAt);
    }

    static Session begun(UUID id, Origin origin, Instant at, Visitor visitor) {
        Session session = new Session(id, origin.utm(), origin, at, at);
        session.lastSeenAs = visitor;
        session.touched = true;
        session.startMoved = true;
        return session;
    }

    /** Adds an event: start and end only move outwards. */
    void join(Instant at, Visitor visitor) {
        touched = true;
        if (at.isBefore(startedAt)) {
            startedAt = at;
            startMoved = true;
        }
        if (!at.isBefore(lastEventAt)) {
            lastEventAt = at;
            lastSeenAs = visitor;
        }
    }

    boolean isTouched() {
        return touched;
    }

    /** Whether it starts earlier than the database knows; then its visitor may have been first seen at its start. */
    boolean isStartMoved() {
        return startMoved;
    }

    Instant startedAt() {
        return startedAt;
    }

    Instant lastEventAt() {
        return lastEventAt;
    }

    /** The visitor as the latest event shows it, if an event moved the end. */
    @Nullable
    Visitor lastSeenAs() {
        return lastSeenAs;
    }
}
