-- The statements of a rollup, each for one kind of figure. They compute one day for some properties that share a time zone.
-- :properties are the slugs of the properties. :start and :end are the bounds of the day, :first and :last the first and the last
-- UTC day (partition) that overlap it. :until is the UTC day of the last event of any session that began on the day. Bots count
-- only in the column bots. A visitor is in one bucket, so an inner query can group by bucket and visitor on the nodes of a cluster,
-- and the outer query counts the groups.

-- carried
-- The sessions that began before the day and have events on it, and whether their visitor began no session on the day. Sessions are
-- looked up by visitor and id, which uses the primary key. By the id only, as the planner would do if it took the day for empty,
-- each lookup would read the whole day.
SELECT property_id, visitor_id, session_id, NOT EXISTS (
           SELECT FROM sessions AS s
           WHERE s.bucket = c.bucket AND s.visitor_id = c.visitor_id AND s.device <> 'bot'
             AND s.started_at >= :start AND s.started_at < :end) AS began_none
FROM (
    SELECT DISTINCT e.bucket, e.property_id, e.visitor_id, e.session_id
    FROM events AS e
    WHERE e.day BETWEEN :first AND :last AND e.occurred_at >= :start AND e.occurred_at < :end AND e.device <> 'bot'
      AND e.property_id = ANY (:properties) AND NOT EXISTS (
        SELECT FROM sessions AS s
        WHERE s.bucket = e.bucket AND s.visitor_id = e.visitor_id AND s.id = e.session_id AND s.device <> 'bot'
          AND s.started_at >= :start AND s.started_at < :end)) AS c

-- unfinished
-- The sessions that began on the day and have events after it, and the UTC day of their last event.
SELECT id, (last_event_at AT TIME ZONE 'UTC')::date
FROM sessions
WHERE started_at >= :start AND started_at < :end AND last_event_at >= :end AND device <> 'bot'
  AND property_id = ANY (:properties)

-- sessions
SELECT property_id,
       count(*) AS sessions,
       count(*) FILTER (WHERE page_views = 1 AND events - engagements = 1) AS bounces,
       count(*) FILTER (WHERE page_views > 0) AS viewed_sessions,
       sum(engaged_ms)::bigint AS engaged_ms,
       count(first_form_start) AS form_sessions,
       count(*) FILTER (WHERE last_form_submit > first_form_start) AS completed_forms,
       count(*) FILTER (WHERE conversions > 0) AS converting_sessions,
       count(*) FILTER (WHERE traffic_source = 'direct') AS from_direct,
       count(*) FILTER (WHERE traffic_source = 'organic_search') AS from_organic_search,
       count(*) FILTER (WHERE traffic_source = 'paid_search') AS from_paid_search,
       count(*) FILTER (WHERE traffic_source = 'social') AS from_social,
       count(*) FILTER (WHERE traffic_source = 'email') AS from_email,
       count(*) FILTER (WHERE traffic_source = 'referral') AS from_referral,
       count(*) FILTER (WHERE traffic_source = 'campaign') AS from_campaign,
       count(*) FILTER (WHERE traffic_source = 'internal') AS from_internal,
       count(*) FILTER (WHERE traffic_source = 'unknown') AS from_unknown,
       count(*) FILTER (WHERE engagements > 0) AS engaged_sessions
FROM sessions
WHERE started_at >= :start AND started_at < :end AND device <> 'bot' AND property_id = ANY (:properties)
GROUP BY property_id

-- visitors
-- The visitors who began a session, as one row for each register of the sketch. The first 15 bits of a visitor's id are the
-- register; least is the smallest value of the next 14 bits.
SELECT property_id, bits >> 14 AS register, min(bits & 16383) AS least, count(*) AS visitors
FROM (
    SELECT property_id,
           (get_byte(id, 0) << 21) + (get_byte(id, 1) << 13) + (get_byte(id, 2) << 5) + (get_byte(id, 3) >> 3) AS bits
    FROM (
        SELECT property_id, uuid_send(visitor_id) AS id
        FROM sessions
        WHERE started_at >= :start AND started_at < :end AND device <> 'bot' AND property_id = ANY (:properties)
        GROUP BY bucket, property_id, visitor_id) AS visitors) AS hashed
GROUP BY property_id, bits >> 14

-- exactVisitors
-- The visitors of properties that have few of them, so that they are counted exactly over many days too.
SELECT property_id, visitor_id
FROM sessions
WHERE started_at >= :start AND started_at < :end AND device <> 'bot' AND property_id = ANY (:exact)
GROUP BY bucket, property_id, visitor_id

