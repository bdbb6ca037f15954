-- Consent is given for a purpose that the form names, on a page, and it is withdrawn for all purposes at once. Until now the service
-- wrote the same constant into each row.

ALTER TABLE consent_events
    ADD COLUMN path text,
    ALTER COLUMN purpose DROP NOT NULL;

-- Rows of the record are never updated, so the trigger that refuses it stands aside for this one statement. The constant said
-- nothing that a form had said.
ALTER TABLE consent_events DISABLE TRIGGER consent_is_never_changed;
UPDATE consent_events SET purpose = CASE status WHEN 'withdrawn' THEN NULL ELSE 'newsletter' END;
ALTER TABLE consent_events ENABLE TRIGGER consent_is_never_changed;

ALTER TABLE consent_events
    ADD CONSTRAINT consent_is_for_a_purpose CHECK (purpose IS NOT NULL OR status = 'withdrawn');
COMMENT ON COLUMN consent_events.path IS 'The page of the form, if the source is a form and the row is not older than this column.';
COMMENT ON COLUMN consent_events.purpose IS 'What the consent is for, in the form''s words; null if it was withdrawn for all purposes.';
COMMENT ON COLUMN consent_events.expires_at IS 'When implied consent ends, all that was given before considered.';

-- The newest row of a purpose, or of all purposes, says what holds for it.
CREATE INDEX consent_events_by_purpose ON consent_events (lead_id, purpose, id);

-- The release before this one goes on storing forms until it is replaced, and writes the constant. Of the one before that, no
-- machine is left, and its trigger would take an operator's entry for a form's.
CREATE FUNCTION name_consent_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.purpose := CASE NEW.status WHEN 'withdrawn' THEN NULL ELSE 'newsletter' END;
    RETURN NEW;
END
$$;
CREATE TRIGGER consent_of_the_last_release BEFORE INSERT ON consent_events
    FOR EACH ROW WHEN (NEW.purpose = 'commercial electronic messages') EXECUTE FUNCTION name_consent_purpose();
DROP TRIGGER consent_of_the_release_before ON consent_events;
DROP FUNCTION name_consent_source();
