-- The rollup of one day, of one property or of all, as one statement: one snapshot and one round trip. Where a step
-- says MATERIALIZED, several others read it; OFFSET 0 keeps a step from being dissolved into its reader.
WITH
-- Sessions that began on the day and ended later: their later events are looked up by key, in any partition.
crossing AS MATERIALIZED (
    SELECT visitor_id, id, (last_event_at AT TIME ZONE 'UTC')::date AS last_day
    FROM sessions
    WHERE started_at >= :start AND started_at < :end AND last_event_at >= :end AND device <> 'bot'
      AND (:property::text IS NULL OR property_id = :property)
),
-- The time (milliseconds have 13 digits until the year 2286) and path of a page view as one text: the smallest of a
-- session is its entrance, the greatest its exit.
stored AS (
    SELECT property_id, visitor_id, session_id, event_type, device = 'bot' AS is_bot, true AS is_today, occurred_at,
           is_conversion, engaged_time_ms,
           CASE WHEN event_type = 'page_view'
                THEN ((date_part('epoch', occurred_at) * 1000)::bigint::text || path) COLLATE "C" END AS viewed
    FROM events
    WHERE day = :day AND (:property::text IS NULL OR property_id = :property)
    UNION ALL
    SELECT e.property_id, e.visitor_id, e.session_id, e.event_type, false, false, e.occurred_at,
           e.is_conversion, e.engaged_time_ms,
           CASE WHEN e.event_type = 'page_view'
                THEN ((date_part('epoch', e.occurred_at) * 1000)::bigint::text || e.path) COLLATE "C" END
    FROM crossing AS c
    CROSS JOIN LATERAL (
        SELECT * FROM events AS later
        WHERE later.visitor_id = c.visitor_id AND later.session_id = c.id
          AND later.day > :day AND later.day <= c.last_day AND later.device <> 'bot'
        OFFSET 0) AS e
),
-- The events of a session by type: the only pass over the day's events, which all counts come from.
acts AS MATERIALIZED (
    SELECT property_id, visitor_id, session_id, is_bot, event_type,
           (count(*) FILTER (WHERE is_today))::integer AS events,
           (count(viewed) FILTER (WHERE is_today))::integer AS views_today,
           count(viewed)::integer AS views,
           min(viewed) AS entrance,
           max(viewed) AS exit,
           bool_or(is_conversion AND is_today) AS converts_today,
           bool_or(is_conversion) AS converts,
           sum(engaged_time_ms) AS engaged_ms,
           min(occurred_at) AS first_at,
           max(occurred_at) AS last_at
    FROM stored
    GROUP BY property_id, visitor_id, session_id, is_bot, event_type
),
seen AS MATERIALIZED (
    SELECT property_id, visitor_id, session_id,
           sum(events) AS events,
           sum(views_today) AS views_today,
           sum(views) AS views,
           substr(min(entrance), 14) AS landing_path,
           substr(max(exit), 14) AS exit_path,
           bool_or(converts) AS converts,
           sum(engaged_ms) AS engaged_ms,
           min(first_at) FILTER (WHERE event_type = 'form_start') AS form_started,
           max(last_at) FILTER (WHERE event_type = 'form_submit') AS form_submitted
    FROM acts
    WHERE NOT is_bot
    GROUP BY property_id, visitor_id, session_id
),
people AS MATERIALIZED (
    SELECT property_id, visitor_id, count(*) AS sessions, sum(events) AS events, sum(views_today) AS views
    FROM seen
    WHERE events > 0
    GROUP BY property_id, visitor_id
),
-- The sessions that began on the day, with all their events, and the origin of the event that began them.
begun AS MATERIALIZED (
    SELECT s.property_id, s.visitor_id, coalesce(p.sessions, 0) = 1 AS is_only,
           seen.views, seen.landing_path, seen.exit_path, seen.converts,
           seen.engaged_ms, seen.form_started, seen.form_submitted,
           s.traffic_source, s.referrer_host, s.utm_source, s.utm_medium, s.utm_campaign, s.utm_term, s.country, s.device
    FROM sessions AS s
    JOIN seen ON seen.visitor_id = s.visitor_id AND seen.session_id = s.id
    LEFT JOIN people AS p ON p.visitor_id = s.visitor_id
    WHERE s.started_at >= :start AND s.started_at < :end AND s.device <> 'bot'
),
visit_counts AS (
    SELECT property_id,
           count(*) AS sessions,
           count(*) FILTER (WHERE views = 1 AND NOT converts) AS bounces,
           count(engaged_ms) AS engaged_sessions,
           sum(engaged_ms) AS engaged_ms,
           count(form_started) AS form_sessions,
           count(*) FILTER (WHERE form_submitted > form_started) AS completed_forms,
           count(*) FILTER (WHERE converts) AS converting_sessions,
           count(*) FILTER (WHERE traffic_source = 'direct') AS from_direct,
           count(*) FILTER (WHERE traffic_source = 'organic_search') AS from_organic_search,
           count(*) FILTER (WHERE traffic_source = 'paid_search') AS from_paid_search,
           count(*) FILTER (WHERE traffic_source = 'social') AS from_social,
           count(*) FILTER (WHERE traffic_source = 'email') AS from_email,
           count(*) FILTER (WHERE traffic_source = 'referral') AS from_referral,
           count(*) FILTER (WHERE traffic_source = 'campaign') AS from_campaign,
           count(*) FILTER (WHERE traffic_source = 'internal') AS from_internal,
           count(*) FILTER (WHERE traffic_source = 'unknown') AS from_unknown
    FROM begun
    GROUP BY property_id
),
visitor_counts AS (
    SELECT property_id, count(*) AS unique_visitors, sum(views) AS page_views, sum(events) AS events
    FROM people
    GROUP BY property_id
),
new_visitors AS (
    SELECT p.property_id, count(*) AS new_visitors
    FROM people AS p
    JOIN visitors AS v ON v.visitor_id = p.visitor_id
    WHERE v.first_seen_at >= :start AND v.first_seen_at < :end
    GROUP BY p.property_id
),
bot_counts AS (
    SELECT property_id, sum(events) AS events
    FROM acts
    WHERE is_bot
    GROUP BY property_id
),
lead_counts AS (
    SELECT property_id, count(*) AS new_leads
    FROM leads
    WHERE first_captured_at >= :start AND first_captured_at < :end
    GROUP BY property_id
),
capture_times AS (
    SELECT l.property_id, count(*) AS captures,
           sum(greatest(0, round(date_part('epoch', l.first_captured_at - v.first_seen_at) * 1000))) AS capture_ms
    FROM leads AS l
    JOIN lead_identities AS i ON i.lead_id = l.id AND i.source = 'form_submit' AND i.linked_at < :end
    JOIN visitors AS v ON v.visitor_id = i.visitor_id
    WHERE l.first_captured_at >= :start AND l.first_captured_at < :end
    GROUP BY l.property_id
),
rejections AS (
    SELECT property_id, array_agg(reason ORDER BY reason) AS reasons, array_agg(count ORDER BY reason) AS rejected
    FROM (
        SELECT property_id, reason, sum(count)::bigint AS count
        FROM ingest_rejections
        WHERE day = :day AND endpoint IN ('events', 'events/batch')
        GROUP BY property_id, reason) AS by_reason
    GROUP BY property_id
),
-- HyperLogLog: an id is computed by SHA-256, so its first 15 bits choose a register, and its value is the number of leading
-- zeros in the next 14. The smallest number has the most zeros.
hashed AS (
    SELECT property_id,
           (get_byte(id, 0) << 21) + (get_byte(id, 1) << 13) + (get_byte(id, 2) << 5) + (get_byte(id, 3) >> 3) AS bits
    FROM (SELECT property_id, uuid_send(visitor_id) AS id FROM people OFFSET 0) AS sent
    OFFSET 0
),
registers AS MATERIALIZED (
    SELECT property_id, register, 15 - length(ltrim(least::bit(14)::text, '0')) AS value
    FROM (
        SELECT property_id, bits >> 14 AS register, min(bits & 16383) AS least
        FROM hashed
        GROUP BY property_id, bits >> 14) AS smallest
),
sketches AS (
    SELECT property_id, string_agg(substr(int4send(register * 16 + value), 2), ''::bytea ORDER BY register) AS sketch
    FROM registers
    GROUP BY property_id
    HAVING count(*) <= 5461
    UNION ALL
    SELECT every.property_id, string_agg(set_byte('\x00', 0, coalesce(pair.value, 0)), ''::bytea ORDER BY every.place)
    FROM (
        SELECT property_id, generate_series(0, 16383) AS place
        FROM registers
        GROUP BY property_id
        HAVING count(*) > 5461) AS every
    LEFT JOIN (
        SELECT property_id, register / 2 AS place, sum(value << 4 * (register % 2))::integer AS value
        FROM registers
        GROUP BY property_id, register / 2) AS pair USING (property_id, place)
    GROUP BY every.property_id
),
-- Quantile sketches: buckets whose bounds grow by the factor 101/99, so that a bucket's middle is within 1 % of all in it.
-- Equal values are counted first, since logarithms are expensive and many visits measure the same.
measured AS (
    SELECT property_id, grouping(fcp_ms, lcp_ms, inp_ms, ttfb_ms, cls_score) AS vital,
           coalesce(fcp_ms, lcp_ms, inp_ms, ttfb_ms, cls_score * 1000::float8) AS value, count(*) AS count
    FROM events
    WHERE day = :day AND device <> 'bot' AND (:property::text IS NULL OR property_id = :property)
      AND coalesce(fcp_ms, lcp_ms, inp_ms, ttfb_ms, cls_score) IS NOT NULL
    GROUP BY GROUPING SETS (
        (property_id, fcp_ms), (property_id, lcp_ms), (property_id, inp_ms), (property_id, ttfb_ms), (property_id, cls_score))
    OFFSET 0
),
histograms AS (
    SELECT property_id, vital,
           string_agg(int2send(bucket::smallint) || int4send(count::integer), ''::bytea ORDER BY bucket) AS histogram
    FROM (
        SELECT property_id, vital,
               CASE WHEN value < 1 THEN 0 ELSE 1 + ceil(ln(value) / ln(101.0::float8 / 99))::integer END AS bucket,
               sum(count) AS count
        FROM measured
        WHERE value IS NOT NULL
        GROUP BY property_id, vital, bucket) AS buckets
    GROUP BY property_id, vital
),
-- The dimensions of sessions. Those with few values are counted together first, since few combinations occur.
alike AS (
    SELECT property_id, traffic_source, referrer_host, utm_source, utm_medium, utm_campaign, utm_term, country, device,
           count(*) FILTER (WHERE is_only) AS visitors, sum(views) AS page_views, count(*) AS sessions,
           count(*) FILTER (WHERE converts) AS conversions
    FROM begun
    GROUP BY property_id, traffic_source, referrer_host, utm_source, utm_medium, utm_campaign, utm_term, country, device
),
landings AS (
    SELECT property_id, landing_path, count(*) FILTER (WHERE is_only) AS visitors, sum(views) AS page_views,
           count(*) AS sessions, count(*) FILTER (WHERE converts) AS conversions
    FROM begun
    GROUP BY property_id, landing_path
),
exits AS (
    SELECT property_id, exit_path, count(*) FILTER (WHERE is_only) AS visitors, sum(views) AS page_views,
           count(*) AS sessions, count(*) FILTER (WHERE converts) AS conversions
    FROM begun
    GROUP BY property_id, exit_path
),
-- A visitor of several sessions counts once for each value of those sessions: for each value of the first session, and for
-- each value of the others that the first does not have. Only these few need a DISTINCT.
several AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY visitor_id) AS nth
    FROM begun
    WHERE NOT is_only
),
firsts AS (
    SELECT property_id, traffic_source, referrer_host, utm_source, utm_medium, utm_campaign, utm_term, country, device,
           count(*) AS visitors
    FROM several
    WHERE nth = 1
    GROUP BY property_id, traffic_source, referrer_host, utm_source, utm_medium, utm_campaign, utm_term, country, device
),
repeated AS (
    SELECT v.property_id, d.dimension, d.value
    FROM several AS v
    JOIN several AS f ON f.visitor_id = v.visitor_id AND f.nth = 1
    CROSS JOIN LATERAL (VALUES
        ('traffic_source', v.traffic_source, f.traffic_source),
        ('referrer_host', v.referrer_host, f.referrer_host),
        ('utm_source', v.utm_source, f.utm_source),
        ('utm_medium', v.utm_medium, f.utm_medium),
        ('utm_campaign', v.utm_campaign, f.utm_campaign),
        ('utm_term', v.utm_term, f.utm_term),
        ('country', v.country, f.country),
        ('device', v.device, f.device),
        ('landing_path', v.landing_path, f.landing_path),
        ('exit_path', v.exit_path, f.exit_path)
        ) AS d(dimension, value, first)
    WHERE v.nth > 1 AND d.value IS DISTINCT FROM d.first
    GROUP BY v.property_id, v.visitor_id, d.dimension, d.value
),
-- The dimensions of events. A visitor's first event on a path counts the visitor, and the first of each session counts the
-- session. The few conversions are counted separately.
on_path AS (
    SELECT property_id, path,
           count(*) FILTER (WHERE nth = 1) AS visitors,
           count(*) FILTER (WHERE event_type = 'page_view') AS page_views,
           count(*) FILTER (WHERE nth = nth_of_session) AS sessions
    FROM (
        SELECT property_id, path, event_type, row_number() OVER visits AS nth, rank() OVER visits AS nth_of_session
        FROM events
        WHERE day = :day AND device <> 'bot' AND (:property::text IS NULL OR property_id = :property)
        WINDOW visits AS (PARTITION BY visitor_id, path COLLATE "C" ORDER BY session_id)) AS visited
    GROUP BY property_id, path
),
converted_on_path AS (
    SELECT property_id, path, count(*) AS conversions
    FROM (
        SELECT property_id, path
        FROM events
        WHERE day = :day AND device <> 'bot' AND is_conversion AND (:property::text IS NULL OR property_id = :property)
        GROUP BY property_id, visitor_id, session_id, path) AS converted
    GROUP BY property_id, path
),
-- One row a session, then one a visitor, then one a value.
of_type AS (
    SELECT property_id, visitor_id, event_type, sum(views_today) AS page_views, count(*) AS sessions,
           count(*) FILTER (WHERE converts_today) AS conversions
    FROM acts
    WHERE NOT is_bot AND events > 0
    GROUP BY property_id, visitor_id, event_type
),
pieces AS (
    SELECT a.property_id, d.dimension, d.value, a.visitors, a.page_views, a.sessions, a.conversions
    FROM alike AS a
    CROSS JOIN LATERAL (VALUES
        ('traffic_source', a.traffic_source), ('referrer_host', a.referrer_host),
        ('utm_source', a.utm_source), ('utm_medium', a.utm_medium), ('utm_campaign', a.utm_campaign), ('utm_term', a.utm_term),
        ('country', a.country), ('device', a.device)) AS d(dimension, value)
    UNION ALL
    SELECT property_id, 'landing_path', landing_path, visitors, page_views, sessions, conversions FROM landings
    UNION ALL
    SELECT property_id, 'exit_path', exit_path, visitors, page_views, sessions, conversions FROM exits
    UNION ALL
    SELECT f.property_id, d.dimension, d.value, f.visitors, 0, 0, 0
    FROM firsts AS f
    CROSS JOIN LATERAL (VALUES
        ('traffic_source', f.traffic_source), ('referrer_host', f.referrer_host),
        ('utm_source', f.utm_source), ('utm_medium', f.utm_medium), ('utm_campaign', f.utm_campaign), ('utm_term', f.utm_term),
        ('country', f.country), ('device', f.device)) AS d(dimension, value)
    UNION ALL
    SELECT property_id, 'landing_path', landing_path, count(*), 0, 0, 0 FROM several WHERE nth = 1 GROUP BY property_id, landing_path
    UNION ALL
    SELECT property_id, 'exit_path', exit_path, count(*), 0, 0, 0 FROM several WHERE nth = 1 GROUP BY property_id, exit_path
    UNION ALL
    SELECT property_id, dimension, value, count(*), 0, 0, 0 FROM repeated GROUP BY property_id, dimension, value
    UNION ALL
    SELECT property_id, 'path', path, visitors, page_views, sessions, 0 FROM on_path
    UNION ALL
    SELECT property_id, 'path', path, 0, 0, 0, conversions FROM converted_on_path
    UNION ALL
    SELECT property_id, 'event_type', event_type, count(*), sum(page_views), sum(sessions), sum(conversions)
    FROM of_type
    GROUP BY property_id, event_type
),
ranked AS (
    SELECT property_id, dimension, value, visitors, page_views, sessions, conversions,
           row_number() OVER (
               PARTITION BY property_id, dimension
               ORDER BY visitors DESC, page_views DESC, sessions DESC, value COLLATE "C") AS rank
    FROM (
        SELECT property_id, dimension, value, sum(visitors) AS visitors, sum(page_views) AS page_views,
               sum(sessions) AS sessions, sum(conversions) AS conversions
        FROM pieces
        GROUP BY property_id, dimension, value) AS whole
),
dimension_rows AS (
    INSERT INTO daily_dimension_rollups (property_id, dimension, day, rank, value, visitors, page_views, sessions, conversions)
    SELECT property_id, dimension, :day, CASE WHEN rank <= 500 THEN rank ELSE 0 END AS place,
           CASE WHEN rank <= 500 THEN value END,
           sum(visitors), sum(page_views), sum(sessions), sum(conversions)
    FROM ranked
    GROUP BY property_id, dimension, CASE WHEN rank <= 500 THEN rank ELSE 0 END, CASE WHEN rank <= 500 THEN value END
),
-- Each known property has a row, also of zeros, and so has a property whose events were deleted since.
concerned AS MATERIALIZED (
    SELECT id FROM properties
    UNION SELECT property_id FROM visitor_counts
    UNION SELECT property_id FROM bot_counts
    UNION SELECT property_id FROM visit_counts
    UNION SELECT property_id FROM lead_counts
    UNION SELECT property_id FROM rejections
    UNION SELECT unnest(:known::text[])
),
metric_rows AS (
    INSERT INTO daily_metric_rollups (
        property_id, day, version, rolled_up_at,
        unique_visitors, new_visitors, page_views, sessions, bounces, engaged_sessions, engaged_ms,
        form_sessions, completed_forms, converting_sessions, new_leads, captures, capture_ms,
        from_direct, from_organic_search, from_paid_search, from_social, from_email, from_referral, from_campaign,
        from_internal, from_unknown,
        visitor_sketch, fcp_histogram, lcp_histogram, inp_histogram, ttfb_histogram, cls_histogram)
    SELECT c.id, :day, :version, :now,
           coalesce(unique_visitors, 0), coalesce(new_visitors, 0), coalesce(page_views, 0), coalesce(sessions, 0),
           coalesce(bounces, 0), coalesce(engaged_sessions, 0), coalesce(engaged_ms, 0),
           coalesce(form_sessions, 0), coalesce(completed_forms, 0), coalesce(converting_sessions, 0),
           coalesce(new_leads, 0), coalesce(captures, 0), coalesce(capture_ms, 0),
           coalesce(from_direct, 0), coalesce(from_organic_search, 0), coalesce(from_paid_search, 0),
           coalesce(from_social, 0), coalesce(from_email, 0), coalesce(from_referral, 0), coalesce(from_campaign, 0),
           coalesce(from_internal, 0), coalesce(from_unknown, 0),
           coalesce(k.sketch, ''), coalesce(fcp.histogram, ''), coalesce(lcp.histogram, ''), coalesce(inp.histogram, ''),
           coalesce(ttfb.histogram, ''), coalesce(cls.histogram, '')
    FROM concerned AS c
    LEFT JOIN visitor_counts AS a ON a.property_id = c.id
    LEFT JOIN visit_counts AS b ON b.property_id = c.id
    LEFT JOIN new_visitors AS n ON n.property_id = c.id
    LEFT JOIN lead_counts AS l ON l.property_id = c.id
    LEFT JOIN capture_times AS t ON t.property_id = c.id
    LEFT JOIN sketches AS k ON k.property_id = c.id
    -- grouping() has a bit for each vital, set where the vital was not the one grouped by.
    LEFT JOIN histograms AS fcp ON fcp.property_id = c.id AND fcp.vital = 15
    LEFT JOIN histograms AS lcp ON lcp.property_id = c.id AND lcp.vital = 23
    LEFT JOIN histograms AS inp ON inp.property_id = c.id AND inp.vital = 27
    LEFT JOIN histograms AS ttfb ON ttfb.property_id = c.id AND ttfb.vital = 29
    LEFT JOIN histograms AS cls ON cls.property_id = c.id AND cls.vital = 30
    WHERE :property::text IS NULL OR c.id = :property
),
ingest_rows AS (
    INSERT INTO daily_ingest_rollups (property_id, day, accepted, bots, reasons, rejected)
    SELECT c.id, :day, coalesce(a.events, 0), coalesce(b.events, 0),
           coalesce(r.reasons, '{}'), coalesce(r.rejected, '{}')
    FROM concerned AS c
    LEFT JOIN visitor_counts AS a ON a.property_id = c.id
    LEFT JOIN bot_counts AS b ON b.property_id = c.id
    LEFT JOIN rejections AS r ON r.property_id = c.id
    WHERE :property::text IS NULL OR c.id = :property
)
SELECT coalesce((SELECT sum(events) FROM acts), 0)::bigint AS events