-- newVisitors
-- A visitor who was first seen on the day also began a session on it.
SELECT v.property_id, count(*) AS new_visitors
FROM visitors AS v
WHERE v.first_seen_at >= :start AND v.first_seen_at < :end AND v.property_id = ANY (:properties)
  AND EXISTS (
    SELECT FROM sessions AS s
    WHERE s.bucket = v.bucket AND s.visitor_id = v.visitor_id AND s.device <> 'bot'
      AND s.started_at >= :start AND s.started_at < :end)
GROUP BY v.property_id

-- events
SELECT property_id,
       count(*) AS stored,
       count(*) FILTER (WHERE event_type = 'page_view' AND device <> 'bot') AS page_views,
       count(*) FILTER (WHERE device = 'bot') AS bots
FROM events
WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND property_id = ANY (:properties)
GROUP BY property_id

-- visits
-- Groups sessions that have the same value in every dimension, so that each dimension is counted from fewer rows. {columns} are the
-- columns of the dimensions.
SELECT property_id, {columns}, sum(page_views) AS page_views, count(*) AS sessions,
       count(*) FILTER (WHERE conversions > 0) AS conversions
FROM sessions
WHERE started_at >= :start AND started_at < :end AND device <> 'bot' AND property_id = ANY (:properties)
GROUP BY property_id, {columns}

-- sessionDimension
-- {column} is a column of sessions, and {dimension} the name of the dimension.
SELECT property_id, '{dimension}' AS dimension, {column} AS value, sum(page_views) AS page_views, sum(sessions) AS sessions,
       sum(conversions) AS conversions
FROM visits
GROUP BY property_id, {column}

-- paths
-- Counts the page views of the day, and the sessions that began on the day.
SELECT property_id, 'path' AS dimension, path AS value, sum(page_views) AS page_views,
       count(*) FILTER (WHERE session_id <> ALL (:carried)) AS sessions,
       count(*) FILTER (WHERE session_id <> ALL (:carried) AND converts) AS conversions
FROM (
    SELECT property_id, path, session_id, bool_or(is_conversion) AS converts,
           count(*) FILTER (WHERE occurred_at < :end AND event_type = 'page_view') AS page_views
    FROM events
    WHERE day BETWEEN :first AND :until AND device <> 'bot' AND property_id = ANY (:properties)
      AND occurred_at >= :start AND (occurred_at < :end OR session_id = ANY (:unfinished))
    GROUP BY bucket, property_id, path, session_id) AS of_sessions
GROUP BY property_id, path

-- eventTypes
-- Most events are page views and engagements. They are known already: :views are the page views of each property, and :viewed and
-- :engaged its sessions with page views and engagements. So of these two types, only events that are conversions or belong to
-- carried sessions are read. The latter give a row of zeros to a type that only carried sessions have on the day.
SELECT property_id, 'event_type' AS dimension, value, sum(page_views) AS page_views, sum(sessions) AS sessions,
       sum(conversions) AS conversions
FROM (
    SELECT property_id, event_type AS value, 0 AS page_views,
           count(*) FILTER (WHERE session_id <> ALL (:carried) AND event_type NOT IN ('page_view', 'engagement')) AS sessions,
           count(*) FILTER (WHERE session_id <> ALL (:carried) AND converts) AS conversions
    FROM (
        SELECT property_id, event_type, session_id, bool_or(is_conversion) AS converts
        FROM events
        WHERE day BETWEEN :first AND :until AND device <> 'bot' AND property_id = ANY (:properties)
          AND (event_type NOT IN ('page_view', 'engagement') OR is_conversion OR session_id = ANY (:carried))
          AND occurred_at >= :start AND (occurred_at < :end OR session_id = ANY (:unfinished))
        GROUP BY bucket, property_id, event_type, session_id) AS of_sessions
    GROUP BY property_id, event_type
    UNION ALL
    SELECT property_id, 'page_view', page_views, sessions, 0
    FROM unnest(:properties, :views, :viewed) AS counted(property_id, page_views, sessions)
    WHERE page_views + sessions > 0
    UNION ALL
    SELECT property_id, 'engagement', 0, sessions, 0
    FROM unnest(:properties, :engaged) AS counted(property_id, sessions)
    WHERE sessions > 0) AS counts
GROUP BY property_id, value

