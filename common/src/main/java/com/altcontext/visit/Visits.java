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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The visits of one batch: the sessions of its visitors, read once, changed in memory as events are placed, and written
 * once. The visitors are locked (see {@link VisitorLock}), so what was read stays true until the transaction ends.
 */
public final class Visits {
    /**
     * A visitor who is stored has a row, also without sessions near; one who is not has no session. Each statement names the
     * bucket, the part of the growing tables that all rows of a transaction are in.
     */
    private static final String FIND = """
            SELECT sought.visitor_id, known.first_seen_at, s.id, s.device = 'bot', s.started_at, s.last_event_at, s.entry_at,
                   s.utm_source, s.utm_medium, s.utm_campaign, s.utm_term, s.utm_content
            FROM unnest(?::uuid[], ?::int8[], ?::int8[], ?::int8[]) AS sought(visitor_id, since, until, max)
            CROSS JOIN LATERAL (
                SELECT first_seen_at FROM visitors
                WHERE visitors.bucket = ?::int2 AND visitors.visitor_id = sought.visitor_id
                LIMIT 1) AS known
            LEFT JOIN LATERAL (
                SELECT * FROM sessions
                WHERE sessions.bucket = ?::int2 AND sessions.visitor_id = sought.visitor_id
                  AND sessions.started_at <= to_timestamp(sought.until::float8 / 1000)
                ORDER BY sessions.started_at DESC
                LIMIT sought.max) AS s ON s.last_event_at >= to_timestamp(sought.since::float8 / 1000)
            ORDER BY s.started_at, s.id
            """;

    /** The lock keeps others from inserting the same visitors, so no row is in the way. */
    private static final String INSERT_VISITORS = """
            INSERT INTO visitors AS known (bucket, visitor_id, property_id, anon_id, first_seen_at)
            SELECT ?::int2, visitor_id, property_id, anon_id, to_timestamp(first_seen::float8 / 1000)
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::int8[]) AS seen(visitor_id, property_id, anon_id, first_seen)
            """;

    /** An event older than all others of its visitor moves the day on which the visitor was first seen. */
    private static final String MOVE_FIRST_SEEN = INSERT_VISITORS + """
            ON CONFLICT (bucket, visitor_id) DO UPDATE SET first_seen_at = excluded.first_seen_at
            """;

    /**
     * For new visitors, who have no sessions yet. Looking for a row that is in the way costs a fifth of an insertion. The
     * numbers of a row are one row of a matrix: {@code unnest} takes four times as long for a number as a subscript does.
     */
    private static final String INSERT_SESSIONS = """
            INSERT INTO sessions AS known (
                bucket, visitor_id, id, property_id, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                traffic_source, referrer_host, device, country, hostname, ip_hash, ua_hash, entry_path, exit_path,
                started_at, last_event_at, entry_at, exit_at, first_form_start, last_form_submit,
                events, page_views, conversions, engagements, engaged_ms, may_hold_address)
            SELECT ?::int2, visitor_id, id, property_id, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                   traffic_source, referrer_host, device, country, hostname, ip_hash, ua_hash, entry_path, exit_path,
                   to_timestamp(n[i][1]::float8 / 1000), to_timestamp(n[i][2]::float8 / 1000),
                   to_timestamp(nullif(n[i][3], 0)::float8 / 1000), to_timestamp(nullif(n[i][4], 0)::float8 / 1000),
                   to_timestamp(nullif(n[i][5], 0)::float8 / 1000), to_timestamp(nullif(n[i][6], 0)::float8 / 1000),
                   n[i][7], n[i][8], n[i][9], n[i][10], n[i][11], nullif(n[i][12] = 1, false)
            FROM (SELECT ?::int8[] AS n) AS numbers
            CROSS JOIN unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                              ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[], ?::bytea[],
                              ?::text[], ?::text[]) WITH ORDINALITY
                AS seen(visitor_id, id, property_id, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                        traffic_source, referrer_host, device, country, hostname, ip_hash, ua_hash,
                        entry_path, exit_path, i)
            """;

