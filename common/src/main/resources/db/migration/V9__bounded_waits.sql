-- Making a partition let writers wait for as long as it took to move what the default partition had caught, and whoever
-- called it by hand waited without end behind a backup. And a purge that was killed left no trace.

-- Makes the partition of one day, unless it is there, and moves the day's rows out of the default partition. It gives up,
-- by lock_not_available, where somebody else is in the way for longer than a moment: nothing is done then.
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
COMMENT ON FUNCTION ensure_event_partition IS 'Whether the partition was made. Writers of events wait for a moment only.';

-- It made many in one transaction, which held the default partition from the first to the last. Nobody called it but the
-- migration that made it.
DROP FUNCTION ensure_event_partitions;

-- A receipt is begun with its purge. Those that are there are of purges that ran to their end, and so are those of an
-- altops that does not know of the column.
ALTER TABLE purge_log ADD COLUMN finished_at timestamptz DEFAULT now();
UPDATE purge_log SET finished_at = purged_at;
COMMENT ON TABLE purge_log IS 'Receipts of retention: one row for each purge.';
COMMENT ON COLUMN purge_log.purged_at IS 'When the purge began.';
COMMENT ON COLUMN purge_log.finished_at IS 'When it ended; null while it is at work, and for good if it was killed or failed: the counts are then those of the days that it had dropped.';
