package com.altcontext.visit;

import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rows of visitors and sessions in one bucket. Each statement names the bucket, so a cluster sends it to one node. */
final class VisitRows {
    /**
     * Returns the sessions in each range of time of each stored visitor, or a row without a session if there are none.
     * A visitor who is not stored has no sessions and gets no row. {@code first_seen_at} may leave out bots' sessions, so
     * each row also says when the visitor's first session began.
     */
    private static final String FIND = """
            SELECT range.visitor_id, known.first_seen_at, s.id, s.device = 'bot', s.started_at, s.last_event_at, s.entry_at,
                   s.utm_source, s.utm_medium, s.utm_campaign, s.utm_term, s.utm_content,
                   CASE WHEN s.device = 'bot' THEN s.referrer_host END, least(known.first_seen_at, earlier.started_at)
            FROM unnest(?::uuid[], ?::int8[], ?::int8[], ?::int8[]) AS range(visitor_id, since, until, max)
            CROSS JOIN LATERAL (
                SELECT first_seen_at FROM visitors
                WHERE visitors.bucket = ?::int2 AND visitors.visitor_id = range.visitor_id
                LIMIT 1) AS known
            LEFT JOIN LATERAL (
                SELECT started_at FROM sessions
                WHERE sessions.bucket = ?::int2 AND sessions.visitor_id = range.visitor_id
                  AND sessions.started_at < known.first_seen_at
                ORDER BY sessions.started_at
                LIMIT 1) AS earlier ON true
            LEFT JOIN LATERAL (
                SELECT * FROM sessions
                WHERE sessions.bucket = ?::int2 AND sessions.visitor_id = range.visitor_id
                  AND sessions.started_at <= to_timestamp(range.until::float8 / 1000)
                ORDER BY sessions.started_at DESC
                LIMIT range.max) AS s ON s.last_event_at >= to_timestamp(range.since::float8 / 1000)
            ORDER BY s.started_at, s.id
            """;

    /** The visitors are locked, so no other writer can insert them at the same time and there are no conflicts. */
    private static final String INSERT_VISITORS = """
            INSERT INTO visitors AS known (bucket, visitor_id, property_id, anon_id, first_seen_at)
            SELECT ?::int2, visitor_id, property_id, anon_id, to_timestamp(first_seen::float8 / 1000)
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::int8[]) AS seen(visitor_id, property_id, anon_id, first_seen)
            """;

    private static final String OR_MOVE = """
            ON CONFLICT (bucket, visitor_id) DO UPDATE SET first_seen_at = excluded.first_seen_at
            """;

    /** Updates when visitors were first seen: a session of a person turned out to start earlier. */
    private static final String MOVE_FIRST_SEEN = INSERT_VISITORS + OR_MOVE;

    /**
     * Updates when a visitor was first seen: if all stored sessions are a bot's, it becomes the start of the first
     * session of a person. For most visitors one look-up shows that there is nothing to do: the session at the stored
     * time is a person's.
     */
    private static final String MOVE_FIRST_SEEN_OF_BOTS = """
            INSERT INTO visitors AS known (bucket, visitor_id, property_id, anon_id, first_seen_at)
            SELECT ?::int2, visitor_id, property_id, anon_id, to_timestamp(first_seen::float8 / 1000)
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::int8[], ?::int8[])
                AS seen(visitor_id, property_id, anon_id, first_seen, stored)
            WHERE (SELECT s.device FROM sessions AS s
                   WHERE s.bucket = ?::int2 AND s.visitor_id = seen.visitor_id
                     AND s.started_at <= to_timestamp(seen.stored::float8 / 1000)
                   ORDER BY s.started_at DESC LIMIT 1) = 'bot'
              AND (SELECT s.device FROM sessions AS s
                   WHERE s.bucket = ?::int2 AND s.visitor_id = seen.visitor_id AND s.device <> 'bot'
                   ORDER BY s.started_at LIMIT 1) IS NULL
            """ + OR_MOVE;

