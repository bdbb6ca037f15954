package com.altcontext.visit;

import com.altcontext.attribution.Utm;
import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.value.ComputedId;
import java.sql.SQLException;
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
    /** A visitor who is stored has a row, also without sessions near; one who is not has no session. */
    private static final String FIND = """
            SELECT sought.visitor_id, known.first_seen_at, s.id, s.started_at, s.last_event_at,
                   s.utm_source, s.utm_medium, s.utm_campaign, s.utm_term, s.utm_content
            FROM unnest(?::uuid[], ?::int8[], ?::int8[], ?::int8[]) AS sought(visitor_id, since, until, max)
            CROSS JOIN LATERAL (
                SELECT first_seen_at FROM visitors
                WHERE visitors.visitor_id = sought.visitor_id
                LIMIT 1) AS known
            LEFT JOIN LATERAL (
                SELECT * FROM sessions
                WHERE sessions.visitor_id = sought.visitor_id
                  AND sessions.started_at <= to_timestamp(sought.until::float8 / 1000)
                ORDER BY sessions.started_at DESC
                LIMIT sought.max) AS s ON s.last_event_at >= to_timestamp(sought.since::float8 / 1000)
            ORDER BY s.started_at, s.id
            """;

    /** The lock keeps others from inserting the same visitors, so no row is in the way. */
    private static final String INSERT_VISITORS = """
            INSERT INTO visitors (visitor_id, property_id, anon_id, first_seen_at)
            SELECT visitor_id, property_id, anon_id, to_timestamp(first_seen::float8 / 1000)
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::int8[]) AS seen(visitor_id, property_id, anon_id, first_seen)
            """;

    /** An event older than all others of its visitor moves the day on which the visitor was first seen. */
    private static final String MOVE_FIRST_SEEN = """
            UPDATE visitors AS v SET first_seen_at = to_timestamp(seen.first_seen::float8 / 1000)
            FROM unnest(?::uuid[], ?::int8[]) AS seen(visitor_id, first_seen)
            WHERE v.visitor_id = seen.visitor_id
            """;

    /** For new visitors, who have no sessions yet. Looking for a row that is in the way costs a fifth of an insertion. */
    private static final String INSERT_SESSIONS = """
            INSERT INTO sessions AS known (
                visitor_id, id, property_id, started_at, last_event_at,
                utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                traffic_source, referrer_host, device, country, ip_hash, ua_hash)
            SELECT visitor_id, id, property_id,
                   to_timestamp(started::float8 / 1000), to_timestamp(last_event::float8 / 1000),
                   utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                   traffic_source, referrer_host, device, country, ip_hash, ua_hash
            FROM unnest(?::uuid[], ?::uuid[], ?::text[], ?::int8[], ?::int8[],
                        ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                        ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[], ?::bytea[])
                AS begun(visitor_id, id, property_id, started, last_event,
                         utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                         traffic_source, referrer_host, device, country, ip_hash, ua_hash)
            """;

    /** The id of a session is taken only if the event that began it was purged and is sent again. */
    private static final String INSERT_OR_WIDEN_SESSIONS = INSERT_SESSIONS + """
            ON CONFLICT (visitor_id, id) DO UPDATE SET
                started_at = least(known.started_at, excluded.started_at),
                last_event_at = greatest(known.last_event_at, excluded.last_event_at)
            """;

    private static final String MOVE_SESSIONS = """
            UPDATE sessions AS s SET
                started_at = to_timestamp(moved.started::float8 / 1000),
                last_event_at = to_timestamp(moved.last_event::float8 / 1000),
                ip_hash = coalesce(moved.ip_hash, s.ip_hash),
                ua_hash = CASE WHEN moved.ip_hash IS NULL THEN s.ua_hash ELSE moved.ua_hash END
            FROM unnest(?::uuid[], ?::uuid[], ?::int8[], ?::int8[], ?::bytea[], ?::bytea[])
                AS moved(visitor_id, id, started, last_event, ip_hash, ua_hash)
            WHERE s.visitor_id = moved.visitor_id AND s.id = moved.id
            """;

    private final SessionRule rule;
    private final Map<UUID, VisitorSessions> byVisitor = new LinkedHashMap<>();
    private Pipeline.@Nullable Pending<StoredVisit> found;

    public Visits(SessionRule rule) {
        this.rule = rule;
    }

    /** Announces that the batch may have an event of this visitor at this time; call it before {@link #lockAndRead}. */
    public void expect(Visitor visitor, Instant at) {
        byVisitor
                .computeIfAbsent(visitor.id(), id -> new VisitorSessions(visitor))
                .times
                .add(at);
    }

    /**
     * Adds the lock of the expected visitors ({@link VisitorLock}), which must come before all other look-ups, and the
     * query for those who are stored and for the sessions that an expected event could join. {@link #place} and
     * {@link #firstSeenAt} may be called once both are sent.
     */
    public void lockAndRead(Pipeline pipeline) {
        VisitorLock.take(pipeline, byVisitor.keySet());
        List<VisitorSessions.TimeRange> all = new ArrayList<>(byVisitor.size());
        byVisitor.values().forEach(sessionsOf -> sessionsOf.addTo(all, rule.inactivity()));
        Columns<VisitorSessions.TimeRange> sought = new Columns<>(all);
        found = pipeline.query(
                FIND,
                StoredVisit::read,
                sought.ids(range -> range.visitorId()),
                sought.numbers(range -> range.since().toEpochMilli()),
                sought.numbers(range -> range.until().toEpochMilli()),
                sought.numbers(range -> range.maxSessions()));
    }

    /** Finds or begins the session of an expected event. */
    public UUID place(Visitor visitor, UUID eventId, Instant at, Origin origin) {
        VisitorSessions sessionsOf = sessionsOf(visitor.id());
        Session chosen = rule.choose(sessionsOf.sessions, at, origin.utm());
        if (chosen != null) {
            chosen.join(at, visitor);
            return chosen.id;
        }
        UUID id = sessionBegunBy(visitor.id(), eventId);
        sessionsOf.sessions.add(Session.begun(id, origin, at, visitor));
        return id;
    }

    /** When an expected visitor was first seen before this batch; null if that was never. */
    public @Nullable Instant firstSeenAt(UUID visitorId) {
        return sessionsOf(visitorId).firstSeenAt();
    }

    /** A session's id: computed from its visitor and the event that began it. It never changes. */
    public static UUID sessionBegunBy(UUID visitorId, UUID eventId) {
        return ComputedId.of("session").with(visitorId).with(eventId).toUuid();
    }

    /** Adds the statements that save new visitors, new sessions, and sessions whose start or end moved. */
    public void save(Pipeline pipeline) {
        saveVisitors(pipeline);
        beginSessions(pipeline);
        moveSessions(pipeline);
    }

    private void saveVisitors(Pipeline pipeline) {
        List<FirstVisit> unknown = new ArrayList<>();
        List<FirstVisit> earlier = new ArrayList<>();
        for (VisitorSessions sessionsOf : byVisitor.values()) {
            Instant start = sessionsOf.movedStart();
            Instant known = sessionsOf.firstSeenAt();
            if (start != null && known == null) {
                unknown.add(new FirstVisit(sessionsOf.visitor, start));
            } else if (start != null && start.isBefore(known)) {
                earlier.add(new FirstVisit(sessionsOf.visitor, start));
            }
        }
        if (!unknown.isEmpty()) {
            Columns<FirstVisit> seen = new Columns<>(unknown);
            pipeline.update(
                    INSERT_VISITORS,
                    seen.ids(s -> s.visitor.id()),
                    seen.texts(s -> s.visitor.propertyId()),
                    seen.texts(s -> s.visitor.anonId().value()),
                    seen.numbers(s -> s.first.toEpochMilli()));
        }
        if (!earlier.isEmpty()) {
            Columns<FirstVisit> seen = new Columns<>(earlier);
            pipeline.update(MOVE_FIRST_SEEN, seen.ids(s -> s.visitor.id()), seen.numbers(s -> s.first.toEpochMilli()));
        }
    }

    private void beginSessions(Pipeline pipeline) {
        List<NewSession> ofNewVisitors = new ArrayList<>();
        List<NewSession> ofKnownVisitors = new ArrayList<>();
        for (VisitorSessions sessionsOf : byVisitor.values()) {
            List<NewSession> rows = sessionsOf.firstSeenAt() == null ? ofNewVisitors : ofKnownVisitors;
            for (Session session : sessionsOf.sessions) {
                if (session.begunBy != null) {
                    rows.add(new NewSession(
                            Objects.requireNonNullElse(session.lastSeenAs(), sessionsOf.visitor),
                            session,
                            session.begunBy));
                }
            }
        }
        beginSessions(pipeline, INSERT_SESSIONS, ofNewVisitors);
        beginSessions(pipeline, INSERT_OR_WIDEN_SESSIONS, ofKnownVisitors);
    }

    private static void beginSessions(Pipeline pipeline, String insert, List<NewSession> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Columns<NewSession> begun = new Columns<>(rows);
        pipeline.update(
                insert,
                begun.ids(b -> b.visitor.id()),
                begun.ids(b -> b.session.id),
                begun.texts(b -> b.visitor.propertyId()),
                begun.numbers(b -> b.session.startedAt().toEpochMilli()),
                begun.numbers(b -> b.session.lastEventAt().toEpochMilli()),
                begun.texts(b -> b.origin.utm().source()),
                begun.texts(b -> b.origin.utm().medium()),
                begun.texts(b -> b.origin.utm().campaign()),
                begun.texts(b -> b.origin.utm().term()),
                begun.texts(b -> b.origin.utm().content()),
                begun.texts(b -> b.origin.source().key()),
                begun.texts(b -> b.origin.referrerHost()),
                begun.texts(b -> b.origin.device().key()),
                begun.texts(b -> b.origin.country()),
                begun.hashes(b -> b.visitor.ipHash()),
                begun.hashes(b -> b.visitor.uaHash()));
    }

    private void moveSessions(Pipeline pipeline) {
        List<MovedSession> rows = new ArrayList<>();
        byVisitor.forEach((visitorId, sessionsOf) -> sessionsOf.sessions.forEach(session -> {
            if (session.begunBy == null && session.isTouched()) {
                rows.add(new MovedSession(visitorId, session, session.lastSeenAs()));
            }
        }));
        if (rows.isEmpty()) {
            return;
        }
        Columns<MovedSession> moved = new Columns<>(rows);
        pipeline.update(
                MOVE_SESSIONS,
                moved.ids(m -> m.visitorId),
                moved.ids(m -> m.session.id),
                moved.numbers(m -> m.session.startedAt().toEpochMilli()),
                moved.numbers(m -> m.session.lastEventAt().toEpochMilli()),
                moved.hashes(m -> m.seenAs == null ? null : m.seenAs.ipHash()),
                moved.hashes(m -> m.seenAs == null ? null : m.seenAs.uaHash()));
    }

    private VisitorSessions sessionsOf(UUID visitorId) {
        addRead();
        return Objects.requireNonNull(byVisitor.get(visitorId), "the visitor was not expected");
    }

    private void addRead() {
        if (found != null) {
            List<StoredVisit> read = found.rows();
            found = null;
            read.forEach(visit -> sessionsOf(visit.visitorId).addRead(visit.firstSeenAt, visit.session));
        }
    }

    private record FirstVisit(Visitor visitor, Instant first) {}

    private record NewSession(Visitor visitor, Session session, Origin origin) {}

    private record MovedSession(
            UUID visitorId, Session session, @Nullable Visitor seenAs) {}

    /** @param session one near an expected event; null if there is none */
    private record StoredVisit(
            UUID visitorId, Instant firstSeenAt, @Nullable Session session) {
        static StoredVisit read(Row row) throws SQLException {
            UUID session = row.idOrNull(3);
            return new StoredVisit(row.id(1), row.time(2), session == null ? null : session(row, session));
        }

        private static Session session(Row row, UUID id) throws SQLException {
            Utm utm = new Utm(
                    row.textOrNull(6), row.textOrNull(7), row.textOrNull(8), row.textOrNull(9), row.textOrNull(10));
            return Session.known(id, utm, row.time(4), row.time(5));
        }
    }
}
