-- Whose word is it? The source of a consent was one text, the form's name or the service's own word: a form that called
-- itself "operator" forged one. Now the source is one of a closed set, and the form's name stands beside it.

ALTER TABLE consent_events ADD COLUMN form_name text;

-- Rows of the record are never updated, so the trigger that refuses it stands aside for this one statement. Nothing is lost by
-- it: a form never withdraws consent, and nothing else ever gave it, so the status tells which kind of word the source is.
ALTER TABLE consent_events DISABLE TRIGGER consent_is_never_changed;
UPDATE consent_events
SET form_name = source, source = CASE status WHEN 'withdrawn' THEN 'operator' ELSE 'form' END
WHERE status <> 'withdrawn' OR source NOT IN ('unsubscribe', 'one_click', 'operator');
ALTER TABLE consent_events ENABLE TRIGGER consent_is_never_changed;

ALTER TABLE consent_events
    ADD CONSTRAINT consent_source_is_known CHECK (source IN ('form', 'unsubscribe', 'one_click', 'operator')),
    ADD CONSTRAINT consent_form_is_named CHECK (source <> 'form' OR form_name IS NOT NULL);
COMMENT ON COLUMN consent_events.source IS 'How it was given or withdrawn, in the service''s own words: form, unsubscribe, one_click, operator.';
COMMENT ON COLUMN consent_events.form_name IS 'What the form calls itself, if the source is a form: the sender''s words.';

-- The release before this one goes on storing forms until it is replaced, and writes their names where the source is.
CREATE FUNCTION name_consent_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.form_name := NEW.source;
    NEW.source := 'form';
    RETURN NEW;
END
$$;
CREATE TRIGGER consent_of_the_release_before BEFORE INSERT ON consent_events
    FOR EACH ROW WHEN (NEW.form_name IS NULL AND NEW.status <> 'withdrawn') EXECUTE FUNCTION name_consent_source();

-- Forgetting takes a visitor who is linked to the address also where another lead is linked to it. That lead's submissions
-- stay, and no longer name a visit that is gone.
ALTER TABLE form_submissions
    ALTER COLUMN visitor_id DROP NOT NULL,
    ALTER COLUMN session_id DROP NOT NULL,
    ALTER COLUMN event_id DROP NOT NULL;
COMMENT ON COLUMN form_submissions.visitor_id IS 'Null, as are session_id and event_id, once the visitor was forgotten with another lead of theirs.';

-- Who was shown what is held about one person: also through altops, which knows no network address. The person is a keyed
-- hash, as in erasure_log.
ALTER TABLE audit_log
    ADD COLUMN email_hash bytea CHECK (octet_length(email_hash) = 32),
    ALTER COLUMN ip_hash DROP NOT NULL,
    ADD CONSTRAINT audit_knows_who_asked CHECK (ip_hash IS NOT NULL OR done_by = 'altops'),
    ADD CONSTRAINT audit_knows_who_was_shown CHECK ((email_hash IS NOT NULL) = (action = 'lead_export'));
COMMENT ON COLUMN audit_log.done_by IS 'By what they came in: dashboard (a session), api (the admin key) or altops.';
COMMENT ON COLUMN audit_log.action IS 'leads_csv: the leads as a file. lead_export: all that is held about one address.';
COMMENT ON COLUMN audit_log.row_count IS 'How many rows the file holds when it comes whole; of an export, how many leads have the address.';
COMMENT ON COLUMN audit_log.email_hash IS 'Keyed hash of the address that was asked about, for an export of one person.';

-- Forgetting and showing look for an address in all that anybody has sent. Hardly any text holds an at sign, plain or
-- percent-encoded (%40, %2540, …), so an index of the rows that do spares reading all others.
CREATE FUNCTION holds_at_sign(content text) RETURNS boolean
    LANGUAGE sql
    IMMUTABLE PARALLEL SAFE
RETURN content LIKE '%@%' OR content LIKE '%\%%40%';

-- Of an event the writer says so: an index that looks at ten texts of each row cost a batch of events a fifth of its speed. The
-- default is for writers that do not know of the column, the release before among them: a row too many is only looked at.
ALTER TABLE events ADD COLUMN may_hold_address boolean;
UPDATE events SET may_hold_address = true
WHERE holds_at_sign(event_type) OR holds_at_sign(path) OR holds_at_sign(referrer) OR holds_at_sign(utm_source)
   OR holds_at_sign(utm_medium) OR holds_at_sign(utm_campaign) OR holds_at_sign(utm_term)
   OR holds_at_sign(utm_content) OR holds_at_sign(referrer_host) OR holds_at_sign(props::text);
ALTER TABLE events ALTER COLUMN may_hold_address SET DEFAULT true;
COMMENT ON COLUMN events.may_hold_address IS 'True if any of the texts holds an at sign, plain or percent-encoded; null if none does.';
CREATE INDEX events_with_at_sign ON events (day) WHERE may_hold_address;

CREATE INDEX sessions_with_at_sign ON sessions (visitor_id)
    WHERE holds_at_sign(utm_source) OR holds_at_sign(utm_medium) OR holds_at_sign(utm_campaign)
       OR holds_at_sign(utm_term) OR holds_at_sign(utm_content) OR holds_at_sign(referrer_host);
CREATE INDEX visitors_with_at_sign ON visitors (visitor_id) WHERE holds_at_sign(anon_id);
CREATE INDEX daily_dimension_rollups_with_at_sign ON daily_dimension_rollups (day) WHERE holds_at_sign(value);
CREATE INDEX form_submissions_with_at_sign ON form_submissions (lead_id)
    WHERE holds_at_sign(form_name) OR holds_at_sign(payload::text);

-- The text of a document in which each character that JSON escapes is a line break: no address holds one of those, so an
-- address is found in it exactly where one of the document's texts or keys holds it. Plain replacing is what makes it cheap
-- for a document of nothing but escapes; those that are numbers are rare. Both functions are single expressions, which
-- PostgreSQL puts in place of the call.
CREATE FUNCTION without_short_escapes(document text) RETURNS text
    LANGUAGE sql
    IMMUTABLE PARALLEL SAFE
RETURN replace(replace(replace(replace(replace(replace(replace(document,
    '\\', chr(10)), '\"', chr(10)), '\n', chr(10)), '\r', chr(10)), '\t', chr(10)), '\b', chr(10)), '\f', chr(10));

CREATE FUNCTION document_texts(document text) RETURNS text
    LANGUAGE sql
    IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN document LIKE '%\\u%'
    THEN regexp_replace(without_short_escapes(document), '\\u[0-9a-f]{4}', chr(10), 'g')
    ELSE without_short_escapes(document) END;

-- Of a document, each text and each key that holds the address, and nothing else. The document is cut at its quotation marks
-- (every second piece is a text or a key) and put together again, so the work grows with its length and not with its shape:
-- the function that this one replaces called itself for each key. Two control characters, which no document holds as they
-- are, keep escaped backslashes and quotation marks out of the way.
CREATE OR REPLACE FUNCTION erased(document jsonb, address text) RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT replace(replace(
            string_agg(
                CASE WHEN n % 2 = 0 AND holds_at_sign(piece) AND document_texts(piece) ~* address
                     THEN '[erased]' ELSE piece END,
                '"' ORDER BY n),
            chr(2), '\"'), chr(1), '\\')::jsonb
    FROM string_to_table(replace(replace(document::text, '\\', chr(1)), '\"', chr(2)), '"')
        WITH ORDINALITY AS part(piece, n);
END;
