-- The service makes the coming days' partitions itself, without holding the right to change the schema: these
-- functions run with the rights of the role that migrated, and they can make partitions of events and nothing else.

-- Looks into the catalog itself: to_regclass answers from a cache that does not yet know what another maker has made.
CREATE FUNCTION event_partition_exists(partition_name text) RETURNS boolean
    LANGUAGE sql
    SET search_path FROM CURRENT
AS $$
    SELECT EXISTS (
        SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent = 'events'::regclass AND pg_class.relname = partition_name)
$$;

-- Makes the partition of one day, unless it is there, and moves the day's rows out of the default partition.
CREATE FUNCTION ensure_event_partition(wanted date) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    partition_name text := 'events_' || to_char(wanted, 'YYYYMMDD');
    today          date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    IF wanted NOT BETWEEN today - 400 AND today + 60 THEN
        RAISE EXCEPTION 'no partition is made for a day more than 400 days back or 60 days ahead'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF event_partition_exists(partition_name) THEN
        RETURN false;
    END IF;
    -- One maker at a time, here and on other machines; who waited finds the partition made.
    PERFORM pg_advisory_xact_lock(hashtextextended('altcontext.event-partitions', 0));
    IF event_partition_exists(partition_name) THEN
        RETURN false;
    END IF;
    -- Attaching, unlike CREATE … PARTITION OF, does not lock writers of other days out of events.
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING ALL)', partition_name);
    -- Writers of this day wait here until the move has committed: without it, a row could enter the default partition
    -- between the move and the attachment, which would then fail.
    LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format(
        'WITH moved AS (DELETE FROM events_default WHERE day = %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
        wanted, partition_name);
    EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        partition_name, wanted, wanted + 1);
    RETURN true;
END
$$;

-- Makes the partitions of a range of days, both ends included; returns how many were made.
CREATE FUNCTION ensure_event_partitions(first_day date, last_day date) RETURNS integer
    LANGUAGE sql
    SET search_path FROM CURRENT
AS $$
    SELECT count(*) FILTER (WHERE ensure_event_partition(d::date))::integer
    FROM generate_series(first_day::timestamp, last_day::timestamp, interval '1 day') AS d
$$;

-- A beacon may be a week late, and the service is expected to run at least once in the coming week.
SELECT ensure_event_partitions((now() AT TIME ZONE 'UTC')::date - 8, (now() AT TIME ZONE 'UTC')::date + 7);
