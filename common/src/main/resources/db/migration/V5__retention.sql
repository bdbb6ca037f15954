-- Drops the partition of one expired day. Everybody who reads or writes events waits while this lock is asked for and
-- held, so it is asked for briefly and given up: 'busy' means that somebody else was at it, and the caller comes again
-- after a pause. All of it is one statement, so that the lock is never held while an answer crosses a slow network. The
-- files themselves are removed after the commit has let go of the locks.
-- It runs with the caller's rights: the service's role, which may not change the schema, cannot drop anything by it.
CREATE FUNCTION drop_event_partition(expired date) RETURNS text
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    partition_name text := 'events_' || to_char(expired, 'YYYYMMDD');
BEGIN
    IF expired >= (now() AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION 'the partition of a day that is not over is never dropped'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT event_partition_exists(partition_name) THEN
        RETURN 'absent';
    END IF;
    BEGIN
        -- The parent first, as readers and writers do. Whoever holds it for longer than a write takes is not waited for.
        PERFORM set_config('lock_timeout', '60ms', true);
        LOCK TABLE ONLY events IN ACCESS EXCLUSIVE MODE;
        -- What is left to lock is used by itself only by maintenance; the waits of all three add up to less than 100 ms.
        PERFORM set_config('lock_timeout', '10ms', true);
        EXECUTE format('LOCK TABLE %I, events_default IN ACCESS EXCLUSIVE MODE', partition_name);
        EXECUTE format('DROP TABLE %I', partition_name);
        RETURN 'dropped';
    EXCEPTION
        WHEN lock_not_available OR deadlock_detected OR undefined_table THEN
            -- The locks are gone with the failed block.
            RETURN 'busy';
    END;
END
$$;
COMMENT ON FUNCTION drop_event_partition IS 'dropped, absent (there was none) or busy (nothing was done: come again).';

CREATE TABLE purge_log (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    purged_at         timestamptz NOT NULL,
    events_kept_from  date NOT NULL,
    rollups_kept_from date NOT NULL,
    days              integer NOT NULL,
    events            bigint NOT NULL,
    bytes             bigint NOT NULL,
    sessions          bigint NOT NULL,
    visitors          bigint NOT NULL,
    rollups           bigint NOT NULL,
    rejections        bigint NOT NULL,
    days_left         integer NOT NULL
);
COMMENT ON TABLE purge_log IS 'Receipts of retention: one row for each purge that ran to its end.';
COMMENT ON COLUMN purge_log.events_kept_from IS 'The first UTC day whose raw events are kept; all before it are gone but for days_left of them.';
COMMENT ON COLUMN purge_log.days IS 'Partitions that were dropped; bytes are theirs, events also those of the default partition.';
COMMENT ON COLUMN purge_log.days_left IS 'Expired days that were kept: not rolled up, or in use for too long.';

-- Forgetting: what takes the place of a text that holds an address. The pattern is a regular expression that the caller
-- makes of the address; letters match in either case.
CREATE FUNCTION erased(content text, address text) RETURNS text
    LANGUAGE sql
    IMMUTABLE
AS $$
    SELECT CASE WHEN content ~* address THEN '[erased]' ELSE content END
$$;

-- Of a document, each text and each key that holds the address, and nothing else.
CREATE FUNCTION erased(document jsonb, address text) RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN CASE jsonb_typeof(document)
        WHEN 'string' THEN to_jsonb(erased(document #>> '{}', address))
        WHEN 'array' THEN (
            SELECT coalesce(jsonb_agg(erased(element, address) ORDER BY place), '[]')
            FROM jsonb_array_elements(document) WITH ORDINALITY AS item(element, place))
        WHEN 'object' THEN (
            SELECT coalesce(jsonb_object_agg(erased(key, address), erased(value, address)), '{}')
            FROM jsonb_each(document))
        ELSE document
    END;
END
$$;