    /**
     * Saves a new session of a known visitor, or one that may change in any way. It is an insertion also for a known
     * session, since that looks for a row by its key: for an update the planner may read a whole bucket that it believes to
     * be empty. A session that now starts earlier gets the origin of its first event.
     */
    private static final String SAVE_SESSIONS = INSERT_SESSIONS
            + """
            ON CONFLICT (bucket, visitor_id, id) DO UPDATE SET
                started_at = least(known.started_at, excluded.started_at),
                last_event_at = greatest(known.last_event_at, excluded.last_event_at),
                %s,
                ip_hash = coalesce(excluded.ip_hash, known.ip_hash),
                ua_hash = CASE WHEN excluded.ip_hash IS NULL THEN known.ua_hash ELSE excluded.ua_hash END,
                events = known.events + excluded.events,
                page_views = known.page_views + excluded.page_views,
                conversions = known.conversions + excluded.conversions,
                engagements = known.engagements + excluded.engagements,
                engaged_ms = known.engaged_ms + excluded.engaged_ms,
                entry_at = least(known.entry_at, excluded.entry_at),
                entry_path = CASE
                    WHEN known.entry_at < excluded.entry_at OR excluded.entry_at IS NULL THEN known.entry_path
                    WHEN known.entry_at = excluded.entry_at THEN least(known.entry_path, excluded.entry_path COLLATE "C")
                    ELSE excluded.entry_path END,
                exit_at = greatest(known.exit_at, excluded.exit_at),
                exit_path = CASE
                    WHEN known.exit_at > excluded.exit_at OR excluded.exit_at IS NULL THEN known.exit_path
                    WHEN known.exit_at = excluded.exit_at THEN greatest(known.exit_path, excluded.exit_path COLLATE "C")
                    ELSE excluded.exit_path END,
                first_form_start = least(known.first_form_start, excluded.first_form_start),
                last_form_submit = greatest(known.last_form_submit, excluded.last_form_submit),
                may_hold_address = coalesce(known.may_hold_address, excluded.may_hold_address)
            """.formatted(Stream.of(
                            "utm_source",
                            "utm_medium",
                            "utm_campaign",
                            "utm_term",
                            "utm_content",
                            "traffic_source",
                            "referrer_host",
                            "device",
                            "country",
                            "hostname")
                    .map(column ->
                            "%1$s = CASE WHEN excluded.started_at < known.started_at THEN excluded.%1$s ELSE known.%1$s END"
                                    .formatted(column))
                    .collect(Collectors.joining(",\n                ")));

    /**
     * Adds to known sessions, most of them: those whose start stays, and of whose page views one path is enough. The row is
     * there, since its visitor is locked, so what an insertion needs besides is a placeholder. The path is that of the last
     * page view, which is as late as the last event, and of the first one if that is new too.
     */
    private static final String CONTINUE_SESSIONS = """
            INSERT INTO sessions AS known (
                bucket, visitor_id, id, property_id, traffic_source, device, started_at, last_event_at,
                entry_at, first_form_start, last_form_submit,
                events, page_views, conversions, engagements, engaged_ms, ip_hash, ua_hash, exit_path)
            SELECT ?::int2, visitor_id, id, '', '', '',
                   to_timestamp(n[i][1]::float8 / 1000), to_timestamp(n[i][1]::float8 / 1000),
                   to_timestamp(nullif(n[i][2], 0)::float8 / 1000), to_timestamp(nullif(n[i][3], 0)::float8 / 1000),
                   to_timestamp(nullif(n[i][4], 0)::float8 / 1000),
                   n[i][5], n[i][6], n[i][7], n[i][8], n[i][9], ip_hash, ua_hash, path
            FROM (SELECT ?::int8[] AS n) AS numbers
            CROSS JOIN unnest(?::uuid[], ?::uuid[], ?::bytea[], ?::bytea[], ?::text[]) WITH ORDINALITY
                AS seen(visitor_id, id, ip_hash, ua_hash, path, i)
            ON CONFLICT (bucket, visitor_id, id) DO UPDATE SET
                last_event_at = greatest(known.last_event_at, excluded.last_event_at),
                ip_hash = coalesce(excluded.ip_hash, known.ip_hash),
                ua_hash = CASE WHEN excluded.ip_hash IS NULL THEN known.ua_hash ELSE excluded.ua_hash END,
                events = known.events + excluded.events,
                page_views = known.page_views + excluded.page_views,
                conversions = known.conversions + excluded.conversions,
                engagements = known.engagements + excluded.engagements,
                engaged_ms = known.engaged_ms + excluded.engaged_ms,
                entry_at = coalesce(excluded.entry_at, known.entry_at),
                entry_path = CASE WHEN excluded.entry_at IS NULL THEN known.entry_path ELSE excluded.exit_path END,
                exit_at = CASE WHEN excluded.exit_path IS NULL THEN known.exit_at ELSE excluded.last_event_at END,
                exit_path = CASE
                    WHEN excluded.exit_path IS NULL THEN known.exit_path
                    WHEN known.exit_at = excluded.last_event_at
                        THEN greatest(known.exit_path, excluded.exit_path COLLATE "C")
                    ELSE excluded.exit_path END,
                first_form_start = least(known.first_form_start, excluded.first_form_start),
                last_form_submit = greatest(known.last_form_submit, excluded.last_form_submit)
            """;

