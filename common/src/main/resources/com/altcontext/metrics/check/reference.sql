-- The figures that docs/metrics.md defines, computed from raw rows in the simplest way. Rollups are checked against them. :from and
-- :to are the first and the last day of the window, in the time zone :zone. :start is the first moment of the window, and :end the
-- first moment after it. :first and :last are the first and the last UTC day (partition) that overlap the window. :until is the UTC
-- day of the last event of any session that began in the window, so that such a session is read to its end. :now is the present
-- moment. :property is a slug, or null for all properties. Joins and inner groupings contain the bucket, so that a cluster does them on its nodes.

-- until
SELECT greatest(:last, max((last_event_at AT TIME ZONE 'UTC')::date))
FROM sessions
WHERE started_at >= :start AND started_at < :end
  AND (:property::text IS NULL OR property_id = :property)

-- eventsOutsideTheirSession
SELECT count(*)
FROM events AS e
JOIN sessions AS s ON s.bucket = e.bucket AND s.visitor_id = e.visitor_id AND s.id = e.session_id
WHERE e.day BETWEEN :first AND :last AND e.occurred_at >= :start AND e.occurred_at < :end
  AND e.occurred_at NOT BETWEEN s.started_at AND s.last_event_at
  AND (:property::text IS NULL OR e.property_id = :property)

-- miscountedSessions
SELECT count(*)
FROM sessions AS s
LEFT JOIN (
    SELECT bucket, visitor_id, session_id, device = 'bot' AS is_bot,
           count(*) AS events,
           count(*) FILTER (WHERE event_type = 'page_view') AS page_views,
           count(*) FILTER (WHERE is_conversion) AS conversions,
           count(*) FILTER (WHERE event_type = 'engagement') AS engagements,
           coalesce(sum(engaged_time_ms), 0) AS engaged_ms,
           min(occurred_at) AS started_at,
           max(occurred_at) AS last_event_at,
           (array_agg(path ORDER BY occurred_at, path COLLATE "C") FILTER (WHERE event_type = 'page_view'))[1] AS entry_path,
           (array_agg(path ORDER BY occurred_at DESC, path COLLATE "C" DESC)
               FILTER (WHERE event_type = 'page_view'))[1] AS exit_path,
           min(occurred_at) FILTER (WHERE event_type = 'form_start') AS first_form_start,
           max(occurred_at) FILTER (WHERE event_type = 'form_submit') AS last_form_submit
    FROM events
    WHERE day BETWEEN :first AND :until AND (:property::text IS NULL OR property_id = :property)
    GROUP BY bucket, visitor_id, session_id, device = 'bot') AS e
    ON e.bucket = s.bucket AND e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.is_bot = (s.device = 'bot')
WHERE s.started_at >= :start AND s.started_at < :end AND (:property::text IS NULL OR s.property_id = :property)
  AND (s.events, s.page_views, s.conversions, s.engagements, s.engaged_ms, s.started_at, s.last_event_at,
       s.entry_path, s.exit_path, s.first_form_start, s.last_form_submit)
      IS DISTINCT FROM
      (coalesce(e.events, 0), coalesce(e.page_views, 0), coalesce(e.conversions, 0), coalesce(e.engagements, 0),
       coalesce(e.engaged_ms, 0), e.started_at, e.last_event_at,
       e.entry_path, e.exit_path, e.first_form_start, e.last_form_submit)

