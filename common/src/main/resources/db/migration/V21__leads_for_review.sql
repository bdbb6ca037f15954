-- A client that leaves many addresses within an hour may be a tablet at a fair or somebody who fills in a list of strangers. Its
-- further forms are kept and marked, and a lead that began with such a form is pending until an operator has looked at it.

ALTER TABLE leads ADD COLUMN in_review boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN leads.in_review IS 'Whether the lead began with a marked form and no operator has accepted it: then nothing may be sent to it.';
CREATE INDEX leads_in_review ON leads (property_id, first_captured_at) WHERE in_review;

ALTER TABLE form_submissions ADD COLUMN for_review boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN form_submissions.for_review IS 'Whether the client had left too many addresses within an hour. The consent of a lead that was known is not changed by such a form.';
