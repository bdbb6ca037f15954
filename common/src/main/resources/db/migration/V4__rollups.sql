-- A day's aggregates of one property (UTC days), computed from the raw rows by the rollup and kept when those are purged.
-- docs/metrics.md defines every figure.

-- Every rollup run takes a number, and runs take turns: who read the figures up to a number finds what is newer by it.
CREATE SEQUENCE rollup_version;

CREATE TABLE daily_metric_rollups (
    property_id         text NOT NULL,
    day                 date NOT NULL,
    version             bigint NOT NULL DEFAULT 0,
    rolled_up_at        timestamptz NOT NULL DEFAULT now(),
    unique_visitors     bigint NOT NULL DEFAULT 0,
    new_visitors        bigint NOT NULL DEFAULT 0,
    page_views          bigint NOT NULL DEFAULT 0,
    sessions            bigint NOT NULL DEFAULT 0,
    bounces             bigint NOT NULL DEFAULT 0,
    engaged_sessions    bigint NOT NULL DEFAULT 0,
    engaged_ms          bigint NOT NULL DEFAULT 0,
    form_sessions       bigint NOT NULL DEFAULT 0,
    completed_forms     bigint NOT NULL DEFAULT 0,
    converting_sessions bigint NOT NULL DEFAULT 0,
    new_leads           bigint NOT NULL DEFAULT 0,
    captures            bigint NOT NULL DEFAULT 0,
    capture_ms          bigint NOT NULL DEFAULT 0,
    from_direct         bigint NOT NULL DEFAULT 0,
    from_organic_search bigint NOT NULL DEFAULT 0,
    from_paid_search    bigint NOT NULL DEFAULT 0,
    from_social         bigint NOT NULL DEFAULT 0,
    from_email          bigint NOT NULL DEFAULT 0,
    from_referral       bigint NOT NULL DEFAULT 0,
    from_campaign       bigint NOT NULL DEFAULT 0,
    from_internal       bigint NOT NULL DEFAULT 0,
    from_unknown        bigint NOT NULL DEFAULT 0,
    visitor_sketch      bytea NOT NULL DEFAULT '',
    fcp_histogram       bytea NOT NULL DEFAULT '',
    lcp_histogram       bytea NOT NULL DEFAULT '',
    inp_histogram       bytea NOT NULL DEFAULT '',
    ttfb_histogram      bytea NOT NULL DEFAULT '',
    cls_histogram       bytea NOT NULL DEFAULT '',
    PRIMARY KEY (property_id, day)
);
COMMENT ON TABLE daily_metric_rollups IS 'Counts and mergeable sketches of a day; every known property has a row for each day that was rolled up.';
COMMENT ON COLUMN daily_metric_rollups.new_visitors IS 'Those of unique_visitors who were first seen on this day.';
COMMENT ON COLUMN daily_metric_rollups.captures IS 'Certain links of the new leads to visitors; capture_ms is the sum of their times from first sight to capture.';
COMMENT ON COLUMN daily_metric_rollups.visitor_sketch IS 'HyperLogLog of 32768 registers: three bytes each (register * 16 + value) while that is shorter, else half a byte each.';
COMMENT ON COLUMN daily_metric_rollups.lcp_histogram IS 'Bucket (2 bytes) and count (4 bytes), repeated; bucket n > 0 holds values v with ceil(ln(v) / ln(101/99)) = n - 1, bucket 0 what is below 1. Layout shift is in thousandths.';
CREATE INDEX daily_metric_rollups_by_version ON daily_metric_rollups (version);

-- A value may be longer than an index entry can be, so the key holds its rank.
CREATE TABLE daily_dimension_rollups (
    property_id text NOT NULL,
    dimension   text NOT NULL,
    day         date NOT NULL,
    rank        smallint NOT NULL,
    value       text,
    visitors    bigint NOT NULL,
    page_views  bigint NOT NULL,
    sessions    bigint NOT NULL,
    conversions bigint NOT NULL,
    PRIMARY KEY (property_id, dimension, day, rank)
);
COMMENT ON TABLE daily_dimension_rollups IS 'The top 500 values of each dimension of a day, ranks 1 to 500; rank 0 is the sum of all others, if there are any.';
COMMENT ON COLUMN daily_dimension_rollups.value IS 'Null is a value as well: that of what has none.';
CREATE INDEX daily_dimension_rollups_by_day ON daily_dimension_rollups (day);

CREATE TABLE daily_ingest_rollups (
    property_id text NOT NULL,
    day         date NOT NULL,
    accepted    bigint NOT NULL DEFAULT 0,
    bots        bigint NOT NULL DEFAULT 0,
    reasons     text[] NOT NULL DEFAULT '{}',
    rejected    bigint[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (property_id, day)
);
COMMENT ON TABLE daily_ingest_rollups IS 'Events stored, of people and of bots apart, and how many were refused or dropped: reasons and their counts, side by side.';

-- When a day was last rolled up for all properties together. Events may come in for a week after their day.
CREATE TABLE rollup_days (
    day          date PRIMARY KEY,
    version      bigint NOT NULL,
    rolled_up_at timestamptz NOT NULL,
    events       bigint NOT NULL
);

-- The rollup of a day asks for the sessions begun and the visitors first seen on it. Both tables grow with time, so a
-- summary of each stretch of pages finds a day, and costs the writer next to nothing.
CREATE INDEX sessions_by_day ON sessions USING brin (started_at timestamptz_minmax_multi_ops)
    WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX visitors_by_day ON visitors USING brin (first_seen_at timestamptz_minmax_multi_ops)
    WITH (pages_per_range = 32, autosummarize = on);
