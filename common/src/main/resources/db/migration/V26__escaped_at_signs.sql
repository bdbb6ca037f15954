-- Some programs write an at sign in JSON as \u0040. Where such JSON was sent as a text, in props, in a form or in a path, an erasure
-- left the address in it, and an export did not mention it. A text that holds these letters is looked at too.
CREATE OR REPLACE FUNCTION holds_at_sign(content text) RETURNS boolean
    LANGUAGE sql
    IMMUTABLE PARALLEL SAFE
RETURN content LIKE '%@%' OR content LIKE '%\%%40%' OR content LIKE '%u0040%';

-- Rows that are stored already have no mark, and the indexes do not hold them.
UPDATE events SET may_hold_address = true
WHERE may_hold_address IS NOT TRUE
  AND (event_type LIKE '%u0040%' OR path LIKE '%u0040%' OR referrer LIKE '%u0040%' OR referrer_host LIKE '%u0040%'
       OR utm_source LIKE '%u0040%' OR utm_medium LIKE '%u0040%' OR utm_campaign LIKE '%u0040%' OR utm_term LIKE '%u0040%'
       OR utm_content LIKE '%u0040%' OR hostname LIKE '%u0040%' OR props::text LIKE '%u0040%');
UPDATE sessions SET may_hold_address = true
WHERE may_hold_address IS NOT TRUE
  AND (utm_source LIKE '%u0040%' OR utm_medium LIKE '%u0040%' OR utm_campaign LIKE '%u0040%' OR utm_term LIKE '%u0040%'
       OR utm_content LIKE '%u0040%' OR referrer_host LIKE '%u0040%' OR hostname LIKE '%u0040%' OR entry_path LIKE '%u0040%'
       OR exit_path LIKE '%u0040%');

DROP INDEX visitors_with_at_sign;
CREATE INDEX visitors_with_at_sign ON visitors (visitor_id) WHERE holds_at_sign(anon_id);
DROP INDEX daily_dimension_rollups_with_at_sign;
CREATE INDEX daily_dimension_rollups_with_at_sign ON daily_dimension_rollups (day) WHERE holds_at_sign(value);
DROP INDEX form_submissions_with_at_sign;
CREATE INDEX form_submissions_with_at_sign ON form_submissions (lead_id)
    WHERE holds_at_sign(form_name) OR holds_at_sign(payload::text);

COMMENT ON COLUMN events.may_hold_address IS 'True if any of the texts holds an at sign, plain, percent-encoded or escaped as in JSON; null if none does.';
COMMENT ON COLUMN sessions.may_hold_address IS 'True if a text of any of its events has an at sign, plain, percent-encoded or escaped as in JSON; null if none has.';
