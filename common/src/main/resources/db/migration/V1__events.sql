-- The tables that events need. Why they are shaped so:
--   * visitors, sessions and events grow without end. Each key of theirs holds visitor_id, and nothing else needs a
--     constraint across visitors, so that they can be spread over machines by visitor.
--   * ids are computed from what they identify, so a retry finds its first try by key, without a look-up table.
--   * there are no foreign keys between the growing tables: one writer stores a visitor, its session and its events in
--     one transaction, and a partition of events must be droppable without a scan of its neighbours.

CREATE TABLE properties (
    id         text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    name       text NOT NULL,
    domains    text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE properties IS 'Sites whose traffic is counted apart; id is the slug, domains are lower-case host names.';
INSERT INTO properties (id, name) VALUES ('default', 'Default');

CREATE TABLE visitors (
    visitor_id    uuid PRIMARY KEY,
    property_id   text NOT NULL,
    anon_id       text NOT NULL,
    first_seen_at timestamptz NOT NULL
);
COMMENT ON TABLE visitors IS 'One browser on one property: visitor_id is computed from (property_id, anon_id).';

-- A session's row is updated by nearly every event of it (last_event_at). The free space of each page and the absence
-- of any index on the columns that move keep those updates inside their page (heap-only tuples).
CREATE TABLE sessions (
    visitor_id     uuid NOT NULL,
    id             uuid NOT NULL,
    property_id    text NOT NULL,
    started_at     timestamptz NOT NULL,
    last_event_at  timestamptz NOT NULL,
    utm_source     text,
    utm_medium     text,
    utm_campaign   text,
    utm_term       text,
    utm_content    text,
    traffic_source text NOT NULL,
    referrer_host  text,
    device         text NOT NULL,
    country        text,
    ip_hash        bytea CHECK (octet_length(ip_hash) = 32),
    ua_hash        bytea CHECK (octet_length(ua_hash) = 32),
    PRIMARY KEY (visitor_id, id),
    CHECK (started_at <= last_event_at)
) WITH (fillfactor = 80);
COMMENT ON TABLE sessions IS 'A visitor''s run of events without a long gap or a change of campaign; id is computed from the visitor and the event that began it.';
COMMENT ON COLUMN sessions.ip_hash IS 'Keyed hash of the address that the session''s latest event came from; the address itself is never stored.';

-- The writer asks for the sessions of a visitor that lie near a moment. A visitor with thousands of sessions (a hostile
-- client) must not make that slow. started_at hardly ever changes, so this index does not spoil the updates above.
CREATE INDEX sessions_by_start ON sessions (visitor_id, started_at);

CREATE TABLE events (
    visitor_id           uuid NOT NULL,
    id                   uuid NOT NULL,
    day                  date NOT NULL,
    session_id           uuid NOT NULL,
    property_id          text NOT NULL,
    occurred_at          timestamptz NOT NULL,
    received_at          timestamptz NOT NULL,
    event_type           text NOT NULL,
    path                 text NOT NULL,
    referrer             text,
    referrer_host        text,
    utm_source           text,
    utm_medium           text,
    utm_campaign         text,
    utm_term             text,
    utm_content          text,
    traffic_source       text NOT NULL,
    device               text NOT NULL,
    country              text,
    is_conversion        boolean NOT NULL,
    engaged_time_ms      integer,
    scroll_depth_percent real,
    fcp_ms               real,
    lcp_ms               real,
    inp_ms               real,
    ttfb_ms              real,
    cls_score            real,
    props                jsonb,
    PRIMARY KEY (visitor_id, id, day),
    CHECK (day = (occurred_at AT TIME ZONE 'UTC')::date)
) PARTITION BY RANGE (day);
COMMENT ON TABLE events IS 'What visitors did. Partitioned by UTC day of occurred_at; retention drops whole partitions.';
COMMENT ON COLUMN events.device IS 'desktop, mobile, tablet, bot or unknown; bots are stored and left out of every metric.';

CREATE TABLE events_default PARTITION OF events DEFAULT;
COMMENT ON TABLE events_default IS 'Catches events of days that have no partition yet; they move out when it is made.';

-- Counters, never a row a request: a flood of refused requests must not become a flood of rows.
CREATE TABLE ingest_rejections (
    day         date NOT NULL,
    property_id text NOT NULL,
    endpoint    text NOT NULL,
    reason      text NOT NULL,
    count       bigint NOT NULL CHECK (count > 0),
    PRIMARY KEY (day, property_id, endpoint, reason)
);
COMMENT ON TABLE ingest_rejections IS 'Requests and events that were refused or dropped, counted.';
