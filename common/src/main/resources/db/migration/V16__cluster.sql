-- How many buckets the rows of visitors are spread over: one on a single PostgreSQL, and on a Citus cluster a multiple of its
-- nodes. Each transaction that writes to the growing tables reads this row first. So a lock on the table pauses all of them, and
-- a writer that counts otherwise finds out before it writes to a wrong bucket.
CREATE TABLE cluster (
    only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    buckets        smallint NOT NULL DEFAULT 1 CHECK (buckets BETWEEN 1 AND 1024),
    is_distributed boolean NOT NULL DEFAULT false
);
INSERT INTO cluster DEFAULT VALUES;
COMMENT ON TABLE cluster IS 'One row: how visitors, sessions and events are spread.';
COMMENT ON COLUMN cluster.is_distributed IS 'Whether they are distributed tables of Citus.';

-- The bucket of a visitor: the last three bytes of the id, which is a hash, modulo the number of buckets. The service computes the
-- same.
CREATE FUNCTION bucket_of(visitor_id uuid, buckets integer) RETURNS smallint
    LANGUAGE sql
    IMMUTABLE PARALLEL SAFE
RETURN (((get_byte(uuid_send(visitor_id), 13) << 16) + (get_byte(uuid_send(visitor_id), 14) << 8)
    + get_byte(uuid_send(visitor_id), 15)) % buckets)::smallint;

CREATE OR REPLACE FUNCTION bucket_of(visitor_id uuid) RETURNS smallint
    LANGUAGE sql
    STABLE PARALLEL SAFE
RETURN (SELECT bucket_of(bucket_of.visitor_id, cluster.buckets) FROM cluster);

-- What a table takes, indexes and all, on whichever machines its rows are.
CREATE FUNCTION stored_bytes(stored regclass) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    bytes bigint;
BEGIN
    IF (SELECT is_distributed FROM cluster)
       AND (stored IN ('visitors'::regclass, 'sessions'::regclass)
            OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = stored AND inhparent = 'events'::regclass)) THEN
        EXECUTE 'SELECT citus_total_relation_size($1)' INTO bytes USING stored;
        RETURN bytes;
    END IF;
    RETURN pg_total_relation_size(stored);
END
$$;

-- As before, and on a cluster the partition is distributed while it is empty: attaching one with rows would leave them on the
-- coordinator, where no statement sees them.
CREATE OR REPLACE FUNCTION ensure_event_partition(wanted date) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path FROM CURRENT
    SET lock_timeout = '40ms'
AS $$
DECLARE
    partition_name text := 'events_' || to_char(wanted, 'YYYYMMDD');
    today          date := (now() AT TIME ZONE 'UTC')::date;
    move           text := format(
        'WITH moved AS (DELETE FROM events_default WHERE day = %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
        wanted, partition_name);
    moved          bigint;
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
    -- Somebody who reads the default partition for long, as a backup does, is found before anything is moved in vain. The
    -- locks are gone with the failed block.
    BEGIN
        LOCK TABLE ONLY events IN SHARE UPDATE EXCLUSIVE MODE;
        LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
        RAISE EXCEPTION USING ERRCODE = 'AC000';
    EXCEPTION
        WHEN SQLSTATE 'AC000' THEN NULL;
    END;
    -- Attaching, unlike CREATE … PARTITION OF, does not lock writers of other days out of events. What the constraint
    -- says, attaching need not look for.
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING ALL, CONSTRAINT of_this_day CHECK (day >= %L AND day < %L))',
        partition_name, wanted, wanted + 1);
    IF (SELECT is_distributed FROM cluster) THEN
        EXECUTE format($sql$ SELECT create_distributed_table(%L, 'bucket', colocate_with => 'events') $sql$, partition_name);
    END IF;
    -- The rows move while writers go on; everybody else sees them where they were until all of this commits. Whoever
    -- changes or deletes one of them meanwhile holds the default partition: then the lock below is not had, and the rows
    -- are back for them to change.
    FOR attempt IN 1..10 LOOP
        EXECUTE move;
        GET DIAGNOSTICS moved = ROW_COUNT;
        EXIT WHEN moved < 1000;
    END LOOP;
    -- The parent first, as the purge does. Writers of this day wait here until the commit, for what came since the last
    -- look: without it, a row could enter the default partition before the attachment, which would then fail.
    LOCK TABLE ONLY events IN SHARE UPDATE EXCLUSIVE MODE;
    LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE move;
    EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        partition_name, wanted, wanted + 1);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT of_this_day', partition_name);
    RETURN true;
END
$$;
