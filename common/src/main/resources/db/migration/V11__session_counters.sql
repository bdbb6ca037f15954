-- A session's row says what happened in it, so that a figure of sessions reads sessions alone and can be filtered. And each key
-- of the tables that grow begins with a bucket, so that the rows of one bucket can live on one machine of a cluster; as long as
-- there is one machine, every row is in bucket 0.

-- Which bucket a visitor's rows are in. A cluster gets a function that spreads them.
CREATE FUNCTION bucket_of(visitor_id uuid) RETURNS smallint
    LANGUAGE sql
    IMMUTABLE PARALLEL SAFE
RETURN 0::smallint;

ALTER TABLE visitors ADD COLUMN bucket smallint NOT NULL DEFAULT 0;
ALTER TABLE visitors DROP CONSTRAINT visitors_pkey, ADD PRIMARY KEY (bucket, visitor_id);

ALTER TABLE sessions
    ADD COLUMN bucket           smallint NOT NULL DEFAULT 0,
    ADD COLUMN hostname         text,
    ADD COLUMN events           integer NOT NULL DEFAULT 0,
    ADD COLUMN page_views       integer NOT NULL DEFAULT 0,
    ADD COLUMN conversions      integer NOT NULL DEFAULT 0,
    ADD COLUMN engagements      integer NOT NULL DEFAULT 0,
    ADD COLUMN engaged_ms       bigint NOT NULL DEFAULT 0,
    ADD COLUMN entry_at         timestamptz,
    ADD COLUMN entry_path       text,
    ADD COLUMN exit_at          timestamptz,
    ADD COLUMN exit_path        text,
    ADD COLUMN first_form_start timestamptz,
    ADD COLUMN last_form_submit timestamptz,
    ADD COLUMN may_hold_address boolean;
ALTER TABLE sessions DROP CONSTRAINT sessions_pkey, ADD PRIMARY KEY (bucket, visitor_id, id);
DROP INDEX sessions_by_start;
CREATE INDEX sessions_by_start ON sessions (bucket, visitor_id, started_at);
COMMENT ON COLUMN sessions.bucket IS 'Which part of the tables that grow: the same for all rows of a visitor.';
COMMENT ON COLUMN sessions.hostname IS 'The host of the page of its first event.';
COMMENT ON COLUMN sessions.events IS 'Its stored events, of whatever type. All counters are kept in the transaction that stores an event.';
COMMENT ON COLUMN sessions.conversions IS 'Events that count as a goal reached.';
COMMENT ON COLUMN sessions.engagements IS 'Events of the type engagement: a session of one page view and those alone is a bounce.';
COMMENT ON COLUMN sessions.entry_path IS 'The path of its first page view (entry_at); null if it has none. Of two at the same time, the smaller.';
COMMENT ON COLUMN sessions.exit_path IS 'The path of its last page view (exit_at); null if it has none. Of two at the same time, the greater.';

ALTER TABLE events
    ADD COLUMN bucket   smallint NOT NULL DEFAULT 0,
    ADD COLUMN hostname text;
ALTER TABLE events DROP CONSTRAINT events_pkey, ADD PRIMARY KEY (bucket, visitor_id, id, day);
COMMENT ON COLUMN events.hostname IS 'The host of the page, as the sender or its browser says.';

-- Sessions that are there. Until now the event of a bot could join a session of people, or the other way round; it does no more.
-- The counters are of the events of the session's own kind.
UPDATE sessions AS s
SET events = e.events, page_views = e.page_views, conversions = e.conversions, engagements = e.engagements,
    engaged_ms = e.engaged_ms, entry_at = e.entry_at, entry_path = e.entry_path, exit_at = e.exit_at, exit_path = e.exit_path,
    first_form_start = e.first_form_start, last_form_submit = e.last_form_submit
FROM (
    SELECT visitor_id, session_id, device = 'bot' AS is_bot,
           count(*) AS events,
           count(*) FILTER (WHERE event_type = 'page_view') AS page_views,
           count(*) FILTER (WHERE is_conversion) AS conversions,
           count(*) FILTER (WHERE event_type = 'engagement') AS engagements,
           coalesce(sum(engaged_time_ms), 0) AS engaged_ms,
           min(occurred_at) FILTER (WHERE event_type = 'page_view') AS entry_at,
           (array_agg(path ORDER BY occurred_at, path COLLATE "C") FILTER (WHERE event_type = 'page_view'))[1] AS entry_path,
           max(occurred_at) FILTER (WHERE event_type = 'page_view') AS exit_at,
           (array_agg(path ORDER BY occurred_at DESC, path COLLATE "C" DESC) FILTER (WHERE event_type = 'page_view'))[1] AS exit_path,
           min(occurred_at) FILTER (WHERE event_type = 'form_start') AS first_form_start,
           max(occurred_at) FILTER (WHERE event_type = 'form_submit') AS last_form_submit
    FROM events
    GROUP BY visitor_id, session_id, device = 'bot') AS e
WHERE e.visitor_id = s.visitor_id AND e.session_id = s.id AND e.is_bot = (s.device = 'bot');

-- As of events: the writer says which sessions could hold an e-mail address. Functions in the condition of an index are called
-- for each row, and a column in it that changes with each page view would have to be indexed anew each time.
UPDATE sessions SET may_hold_address = true
WHERE holds_at_sign(utm_source) OR holds_at_sign(utm_medium) OR holds_at_sign(utm_campaign) OR holds_at_sign(utm_term)
   OR holds_at_sign(utm_content) OR holds_at_sign(referrer_host) OR holds_at_sign(entry_path) OR holds_at_sign(exit_path);
DROP INDEX sessions_with_at_sign;
CREATE INDEX sessions_with_at_sign ON sessions (bucket, visitor_id) WHERE may_hold_address;
COMMENT ON COLUMN sessions.may_hold_address IS 'True if a text of any of its events has an at sign, plain or percent-encoded; null if none has.';
