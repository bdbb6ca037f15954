package com.altcontext.visit;

import com.altcontext.attribution.Utm;
import com.altcontext.db.Columns;
import com.altcontext.db.Row;
import com.altcontext.db.Tx;
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
    /** A visitor with more sessions than this near one moment is hostile; its earliest ones there are not looked at. */
    private static final int MOST_SESSIONS_NEAR = 64;

    private static final String NEAR = """
            SELECT s.visitor_id, s.id, s.started_at, s.last_event_at,
                   s.utm_source, s.utm_medium, s.utm_campaign, s.utm_term, s.utm_content
            FROM unnest(?::uuid[], ?::int8[], ?::int8[]) AS sought(visitor_id, since, until)
            CROSS JOIN LATERAL (
                SELECT * FROM sessions
                WHERE sessions.visitor_id = sought.visitor_id
                  AND sessions.started_at <= to_timestamp(sought.until::float8 / 1000)
                ORDER BY sessions.started_at DESC
                LIMIT %d) AS s
            WHERE s.last_event_at >= to_timestamp(sought.since::float8 / 1000)
            ORDER BY s.started_at, s.id
            """.formatted(MOST_SESSIONS_NEAR);

    /** An event older than all others of its visitor moves the day on which the visitor was first seen. */
    private static final String SAVE_VISITORS = """
            INSERT INTO visitors AS known (visitor_id, property_id, anon_id, first_seen_at)
            SELECT visitor_id, property_id, anon_id, to_timestamp(first_seen::float8 / 1000)
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::int8[]) AS seen(visitor_id, property_id, anon_id, first_seen)
            ON CONFLICT (visitor_id) DO UPDATE SET first_seen_at = excluded.first_seen_at
            WHERE excluded.first_seen_at < known.first_seen_at
            """;

    /** The id of a session is taken already only if the event that began it was purged and is sent once more. */
    private static final String BEGIN_SESSIONS = """
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
    private final Map<UUID, Stay> stays = new LinkedHashMap<>();

    /** What is known of one visitor in this batch. */
    private static final class Stay {
        final Visitor visitor;
        final List<Session> sessions = new ArrayList<>(2);
        Instant earliest;
        Instant latest;

        Stay(Visitor visitor, Instant at) {
            this.visitor = visitor;
            this.earliest = at;
            this.latest = at;
        }
    }

    public Visits(SessionRule rule) {
        this.rule = rule;
    }

    /** Says that the batch has an event of this visitor at this time; all are said before {@link #read}. */
    public void expect(Visitor visitor, Instant at) {
        Stay stay = stays.computeIfAbsent(visitor.id(), id -> new Stay(visitor, at));
        stay.earliest = at.isBefore(stay.earliest) ? at : stay.earliest;
        stay.latest = at.isAfter(stay.latest) ? at : stay.latest;
    }

    /** Reads the sessions that an expected event could join. */
    public void read(Tx tx) {
        if (stays.isEmpty()) {
            return;
        }
        long inactivity = rule.inactivity().toMillis();
        Columns<Stay> expected = new Columns<>(List.copyOf(stays.values()));
        List<Known> near = tx.query(
                NEAR,
                Known::read,
                expected.ids(stay -> stay.visitor.id()),
                expected.numbers(stay -> stay.earliest.toEpochMilli() - inactivity),
                expected.numbers(stay -> stay.latest.toEpochMilli() + inactivity));
        near.forEach(known -> stay(known.visitorId).sessions.add(known.session));
    }

    /** Finds or begins the session of an expected event. */
    public UUID place(Visitor visitor, UUID eventId, Instant at, Origin origin) {
        List<Session> sessions = stay(visitor.id()).sessions;
        Session chosen = rule.choose(sessions, at, origin.utm());
        if (chosen != null) {
            chosen.join(at, visitor);
            return chosen.id;
        }
        UUID id = sessionBegunBy(visitor.id(), eventId);
        sessions.add(Session.begun(id, origin, at, visitor));
        return id;
    }

    /** A session's id: computed from its visitor and the event that began it. It never changes. */
    public static UUID sessionBegunBy(UUID visitorId, UUID eventId) {
        return ComputedId.of("session").with(visitorId).with(eventId).toUuid();
    }

    /** Writes the visitors that may be new, the sessions that are, and the ends that moved. */
    public void save(Tx tx) {
        saveVisitors(tx);
        beginSessions(tx);
        moveSessions(tx);
    }

    private void saveVisitors(Tx tx) {
        Columns<Stay> seen = new Columns<>(stays.values().stream()
                .filter(stay -> stay.sessions.stream().anyMatch(Session::isStartMoved))
                .toList());
        if (seen.rows().isEmpty()) {
            return;
        }
        tx.update(
                SAVE_VISITORS,
                seen.ids(stay -> stay.visitor.id()),
                seen.texts(stay -> stay.visitor.propertyId()),
                seen.texts(stay -> stay.visitor.anonId().value()),
                seen.numbers(stay -> stay.earliest.toEpochMilli()));
    }

    private void beginSessions(Tx tx) {
        List<Begun> rows = new ArrayList<>();
        stays.values()
                .forEach(stay -> stay.sessions.forEach(session -> {
                    if (session.begunBy != null) {
                        rows.add(new Begun(
                                Objects.requireNonNullElse(session.lastSeenAs(), stay.visitor),
                                session,
                                session.begunBy));
                    }
                }));
        if (rows.isEmpty()) {
            return;
        }
        Columns<Begun> begun = new Columns<>(rows);
        tx.update(
                BEGIN_SESSIONS,
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

    private void moveSessions(Tx tx) {
        List<Moved> rows = new ArrayList<>();
        stays.forEach((visitorId, stay) -> stay.sessions.forEach(session -> {
            if (session.begunBy == null && session.isTouched()) {
                rows.add(new Moved(visitorId, session, session.lastSeenAs()));
            }
        }));
        if (rows.isEmpty()) {
            return;
        }
        Columns<Moved> moved = new Columns<>(rows);
        tx.update(
                MOVE_SESSIONS,
                moved.ids(m -> m.visitorId),
                moved.ids(m -> m.session.id),
                moved.numbers(m -> m.session.startedAt().toEpochMilli()),
                moved.numbers(m -> m.session.lastEventAt().toEpochMilli()),
                moved.hashes(m -> m.seenAs == null ? null : m.seenAs.ipHash()),
                moved.hashes(m -> m.seenAs == null ? null : m.seenAs.uaHash()));
    }

    private Stay stay(UUID visitorId) {
        return Objects.requireNonNull(stays.get(visitorId), "an event of a visitor that was not expected");
    }

    private record Begun(Visitor visitor, Session session, Origin origin) {}

    private record Moved(
            UUID visitorId, Session session, @Nullable Visitor seenAs) {}

    private record Known(UUID visitorId, Session session) {
        static Known read(Row row) throws SQLException {
            Utm utm = new Utm(
                    row.textOrNull(5), row.textOrNull(6), row.textOrNull(7), row.textOrNull(8), row.textOrNull(9));
            return new Known(row.id(1), Session.known(row.id(2), utm, row.time(3), row.time(4)));
        }
    }
}
