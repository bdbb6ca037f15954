-- The key of sessions holds their start, so that it also finds the sessions of a visitor near a moment. Two indexes did this: each
-- new session wrote to both, which was a sixth of what ingest costs the database.
ALTER TABLE sessions DROP CONSTRAINT sessions_pkey;
ALTER TABLE sessions ADD CONSTRAINT sessions_pkey PRIMARY KEY (bucket, visitor_id, started_at, id);
DROP INDEX sessions_by_start;
