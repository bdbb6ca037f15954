-- Days are the site's: each property has a time zone, which says where its days begin. And rollups can say what is right over
-- many days: the visitors who left an address are a sketch, as all visitors are, and engaged time is per session with a page view.

ALTER TABLE properties ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
COMMENT ON COLUMN properties.time_zone IS 'An IANA name. Every figure of the property is by the days of this zone.';

ALTER TABLE daily_metric_rollups RENAME COLUMN engaged_sessions TO viewed_sessions;
ALTER TABLE daily_metric_rollups ADD COLUMN lead_visitor_sketch bytea NOT NULL DEFAULT '';
COMMENT ON COLUMN daily_metric_rollups.viewed_sessions IS 'Sessions with a page view. Of days that were rolled up by an earlier release and whose raw events are gone: sessions that reported engaged time.';
COMMENT ON COLUMN daily_metric_rollups.visitor_sketch IS 'Of at most 512 visitors: the byte 255, then the first 8 bytes of each id. Else HyperLogLog of 32768 registers: three bytes each (register * 16 + value) while that is shorter, else half a byte each.';
COMMENT ON COLUMN daily_metric_rollups.lead_visitor_sketch IS 'The visitors who left an address that was new on this day, in the same form.';
COMMENT ON TABLE daily_metric_rollups IS 'Counts and mergeable sketches of a day of the property''s time zone; every known property has a row for each day that was rolled up.';

-- Leads and their links are never purged, so the sketch of each day that is there can be made.
UPDATE daily_metric_rollups AS r
SET lead_visitor_sketch = made.sketch
FROM (
    SELECT property_id, day, '\xff'::bytea || string_agg(id, ''::bytea ORDER BY id) AS sketch
    FROM (
        SELECT DISTINCT l.property_id, (l.first_captured_at AT TIME ZONE 'UTC')::date AS day, substr(uuid_send(i.visitor_id), 1, 8) AS id
        FROM leads AS l JOIN lead_identities AS i ON i.lead_id = l.id AND i.source = 'form_submit'
        WHERE (i.linked_at AT TIME ZONE 'UTC')::date <= (l.first_captured_at AT TIME ZONE 'UTC')::date) AS captured
    GROUP BY property_id, day
    HAVING count(*) <= 1024) AS made
WHERE r.property_id = made.property_id AND r.day = made.day;

-- The next rollup computes again every day that has raw events, by the definitions of this release.
UPDATE rollup_days SET rolled_up_at = day::timestamp AT TIME ZONE 'UTC';
