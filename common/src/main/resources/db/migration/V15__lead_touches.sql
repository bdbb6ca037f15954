-- Where a lead came from, kept with the lead, so that it is known also after the raw rows are purged: what the session of its first
-- capture was like, and its visitor's earliest session. And whether only bots have sent its address.

ALTER TABLE leads
    ADD COLUMN is_bot                 boolean NOT NULL DEFAULT false,
    ADD COLUMN form_name              text,
    ADD COLUMN capture_traffic_source text,
    ADD COLUMN capture_referrer_host  text,
    ADD COLUMN capture_utm_source     text,
    ADD COLUMN capture_utm_medium     text,
    ADD COLUMN capture_utm_campaign   text,
    ADD COLUMN capture_landing_path   text,
    ADD COLUMN first_traffic_source   text,
    ADD COLUMN first_referrer_host    text,
    ADD COLUMN first_utm_source       text,
    ADD COLUMN first_utm_medium       text,
    ADD COLUMN first_utm_campaign     text,
    ADD COLUMN first_landing_path     text;
COMMENT ON COLUMN leads.is_bot IS 'Whether only bots have sent the address: then the lead is in no figure. The first form of a person begins the lead anew.';
COMMENT ON COLUMN leads.form_name IS 'The form of the first capture.';
COMMENT ON COLUMN leads.capture_traffic_source IS 'Of the session of the first capture, as are the other columns of that prefix; null if it was not known any more.';
COMMENT ON COLUMN leads.first_traffic_source IS 'Of the visitor''s earliest session that was known at the first capture, as are the other columns of that prefix.';

ALTER TABLE lead_identities ADD COLUMN is_bot boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN lead_identities.is_bot IS 'Whether the visitor sent the form as a bot.';

UPDATE lead_identities AS i
SET is_bot = true
FROM (
    SELECT f.lead_id, f.visitor_id
    FROM form_submissions AS f
    JOIN sessions AS s ON s.bucket = bucket_of(f.visitor_id) AND s.visitor_id = f.visitor_id AND s.id = f.session_id
    GROUP BY 1, 2
    HAVING bool_and(s.device = 'bot')) AS sent
WHERE i.lead_id = sent.lead_id AND i.visitor_id = sent.visitor_id AND i.source = 'form_submit';

-- Leads that are there: of their submissions, the first of a person, else of a bot.
UPDATE leads AS l
SET is_bot = coalesce(s.device = 'bot', false), form_name = f.form_name,
    capture_traffic_source = s.traffic_source, capture_referrer_host = s.referrer_host, capture_utm_source = s.utm_source,
    capture_utm_medium = s.utm_medium, capture_utm_campaign = s.utm_campaign, capture_landing_path = s.entry_path,
    first_traffic_source = v.traffic_source, first_referrer_host = v.referrer_host, first_utm_source = v.utm_source,
    first_utm_medium = v.utm_medium, first_utm_campaign = v.utm_campaign, first_landing_path = v.entry_path
FROM (
    SELECT DISTINCT ON (f.lead_id) f.lead_id, f.form_name, f.visitor_id, f.session_id, f.submitted_at
    FROM form_submissions AS f
    LEFT JOIN sessions AS s ON s.bucket = bucket_of(f.visitor_id) AND s.visitor_id = f.visitor_id AND s.id = f.session_id
    ORDER BY f.lead_id, coalesce(s.device = 'bot', false), f.submitted_at) AS f
LEFT JOIN sessions AS s ON s.bucket = bucket_of(f.visitor_id) AND s.visitor_id = f.visitor_id AND s.id = f.session_id
LEFT JOIN LATERAL (
    SELECT *
    FROM sessions AS e
    WHERE e.bucket = bucket_of(f.visitor_id) AND e.visitor_id = f.visitor_id AND e.started_at <= f.submitted_at
      AND (e.device = 'bot') = (s.device = 'bot')
    ORDER BY e.started_at
    LIMIT 1) AS v ON true
WHERE l.id = f.lead_id;