-- overlappingSessions
-- An event inside a session always belongs to that session, so two sessions of a person never overlap, regardless of the inactivity
-- time and of late events. Two cases are left out: sessions of referrer spam, which also take the events that follow them, and
-- visitors with more than eight sessions, since the session rule does not know their earliest sessions.
SELECT count(*)
FROM (
    SELECT started_at,
           max(last_event_at) OVER (
               PARTITION BY bucket, visitor_id ORDER BY started_at, last_event_at, id
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier_end,
           count(*) OVER (PARTITION BY bucket, visitor_id) AS sessions
    FROM sessions
    WHERE started_at >= :start::timestamptz - interval '24 hours' AND started_at < :end AND device <> 'bot'
      AND (:property::text IS NULL OR property_id = :property)) AS s
WHERE started_at >= :start AND started_at < earlier_end AND sessions <= 8

-- uniqueVisitors
SELECT count(*)
FROM (
    SELECT visitor_id
    FROM events
    WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND device <> 'bot'
      AND (:property::text IS NULL OR property_id = :property)
    GROUP BY bucket, visitor_id) AS visitors

-- returningVisitorsPct
SELECT count(*) FILTER (WHERE v.first_seen_at < :start)::float8 / nullif(count(*), 0)
FROM visitors AS v
WHERE (v.bucket, v.visitor_id) IN (
    SELECT bucket, visitor_id
    FROM events
    WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND device <> 'bot'
      AND (:property::text IS NULL OR property_id = :property))

-- newVisitors
SELECT count(*)
FROM visitors AS v
WHERE v.first_seen_at >= :start AND v.first_seen_at < :end
  AND (v.bucket, v.visitor_id) IN (
    SELECT bucket, visitor_id
    FROM events
    WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND device <> 'bot'
      AND (:property::text IS NULL OR property_id = :property))

-- newLeads
SELECT count(*)
FROM leads
WHERE first_captured_at >= :start AND first_captured_at < :end AND NOT is_bot AND (:property::text IS NULL OR property_id = :property)

-- newMailableLeads
SELECT count(*)
FROM leads
WHERE first_captured_at >= :start AND first_captured_at < :end AND NOT is_bot
  AND (:property::text IS NULL OR property_id = :property)
  AND (consent_status = 'express' OR consent_status = 'implied' AND consent_expires_at > :now)
  AND (NOT in_review OR consent_status = 'express' AND id IN (
      SELECT lead_id FROM consent_events WHERE status = 'express' AND source IN ('operator', 'confirmed')))

-- totalPageViews
SELECT count(*)
FROM events
WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)
  AND event_type = 'page_view'

-- sessions
SELECT count(*)
FROM sessions
WHERE started_at >= :start AND started_at < :end AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)

-- bounceRate
SELECT count(*) FILTER (WHERE views = 1 AND others = 0)::float8 / nullif(count(*), 0)
FROM (
    SELECT count(*) FILTER (WHERE e.event_type = 'page_view') AS views,
           count(*) FILTER (WHERE e.event_type NOT IN ('page_view', 'engagement')) AS others
    FROM sessions AS s
    LEFT JOIN events AS e ON e.bucket = s.bucket AND e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
         AND e.day BETWEEN :first AND :until
    WHERE s.started_at >= :start AND s.started_at < :end AND s.device <> 'bot'
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.bucket, s.id) AS visits

-- avgEngagedTimeMs
SELECT coalesce(sum(engaged), 0)::float8 / nullif(count(*) FILTER (WHERE views > 0), 0)
FROM (
    SELECT sum(e.engaged_time_ms) AS engaged, count(*) FILTER (WHERE e.event_type = 'page_view') AS views
    FROM sessions AS s
    LEFT JOIN events AS e ON e.bucket = s.bucket AND e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
         AND e.day BETWEEN :first AND :until
    WHERE s.started_at >= :start AND s.started_at < :end AND s.device <> 'bot'
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.bucket, s.id) AS visits

-- leadCaptureRate
SELECT captured.visitors::float8 / nullif(seen.visitors, 0)
FROM (
    SELECT count(DISTINCT i.visitor_id) AS visitors
    FROM leads AS l
    JOIN lead_identities AS i ON i.lead_id = l.id AND i.source = 'form_submit' AND NOT i.is_bot
    WHERE l.first_captured_at >= :start AND l.first_captured_at < :end AND NOT l.is_bot
      AND (i.linked_at AT TIME ZONE :zone)::date <= (l.first_captured_at AT TIME ZONE :zone)::date
      AND (:property::text IS NULL OR l.property_id = :property)) AS captured
CROSS JOIN (
    SELECT count(*) AS visitors
    FROM (
        SELECT visitor_id
        FROM events
        WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND device <> 'bot'
          AND (:property::text IS NULL OR property_id = :property)
        GROUP BY bucket, visitor_id) AS visitors) AS seen

-- formCompletionRate
SELECT count(*) FILTER (WHERE submitted > started)::float8 / nullif(count(started), 0)
FROM (
    SELECT min(e.occurred_at) FILTER (WHERE e.event_type = 'form_start') AS started,
           max(e.occurred_at) FILTER (WHERE e.event_type = 'form_submit') AS submitted
    FROM sessions AS s
    LEFT JOIN events AS e ON e.bucket = s.bucket AND e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
         AND e.day BETWEEN :first AND :until
    WHERE s.started_at >= :start AND s.started_at < :end AND s.device <> 'bot'
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.bucket, s.id) AS visits