    /**
     * Inserts sessions of new visitors. They have no sessions yet, so there is no check for conflicts, which would take
     * a fifth of an insertion's time. The numbers of all rows are one matrix: reading a number with {@code unnest}
     * takes four times as long as with a subscript.
     */
    private static final String INSERT_SESSIONS = """
            INSERT INTO sessions AS known (
                bucket, visitor_id, id, property_id, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                traffic_source, referrer_host, device, country, hostname, ip_hash, ua_hash, entry_path, exit_path,
                started_at, last_event_at, entry_at, exit_at, first_form_start, last_form_submit,
                events, page_views, conversions, engagements, engaged_ms, may_hold_address)
            SELECT ?::int2, visitor_id, id, property_id, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                   traffic_source, referrer_host, device, country, hostname, ip_hash, ua_hash, entry_path, exit_path,
                   to_timestamp(n[i][1]::float8 / 1000000), to_timestamp(n[i][2]::float8 / 1000000),
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
     * Moves the start of stored sessions back, and gives them the origin of their new first event. The start is part of
     * the key, so {@code started_at} is the stored start, and {@code entry_at} carries the new one. This is an
     * {@code INSERT}, although the rows exist, because that finds a row by its key. For an {@code UPDATE}, the planner
     * may read the whole bucket if it believes that the bucket is empty.
     */
    private static final String MOVE_STARTS = INSERT_SESSIONS
            + """
            ON CONFLICT (bucket, visitor_id, started_at, id) DO UPDATE SET
                started_at = excluded.entry_at,
                %s
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
                    .map(column -> "%1$s = excluded.%1$s".formatted(column))
                    .collect(Collectors.joining(",\n                ")));

    /** Adds to a stored session. Other columns follow. */
    private static final String OR_ADD = """
            ON CONFLICT (bucket, visitor_id, started_at, id) DO UPDATE SET
                last_event_at = greatest(known.last_event_at, excluded.last_event_at),
                ip_hash = coalesce(excluded.ip_hash, known.ip_hash),
                ua_hash = CASE WHEN excluded.ip_hash IS NULL THEN known.ua_hash ELSE excluded.ua_hash END,
                events = known.events + excluded.events,
                page_views = known.page_views + excluded.page_views,
                conversions = known.conversions + excluded.conversions,
                engagements = known.engagements + excluded.engagements,
                engaged_ms = known.engaged_ms + excluded.engaged_ms,
            """;

    /**
     * Saves new sessions of stored visitors, and any change to stored sessions except to their start.
     * {@link #MOVE_STARTS} says why this is an {@code INSERT}.
     */
    private static final String SAVE_SESSIONS = INSERT_SESSIONS + OR_ADD + """
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
            """;

    /**
     * Adds to stored sessions for which one path is enough; see {@link Session#isOnlyContinued}. These are most
     * sessions. The rows exist, since their visitors are locked, so the values that only an insertion needs are
     * placeholders. The path is that of the last page view, whose time is that of the last event. If no page view was
     * stored before, it is also the path of the first one.
     */
    private static final String CONTINUE_SESSIONS = """
            INSERT INTO sessions AS known (
                bucket, visitor_id, id, property_id, traffic_source, device, started_at, last_event_at,
                entry_at, first_form_start, last_form_submit,
                events, page_views, conversions, engagements, engaged_ms, ip_hash, ua_hash, exit_path)
            SELECT ?::int2, visitor_id, id, '', '', '',
                   to_timestamp(n[i][1]::float8 / 1000000), to_timestamp(n[i][2]::float8 / 1000000),
                   to_timestamp(nullif(n[i][3], 0)::float8 / 1000), to_timestamp(nullif(n[i][4], 0)::float8 / 1000),
                   to_timestamp(nullif(n[i][5], 0)::float8 / 1000),
                   n[i][6], n[i][7], n[i][8], n[i][9], n[i][10], ip_hash, ua_hash, path
            FROM (SELECT ?::int8[] AS n) AS numbers
            CROSS JOIN unnest(?::uuid[], ?::uuid[], ?::bytea[], ?::bytea[], ?::text[]) WITH ORDINALITY
                AS seen(visitor_id, id, ip_hash, ua_hash, path, i)
            """ + OR_ADD + """
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

    private final short bucket;

    VisitRows(Bucket bucket) {
        this.bucket = bucket.number();
    }

    /** Adds the query for stored visitors and for their sessions in these ranges of time. */
    Pipeline.Pending<StoredVisit> find(Pipeline pipeline, List<VisitorSessions.TimeRange> ranges) {
        Columns<VisitorSessions.TimeRange> columns = new Columns<>(ranges);
        return pipeline.query(
                FIND,
                StoredVisit::read,
                columns.ids(range -> range.visitorId()),
                columns.numbers(range -> range.since().toEpochMilli()),
                columns.numbers(range -> range.until().toEpochMilli()),
                columns.numbers(range -> range.maxSessions()),
                bucket,
                bucket,
                bucket);
    }

    void insertVisitors(Pipeline pipeline, List<FirstVisit> rows) {
        saveVisitors(pipeline, INSERT_VISITORS, rows);
    }

    void moveFirstSeen(Pipeline pipeline, List<FirstVisit> rows) {
        saveVisitors(pipeline, MOVE_FIRST_SEEN, rows);
    }

    /** For stored visitors with a new session of a person, if all their stored sessions are a bot's. */
    void moveFirstSeenOfBots(Pipeline pipeline, List<FirstVisit> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Columns<FirstVisit> seen = new Columns<>(rows);
        pipeline.update(
                MOVE_FIRST_SEEN_OF_BOTS,
                bucket,
                seen.ids(s -> s.visitor().id()),
                seen.texts(s -> s.visitor().propertyId()),
                seen.texts(s -> s.visitor().anonId().value()),
                seen.numbers(s -> s.first().toEpochMilli()),
                seen.numbers(s -> s.stored().toEpochMilli()),
                bucket,
                bucket);
    }

    void insertSessions(Pipeline pipeline, List<TouchedSession> rows) {
        saveSessions(pipeline, INSERT_SESSIONS, rows, TouchedSession::numbers);
    }

    /** Saves new and changed sessions. If the start of any moves, this takes one more statement. */
    void saveSessions(Pipeline pipeline, List<TouchedSession> rows) {
        List<TouchedSession> moved =
                rows.stream().filter(TouchedSession::isStartMoved).toList();
        saveSessions(pipeline, MOVE_STARTS, moved, TouchedSession::startNumbers);
        saveSessions(pipeline, SAVE_SESSIONS, rows, TouchedSession::numbers);
    }

    private void saveVisitors(Pipeline pipeline, String statement, List<FirstVisit> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Columns<FirstVisit> seen = new Columns<>(rows);
        pipeline.update(
                statement,
                bucket,
                seen.ids(s -> s.visitor().id()),
                seen.texts(s -> s.visitor().propertyId()),
                seen.texts(s -> s.visitor().anonId().value()),
                seen.numbers(s -> s.first().toEpochMilli()));
    }

    private void saveSessions(
            Pipeline pipeline, String statement, List<TouchedSession> rows, Function<TouchedSession, long[]> numbers) {
        if (rows.isEmpty()) {
            return;
        }
        Columns<TouchedSession> seen = new Columns<>(rows);
        pipeline.update(
                statement,
                bucket,
                seen.matrix(numbers),
                seen.ids(s -> s.visitor().id()),
                seen.ids(s -> s.session().id),
                seen.texts(s -> s.visitor().propertyId()),
                seen.texts(s -> s.origin().utm().source()),
                seen.texts(s -> s.origin().utm().medium()),
                seen.texts(s -> s.origin().utm().campaign()),
                seen.texts(s -> s.origin().utm().term()),
                seen.texts(s -> s.origin().utm().content()),
                seen.texts(s -> s.origin().source().key()),
                seen.texts(s -> s.origin().referrerHost()),
                seen.texts(s -> s.origin().device().key()),
                seen.texts(s -> s.origin().country()),
                seen.texts(s -> s.origin().hostname()),
                seen.hashes(TouchedSession::ipHash),
                seen.hashes(TouchedSession::uaHash),
                seen.texts(s -> SessionCounters.pathOf(s.added().entry)),
                seen.texts(s -> SessionCounters.pathOf(s.added().exit)));
    }

    void continueSessions(Pipeline pipeline, List<TouchedSession> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Columns<TouchedSession> seen = new Columns<>(rows);
        pipeline.update(
                CONTINUE_SESSIONS,
                bucket,
                seen.matrix(TouchedSession::continuedNumbers),
                seen.ids(s -> s.visitor().id()),
                seen.ids(s -> s.session().id),
                seen.hashes(TouchedSession::ipHash),
                seen.hashes(TouchedSession::uaHash),
                seen.texts(s -> SessionCounters.pathOf(s.added().exit)));
    }

    /**
     * When a visitor was first seen.
     *
     * @param first the time to store
     * @param stored the time that is stored; for a new visitor the same as {@code first}
     */
    record FirstVisit(Visitor visitor, Instant first, Instant stored) {}
}