    /** All rows are in one, as long as they are on one machine. */
    private static final short BUCKET = 0;

    private final SessionRule rule;
    private final Map<UUID, VisitorSessions> byVisitor = new LinkedHashMap<>();
    private Pipeline.@Nullable Pending<StoredVisit> found;

    public Visits(SessionRule rule) {
        this.rule = rule;
    }

    /** Announces that the batch may have this event of this visitor; call it before {@link #lockAndRead}. */
    public void expect(Visitor visitor, Instant at, boolean isEngagement) {
        byVisitor
                .computeIfAbsent(visitor.id(), id -> new VisitorSessions(visitor))
                .expect(at, rule.lookBack(isEngagement));
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
                sought.numbers(range -> range.maxSessions()),
                BUCKET,
                BUCKET);
    }

    /**
     * Finds or begins the session of an expected event that is not stored yet, and counts the event in it.
     *
     * @return null for an engagement of a visitor who has no session that it could be about
     */
    public @Nullable Placement place(Visitor visitor, SessionEvent event) {
        VisitorSessions sessionsOf = sessionsOf(visitor.id());
        Session chosen = rule.choose(sessionsOf.sessions, event);
        if (chosen != null) {
            chosen.join(event, visitor);
            return new Placement(chosen.id, event.at());
        }
        if (event.isEngagement()) {
            Session ended = rule.latestEnded(sessionsOf.sessions, event);
            if (ended == null) {
                return null;
            }
            ended.joinAtEnd(event);
            return new Placement(ended.id, ended.lastEventAt());
        }
        UUID id = sessionBegunBy(visitor.id(), event.id());
        sessionsOf.sessions.add(Session.begun(id, event, visitor));
        return new Placement(id, event.at());
    }

    /** When an expected visitor was first seen before this batch; null if that was never. */
    public @Nullable Instant firstSeenAt(UUID visitorId) {
        return sessionsOf(visitorId).firstSeenAt();
    }

    /** A session's id: computed from its visitor and the event that began it. It never changes. */
    public static UUID sessionBegunBy(UUID visitorId, UUID eventId) {
        return ComputedId.of("session").with(visitorId).with(eventId).toUuid();
    }

    /** Adds the statements that save new visitors, new sessions, and what happened in known ones. */
    public void save(Pipeline pipeline) {
        List<FirstVisit> newVisitors = new ArrayList<>();
        List<FirstVisit> seenEarlier = new ArrayList<>();
        List<TouchedSession> ofNewVisitors = new ArrayList<>();
        List<TouchedSession> changed = new ArrayList<>();
        List<TouchedSession> continued = new ArrayList<>();
        for (VisitorSessions sessionsOf : byVisitor.values()) {
            Instant start = sessionsOf.movedStart();
            Instant known = sessionsOf.firstSeenAt();
            if (start != null && known == null) {
                newVisitors.add(new FirstVisit(sessionsOf.visitor, start));
            } else if (start != null && start.isBefore(known)) {
                seenEarlier.add(new FirstVisit(sessionsOf.visitor, start));
            }
            for (Session session : sessionsOf.sessions) {
                Origin origin = session.origin();
                if (origin != null) {
                    (known == null ? ofNewVisitors : session.isOnlyContinued() ? continued : changed)
                            .add(new TouchedSession(sessionsOf.visitor, session, origin));
                }
            }
        }
        saveVisitors(pipeline, INSERT_VISITORS, newVisitors);
        saveVisitors(pipeline, MOVE_FIRST_SEEN, seenEarlier);
        saveSessions(pipeline, INSERT_SESSIONS, ofNewVisitors);
        saveSessions(pipeline, SAVE_SESSIONS, changed);
        continueSessions(pipeline, continued);
    }

    private static void saveVisitors(Pipeline pipeline, String statement, List<FirstVisit> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Columns<FirstVisit> seen = new Columns<>(rows);
        pipeline.update(
                statement,
                BUCKET,
                seen.ids(s -> s.visitor.id()),
                seen.texts(s -> s.visitor.propertyId()),
                seen.texts(s -> s.visitor.anonId().value()),
                seen.numbers(s -> s.first.toEpochMilli()));
    }

    private static void saveSessions(Pipeline pipeline, String statement, List<TouchedSession> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Columns<TouchedSession> seen = new Columns<>(rows);
        pipeline.update(
                statement,
                BUCKET,
                seen.matrix(TouchedSession::numbers),
                seen.ids(s -> s.visitor.id()),
                seen.ids(s -> s.session.id),
                seen.texts(s -> s.visitor.propertyId()),
                seen.texts(s -> s.origin.utm().source()),
                seen.texts(s -> s.origin.utm().medium()),
                seen.texts(s -> s.origin.utm().campaign()),
                seen.texts(s -> s.origin.utm().term()),
                seen.texts(s -> s.origin.utm().content()),
                seen.texts(s -> s.origin.source().key()),
                seen.texts(s -> s.origin.referrerHost()),
                seen.texts(s -> s.origin.device().key()),
                seen.texts(s -> s.origin.country()),
                seen.texts(s -> s.origin.hostname()),
                seen.hashes(TouchedSession::ipHash),
                seen.hashes(TouchedSession::uaHash),
                seen.texts(s -> SessionCounters.pathOf(s.added().entry)),
                seen.texts(s -> SessionCounters.pathOf(s.added().exit)));
    }

    private static void continueSessions(Pipeline pipeline, List<TouchedSession> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Columns<TouchedSession> seen = new Columns<>(rows);
        pipeline.update(
                CONTINUE_SESSIONS,
                BUCKET,
                seen.matrix(TouchedSession::addedNumbers),
                seen.ids(s -> s.visitor.id()),
                seen.ids(s -> s.session.id),
                seen.hashes(TouchedSession::ipHash),
                seen.hashes(TouchedSession::uaHash),
                seen.texts(s -> SessionCounters.pathOf(s.added().exit)));
    }

    /** The statements take 0 for none. */
    private static long millis(@Nullable Instant time) {
        return time == null ? 0 : time.toEpochMilli();
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

    /** A session that is new, or in which events of the batch happened. */
    private record TouchedSession(Visitor visitor, Session session, Origin origin) {
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
    }

    /** @param session one near an expected event; null if there is none */
    private record StoredVisit(
            UUID visitorId, Instant firstSeenAt, @Nullable Session session) {
        static StoredVisit read(Row row) throws SQLException {
            UUID session = row.idOrNull(3);
            return new StoredVisit(row.id(1), row.time(2), session == null ? null : session(row, session));
        }

        private static Session session(Row row, UUID id) throws SQLException {
            Utm utm = new Utm(
                    row.textOrNull(8), row.textOrNull(9), row.textOrNull(10), row.textOrNull(11), row.textOrNull(12));
            return Session.known(id, row.flag(4), utm, row.time(5), row.time(6), row.timeOrNull(7));
        }
    }
}
