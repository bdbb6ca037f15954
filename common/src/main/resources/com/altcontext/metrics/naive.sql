-- Each figure computed from raw rows in the plainest way: what docs/metrics.md prints, and what a rollup is checked against.

-- uniqueVisitors
SELECT count(DISTINCT visitor_id)
FROM events
WHERE day BETWEEN :from AND :to AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)

-- returningVisitorsPct
SELECT count(*) FILTER (WHERE v.first_seen_at < :from::date::timestamp AT TIME ZONE 'UTC')::float8 / nullif(count(*), 0)
FROM visitors AS v
WHERE v.visitor_id IN (
    SELECT visitor_id
    FROM events
    WHERE day BETWEEN :from AND :to AND device <> 'bot'
      AND (:property::text IS NULL OR property_id = :property))

-- totalPageViews
SELECT count(*)
FROM events
WHERE day BETWEEN :from AND :to AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)
  AND event_type = 'page_view'

-- sessions
SELECT count(*)
FROM sessions
WHERE (started_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)

-- bounceRate
SELECT count(*) FILTER (WHERE views = 1 AND conversions = 0)::float8 / nullif(count(*), 0)
FROM (
    SELECT count(*) FILTER (WHERE e.event_type = 'page_view') AS views,
           count(*) FILTER (WHERE e.is_conversion) AS conversions
    FROM sessions AS s
    LEFT JOIN events AS e ON e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
    WHERE s.device <> 'bot' AND (s.started_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.id) AS visits

-- avgEngagedTimeMs
SELECT avg(engaged)::float8
FROM (
    SELECT sum(e.engaged_time_ms) AS engaged
    FROM sessions AS s
    LEFT JOIN events AS e ON e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
    WHERE s.device <> 'bot' AND (s.started_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.id) AS visits

-- leadCaptureRate
SELECT count(*)::float8 / nullif((
    SELECT count(DISTINCT visitor_id)
    FROM events
    WHERE day BETWEEN :from AND :to AND device <> 'bot'
      AND (:property::text IS NULL OR property_id = :property)), 0)
FROM leads
WHERE (first_captured_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to
  AND (:property::text IS NULL OR property_id = :property)

-- formCompletionRate
SELECT count(*) FILTER (WHERE submitted > started)::float8 / nullif(count(started), 0)
FROM (
    SELECT min(e.occurred_at) FILTER (WHERE e.event_type = 'form_start') AS started,
           max(e.occurred_at) FILTER (WHERE e.event_type = 'form_submit') AS submitted
    FROM sessions AS s
    LEFT JOIN events AS e ON e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
    WHERE s.device <> 'bot' AND (s.started_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.id) AS visits

-- landingPageConversionRate
SELECT count(*) FILTER (WHERE converts)::float8 / nullif(count(*), 0)
FROM (
    SELECT bool_or(e.is_conversion) AS converts
    FROM sessions AS s
    LEFT JOIN events AS e ON e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
    WHERE s.device <> 'bot' AND (s.started_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to
      AND (:property::text IS NULL OR s.property_id = :property)
    GROUP BY s.id) AS visits

-- avgTimeToFirstCaptureHrs
SELECT avg(greatest(0, date_part('epoch', l.first_captured_at - v.first_seen_at)) / 3600)
FROM leads AS l
JOIN lead_identities AS i ON i.lead_id = l.id AND i.source = 'form_submit'
JOIN visitors AS v ON v.visitor_id = i.visitor_id
WHERE (l.first_captured_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to
  AND (i.linked_at AT TIME ZONE 'UTC')::date <= (l.first_captured_at AT TIME ZONE 'UTC')::date
  AND (:property::text IS NULL OR l.property_id = :property)

-- trafficSourceMix
SELECT count(*) FILTER (WHERE traffic_source = :source)::float8 / nullif(count(*), 0)
FROM sessions
WHERE (started_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)

-- webVitals
SELECT percentile_disc(:share::float8) WITHIN GROUP (ORDER BY lcp_ms)
FROM events
WHERE day BETWEEN :from AND :to AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)

-- totalEventsAccepted
SELECT count(*)
FROM events
WHERE day BETWEEN :from AND :to AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)

-- botEvents
SELECT count(*)
FROM events
WHERE day BETWEEN :from AND :to AND device = 'bot'
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
    WHERE day BETWEEN :from AND :to AND device <> 'bot'
      AND (:property::text IS NULL OR property_id = :property)) AS stored
CROSS JOIN (
    SELECT coalesce(sum(count), 0) AS refused
    FROM ingest_rejections
    WHERE day BETWEEN :from AND :to AND endpoint IN ('events', 'events/batch')
      AND reason NOT IN ('honeypot', 'privacy_signal')
      AND (:property::text IS NULL OR property_id = :property)) AS rejections

-- breakdown.path
SELECT path, count(DISTINCT visitor_id), count(*) FILTER (WHERE event_type = 'page_view'),
       count(DISTINCT session_id), count(DISTINCT session_id) FILTER (WHERE is_conversion)
FROM events
WHERE day BETWEEN :from AND :to AND device <> 'bot'
  AND (:property::text IS NULL OR property_id = :property)
GROUP BY path

-- breakdown.traffic_source
SELECT s.traffic_source, count(DISTINCT s.visitor_id), count(*) FILTER (WHERE e.event_type = 'page_view'),
       count(DISTINCT s.id), count(DISTINCT s.id) FILTER (WHERE e.is_conversion)
FROM sessions AS s
LEFT JOIN events AS e ON e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
WHERE s.device <> 'bot' AND (s.started_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to
  AND (:property::text IS NULL OR s.property_id = :property)
GROUP BY s.traffic_source

-- breakdown.landing_path
SELECT landing.path, count(DISTINCT s.visitor_id), count(*) FILTER (WHERE e.event_type = 'page_view'),
       count(DISTINCT s.id), count(DISTINCT s.id) FILTER (WHERE e.is_conversion)
FROM sessions AS s
LEFT JOIN events AS e ON e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
LEFT JOIN LATERAL (
    SELECT path
    FROM events AS view
    WHERE view.visitor_id = s.visitor_id AND view.session_id = s.id AND view.event_type = 'page_view'
      AND view.device <> 'bot'
    ORDER BY view.occurred_at, view.path COLLATE "C"
    LIMIT 1) AS landing ON true
WHERE s.device <> 'bot' AND (s.started_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to
  AND (:property::text IS NULL OR s.property_id = :property)
GROUP BY landing.path

-- breakdown.exit_path
SELECT exits.path, count(DISTINCT s.visitor_id), count(*) FILTER (WHERE e.event_type = 'page_view'),
       count(DISTINCT s.id), count(DISTINCT s.id) FILTER (WHERE e.is_conversion)
FROM sessions AS s
LEFT JOIN events AS e ON e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.device <> 'bot'
LEFT JOIN LATERAL (
    SELECT path
    FROM events AS view
    WHERE view.visitor_id = s.visitor_id AND view.session_id = s.id AND view.event_type = 'page_view'
      AND view.device <> 'bot'
    ORDER BY view.occurred_at DESC, view.path COLLATE "C" DESC
    LIMIT 1) AS exits ON true
WHERE s.device <> 'bot' AND (s.started_at AT TIME ZONE 'UTC')::date BETWEEN :from AND :to
  AND (:property::text IS NULL OR s.property_id = :property)
GROUP BY exits.path