-- landingPageConversionRate
SELECT count(*) FILTER (WHERE converts)::float8 / nullif(count(*), 0)
FROM (
    SELECT bool_or(e.is_conversion) AS converts
    FROM sessions AS s
    LEFT JOIN events AS e ON e.bucket = s.bucket AND e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
         AND e.day BETWEEN :first AND :until
    WHERE s.started_at >= :start AND s.started_at < :end AND s.device <> 'bot'
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.bucket, s.id) AS visits

-- avgTimeToFirstCaptureHrs
SELECT avg(greatest(0, date_part('epoch', captured.at - v.first_seen_at)) / 3600)
FROM (
    SELECT i.visitor_id, l.first_captured_at AS at
    FROM leads AS l
    JOIN lead_identities AS i ON i.lead_id = l.id AND i.source = 'form_submit' AND NOT i.is_bot
    WHERE l.first_captured_at >= :start AND l.first_captured_at < :end AND NOT l.is_bot
      AND (i.linked_at AT TIME ZONE :zone)::date <= (l.first_captured_at AT TIME ZONE :zone)::date
      AND (:property::text IS NULL OR l.property_id = :property)) AS captured
JOIN visitors AS v ON v.visitor_id = captured.visitor_id

-- trafficSourceMix
-- One row for each source that has sessions.
SELECT traffic_source, count(*)::float8 / sum(count(*)) OVER ()
FROM sessions
WHERE started_at >= :start AND started_at < :end AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)
GROUP BY traffic_source

-- webVitals
-- The smallest value that the given share of all values does not exceed.
SELECT min(value)
FROM (
    SELECT value, sum(count) OVER (ORDER BY value) AS up_to_it, sum(count) OVER () AS total
    FROM (
        SELECT lcp_ms AS value, count(*) AS count
        FROM events
        WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND device <> 'bot'
          AND (:property::text IS NULL OR property_id = :property) AND lcp_ms IS NOT NULL
        GROUP BY lcp_ms) AS measured) AS ranked
WHERE up_to_it >= :share::float8 * total

-- totalEventsAccepted
SELECT count(*)
FROM events
WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)

-- botEvents
SELECT count(*)
FROM events
WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND device = 'bot'
  AND (:property::text IS NULL OR property_id = :property)

-- totalEventsRejected
SELECT coalesce(sum(count), 0)
FROM ingest_rejections
WHERE day BETWEEN :from AND :to AND endpoint IN ('events', 'events/batch')
  AND (:property::text IS NULL OR property_id = :property)

-- successPct
SELECT accepted::float8 / nullif(accepted + refused, 0)
FROM (
    SELECT count(*) AS accepted
    FROM events
    WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND device <> 'bot'
      AND (:property::text IS NULL OR property_id = :property)) AS stored
CROSS JOIN (
    SELECT coalesce(sum(count), 0) AS refused
    FROM ingest_rejections
    WHERE day BETWEEN :from AND :to AND endpoint IN ('events', 'events/batch')
      AND reason NOT IN ('honeypot', 'privacy_signal', 'engagement_without_session',
                         'excluded_network', 'excluded_path', 'foreign_host')
      AND (:property::text IS NULL OR property_id = :property)) AS rejections

-- breakdown.path
SELECT value, count(*) FILTER (WHERE events > 0), sum(page_views), sum(sessions), sum(conversions)
FROM (
    SELECT e.path AS value,
           count(*) FILTER (WHERE e.occurred_at >= :start AND e.occurred_at < :end) AS events,
           count(*) FILTER (WHERE e.occurred_at >= :start AND e.occurred_at < :end AND e.event_type = 'page_view') AS page_views,
           count(DISTINCT s.id) AS sessions,
           count(DISTINCT s.id) FILTER (WHERE e.is_conversion) AS conversions
    FROM events AS e
    LEFT JOIN sessions AS s ON s.bucket = e.bucket AND s.visitor_id = e.visitor_id AND s.id = e.session_id
         AND s.started_at >= :start AND s.started_at < :end
    WHERE e.day BETWEEN :first AND :until AND (e.occurred_at >= :start AND e.occurred_at < :end OR s.id IS NOT NULL)
      AND e.device <> 'bot' AND (:property::text IS NULL OR e.property_id = :property)
    GROUP BY e.bucket, e.visitor_id, e.path) AS visitors
