-- The key of sessions holds their start, so that it also finds the sessions of a visitor near a moment. A second index did that, to
-- which each new session was written too.
ALTER TABLE sessions DROP CONSTRAINT sessions_pkey;
ALTER TABLE sessions ADD CONSTRAINT sessions_pkey PRIMARY KEY (bucket, visitor_id, started_at, id);
DROP INDEX sessions_by_start;
