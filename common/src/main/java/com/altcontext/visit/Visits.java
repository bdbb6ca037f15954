package com.altcontext.visit;

import com.altcontext.db.Buckets;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.Pipeline;
import com.altcontext.value.ComputedId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The visits of one batch: the sessions of its visitors, read once, changed in memory as events are placed, and written
 * once. The visitors are locked (see {@link VisitorLock}), so what was read stays true until the transaction ends.
 */
public final class Visits {
    private final SessionRule rule;
    private final Bucket bucket;
    private final VisitRows rows;
    private final Map<UUID, VisitorSessions> byVisitor = new LinkedHashMap<>();
    private Pipeline.@Nullable Pending<Buckets> buckets;
    private Pipeline.@Nullable Pending<StoredVisit> found;

    /** @param bucket the bucket of all visitors of the batch */
    public Visits(SessionRule rule, Bucket bucket) {
        this.rule = rule;
        this.bucket = bucket;
        this.rows = new VisitRows(bucket);
    }

    /** Announces an event of a visitor that the batch may place. Call this before {@link #lockAndRead}. */
    public void expect(Visitor visitor, Instant at, boolean isEngagement) {
        byVisitor
                .computeIfAbsent(visitor.id(), id -> new VisitorSessions(visitor))
                .expect(at, rule.lookBack(isEngagement));
    }

    /**
     * Adds two statements to the pipeline. The first locks the expected visitors ({@link VisitorLock}); it must come
     * before all other look-ups. The second reads the stored visitors among them, and the sessions that an expected
     * event could join. Once the pipeline is sent, {@link #place} and {@link #firstSessionAt} may be called; they throw
     * {@link BucketsChanged} if the database has another number of buckets.
     */
    public void lockAndRead(Pipeline pipeline) {
        lock(pipeline);
        read(pipeline);
    }

    /** Adds the first statement of {@link #lockAndRead}. It must be sent before the second one is. */
    public void lock(Pipeline pipeline) {
        buckets = VisitorLock.take(pipeline, byVisitor.keySet());
    }

    /** Adds the second statement of {@link #lockAndRead}. */
    public void read(Pipeline pipeline) {
        List<VisitorSessions.TimeRange> all = new ArrayList<>(byVisitor.size());
        byVisitor.values().forEach(sessionsOf -> sessionsOf.addTimeRanges(all, rule.inactivity()));
        found = rows.find(pipeline, all);
    }

    /**
     * Finds or begins the session of an expected event that is not stored yet, and counts the event in it.
     *
     * @return null for an engagement if its visitor has no session that it can belong to
     */
    public @Nullable Placement place(Visitor visitor, SessionEvent event) {
        VisitorSessions sessionsOf = sessionsOf(visitor.id());
        Session chosen = rule.choose(sessionsOf.sessions, event);
        if (chosen != null) {
            chosen.join(event, visitor);
            return new Placement(chosen.id, event.at(), chosen.isBot);
        }
        if (event.isEngagement()) {
            return placeOutside(sessionsOf.sessions, event);
        }
        UUID id = sessionId(visitor.id(), event.id(), event.at());
        sessionsOf.sessions.add(Session.begin(id, event, visitor));
        return new Placement(id, event.at(), event.origin().isBot());
    }

    private @Nullable Placement placeOutside(List<Session> sessions, SessionEvent engagement) {
        Session ended = rule.latestEnded(sessions, engagement);
        if (ended != null) {
            return ended.joinAt(ended.lastEventAt(), engagement);
        }
        Session next = rule.nextBegun(sessions, engagement);
        return next == null ? null : next.joinAt(next.startedAt(), engagement);
    }

    /**
     * When the first session of an expected visitor began before this batch, a bot's or a person's; null for a new
     * visitor. No stored event of the visitor is earlier.
     */
    public @Nullable Instant firstSessionAt(UUID visitorId) {
        return sessionsOf(visitorId).firstSessionAt();
    }

    /**
     * A session's id: computed from its visitor, the event that began it, and that event's time. It never changes. The
     * time keeps ids apart if an event without a time of its own is sent again after its row was purged.
     */
    public static UUID sessionId(UUID visitorId, UUID eventId, Instant at) {
        return ComputedId.of("session")
                .with(visitorId)
                .with(eventId)
                .with(at.toEpochMilli())
                .toUuid();
    }

    /** Adds the statements that save new visitors, new sessions, and the changes to stored ones. */
    public void save(Pipeline pipeline) {
        List<VisitRows.FirstVisit> newVisitors = new ArrayList<>();
        List<VisitRows.FirstVisit> seenEarlier = new ArrayList<>();
        List<VisitRows.FirstVisit> maybeOnlyBots = new ArrayList<>();
        List<TouchedSession> ofNewVisitors = new ArrayList<>();
        List<TouchedSession> changed = new ArrayList<>();
        List<TouchedSession> continued = new ArrayList<>();
        for (VisitorSessions sessionsOf : byVisitor.values()) {
            Instant start = sessionsOf.movedStart(false);
            Instant known = sessionsOf.firstSeenAt();
            if (known == null) {
                Instant first = start == null ? sessionsOf.movedStart(true) : start;
                if (first != null) {
                    newVisitors.add(new VisitRows.FirstVisit(sessionsOf.visitor, first, first));
                }
            } else if (start != null) {
                VisitRows.FirstVisit visit = new VisitRows.FirstVisit(sessionsOf.visitor, start, known);
                if (start.isBefore(known)) {
                    seenEarlier.add(visit);
                } else if (!sessionsOf.hasStoredPersonSession()) {
                    maybeOnlyBots.add(visit);
                }
            }
            for (Session session : sessionsOf.sessions) {
                Origin origin = session.origin();
                if (origin != null) {
                    (known == null ? ofNewVisitors : session.isOnlyContinued() ? continued : changed)
                            .add(new TouchedSession(sessionsOf.visitor, session, origin));
                }
            }
        }
        rows.insertVisitors(pipeline, newVisitors);
        rows.moveFirstSeen(pipeline, seenEarlier);
        rows.moveFirstSeenOfBots(pipeline, maybeOnlyBots);
        rows.insertSessions(pipeline, ofNewVisitors);
        rows.saveSessions(pipeline, changed);
        rows.continueSessions(pipeline, continued);
    }

    private VisitorSessions sessionsOf(UUID visitorId) {
        addRead();
        return Objects.requireNonNull(byVisitor.get(visitorId), "the visitor was not expected");
    }

    private void addRead() {
        if (buckets != null && found != null) {
            if (!buckets.row().equals(bucket.of())) {
                throw new BucketsChanged();
            }
            List<StoredVisit> read = found.rows();
            found = null;
            read.forEach(visit -> sessionsOf(visit.visitorId()).addRead(visit));
        }
    }
}