GROUP BY value

-- breakdown.traffic_source
SELECT value, count(*), sum(page_views), sum(sessions), sum(conversions)
FROM (
    SELECT s.traffic_source AS value,
           count(*) FILTER (WHERE e.event_type = 'page_view') AS page_views,
           count(DISTINCT s.id) AS sessions,
           count(DISTINCT s.id) FILTER (WHERE e.is_conversion) AS conversions
    FROM sessions AS s
    LEFT JOIN events AS e ON e.bucket = s.bucket AND e.visitor_id = s.visitor_id AND e.session_id = s.id
         AND e.device <> 'bot' AND e.day BETWEEN :first AND :until
    WHERE s.started_at >= :start AND s.started_at < :end AND s.device <> 'bot'
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.bucket, s.visitor_id, s.traffic_source) AS visitors
GROUP BY value

-- breakdown.landing_path
SELECT value, count(*), sum(page_views), sum(sessions), sum(conversions)
FROM (
    SELECT landing.path AS value,
           count(*) FILTER (WHERE e.event_type = 'page_view') AS page_views,
           count(DISTINCT s.id) AS sessions,
           count(DISTINCT s.id) FILTER (WHERE e.is_conversion) AS conversions
    FROM sessions AS s
    LEFT JOIN events AS e ON e.bucket = s.bucket AND e.visitor_id = s.visitor_id AND e.session_id = s.id
         AND e.device <> 'bot' AND e.day BETWEEN :first AND :until
    LEFT JOIN (
        SELECT DISTINCT ON (bucket, visitor_id, session_id) bucket, visitor_id, session_id, path
        FROM events
        WHERE day BETWEEN :first AND :until AND event_type = 'page_view' AND device <> 'bot'
          AND (:property::text IS NULL OR property_id = :property)
        ORDER BY bucket, visitor_id, session_id, occurred_at, path COLLATE "C") AS landing
        ON landing.bucket = s.bucket AND landing.visitor_id = s.visitor_id AND landing.session_id = s.id
    WHERE s.started_at >= :start AND s.started_at < :end AND s.device <> 'bot'
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.bucket, s.visitor_id, landing.path) AS visitors
GROUP BY value

-- breakdown.exit_path
SELECT value, count(*), sum(page_views), sum(sessions), sum(conversions)
FROM (
    SELECT exits.path AS value,
           count(*) FILTER (WHERE e.event_type = 'page_view') AS page_views,
           count(DISTINCT s.id) AS sessions,
           count(DISTINCT s.id) FILTER (WHERE e.is_conversion) AS conversions
    FROM sessions AS s
    LEFT JOIN events AS e ON e.bucket = s.bucket AND e.visitor_id = s.visitor_id AND e.session_id = s.id
         AND e.device <> 'bot' AND e.day BETWEEN :first AND :until
    LEFT JOIN (
        SELECT DISTINCT ON (bucket, visitor_id, session_id) bucket, visitor_id, session_id, path
        FROM events
        WHERE day BETWEEN :first AND :until AND event_type = 'page_view' AND device <> 'bot'
          AND (:property::text IS NULL OR property_id = :property)
        ORDER BY bucket, visitor_id, session_id, occurred_at DESC, path COLLATE "C" DESC) AS exits
        ON exits.bucket = s.bucket AND exits.visitor_id = s.visitor_id AND exits.session_id = s.id
    WHERE s.started_at >= :start AND s.started_at < :end AND s.device <> 'bot'
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.bucket, s.visitor_id, exits.path) AS visitors
GROUP BY value

-- goal
SELECT count(*)
FROM (
    SELECT s.id
    FROM sessions AS s
    JOIN events AS e ON e.bucket = s.bucket AND e.visitor_id = s.visitor_id AND e.session_id = s.id
         AND e.device <> 'bot' AND e.day BETWEEN :first AND :until
    WHERE s.started_at >= :start AND s.started_at < :end AND s.device <> 'bot'
      AND (:property::text IS NULL OR s.property_id = :property)
      AND ((e.event_type = 'page_view' AND e.path LIKE :pattern)
           OR (e.event_type = :type AND (:key::text IS NULL OR e.props ->> :key::text = :value)))
    GROUP BY s.bucket, s.id) AS reached