-- top
-- For each dimension, the 500 values with the most sessions, and the sum of all others as rank 0.
SELECT property_id, dimension, CASE WHEN rank <= 500 THEN rank ELSE 0 END AS place, CASE WHEN rank <= 500 THEN value END AS value,
       sum(page_views)::bigint AS page_views, sum(sessions)::bigint AS sessions, sum(conversions)::bigint AS conversions
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY property_id, dimension
        ORDER BY sessions DESC, page_views DESC, value COLLATE "C") AS rank
    FROM ({counted}) AS counted) AS ranked
GROUP BY 1, 2, 3, 4

-- vitals
-- Counts equal values first, and then the buckets of a histogram. The bounds of the buckets grow by the factor 101/99, so that the
-- middle of a bucket is within 1 % of every value in it. {columns} are the columns of the vitals, {numbers} their numbers, and
-- {scales} their factors. Most events have no vital; they are left out before each event becomes a row for each vital.
SELECT property_id, vital, CASE WHEN value < 1 THEN 0 ELSE 1 + ceil(ln(value) / ln(101.0::float8 / 99))::integer END AS bucket,
       sum(count)::bigint AS count
FROM (
    SELECT property_id, vital, measured::float8 * (ARRAY[{scales}])[vital] AS value, count(*) AS count
    FROM (
        SELECT property_id, unnest(ARRAY[{numbers}]) AS vital, unnest(ARRAY[{columns}]) AS measured
        FROM events
        WHERE day BETWEEN :first AND :last AND occurred_at >= :start AND occurred_at < :end AND device <> 'bot'
          AND property_id = ANY (:properties) AND num_nonnulls({columns}) > 0) AS events
    WHERE measured IS NOT NULL
    GROUP BY property_id, vital, measured) AS equal_ones
GROUP BY property_id, vital, bucket
ORDER BY property_id, vital, bucket

-- goals
-- Counts many goals, each with its number, in one scan of the day. A goal is an event of a type; a path or a value in props can be
-- required too.
SELECT n, count(*) AS sessions
FROM (
    SELECT goal.n, g.session_id
    FROM events AS g
    JOIN unnest(:numbers, :owners, :types, :patterns, :keys, :wanted) AS goal(n, property_id, event_type, pattern, key, wanted)
      ON goal.property_id = g.property_id AND goal.event_type = g.event_type
    JOIN sessions AS s ON s.bucket = g.bucket AND s.visitor_id = g.visitor_id AND s.id = g.session_id
    WHERE g.day BETWEEN :first AND :until AND g.device <> 'bot' AND s.started_at >= :start AND s.started_at < :end
      AND s.device <> 'bot'
      AND (goal.pattern IS NULL OR g.path LIKE goal.pattern) AND (goal.key IS NULL OR g.props ->> goal.key = goal.wanted)
    GROUP BY goal.n, g.bucket, g.visitor_id, g.session_id) AS reached
GROUP BY n

-- goal
-- Counts one goal, whose page views can be found by an index. :reached is the condition that an event g reaches the goal.
SELECT count(*) AS sessions
FROM (
    SELECT g.session_id
    FROM events AS g
    JOIN sessions AS s ON s.bucket = g.bucket AND s.visitor_id = g.visitor_id AND s.id = g.session_id
    WHERE g.day BETWEEN :first AND :until AND g.device <> 'bot' AND g.property_id = :property
      AND s.started_at >= :start AND s.started_at < :end AND s.device <> 'bot' AND :reached
    GROUP BY g.bucket, g.visitor_id, g.session_id) AS reached

-- leads
SELECT property_id, count(*) AS new_leads
FROM leads
WHERE first_captured_at >= :start AND first_captured_at < :end AND NOT is_bot AND property_id = ANY (:properties)
GROUP BY property_id

-- captures
-- The new leads of the day and their visitors, by links from forms.
SELECT l.property_id, i.visitor_id, l.first_captured_at
FROM leads AS l
JOIN lead_identities AS i ON i.lead_id = l.id AND i.source = 'form_submit' AND i.linked_at < :end AND NOT i.is_bot
WHERE l.first_captured_at >= :start AND l.first_captured_at < :end AND NOT l.is_bot AND l.property_id = ANY (:properties)

-- firstSeen
SELECT v.visitor_id, v.first_seen_at
FROM unnest(:visitors) AS sought(visitor_id)
JOIN visitors AS v ON v.bucket = bucket_of(sought.visitor_id, :buckets) AND v.visitor_id = sought.visitor_id

-- rejections
SELECT property_id, reason, sum(count)::bigint AS count
FROM ingest_rejections
WHERE day = :day AND endpoint IN ('events', 'events/batch') AND property_id = ANY (:properties)
GROUP BY property_id, reason
