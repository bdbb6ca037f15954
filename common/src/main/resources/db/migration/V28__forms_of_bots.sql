-- A visitor can send forms as a bot and as a person, and the link of lead and visitor is gone once the visitor was erased.
ALTER TABLE form_submissions ADD COLUMN is_bot boolean;
COMMENT ON COLUMN form_submissions.is_bot IS 'Whether a bot sent the form. Null in rows of earlier states: lead_identities.is_bot says it for them.';
