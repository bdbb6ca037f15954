-- Mails leave by the outbox that webhooks leave by, and a form's consent can wait until the address itself confirms it. What cannot be
-- delivered within three days is set aside, where an operator sees it, instead of being tried for ever.

ALTER TABLE lead_outbox RENAME TO outbox;
ALTER TABLE outbox RENAME CONSTRAINT lead_outbox_pkey TO outbox_pkey;
ALTER INDEX lead_outbox_by_lead RENAME TO outbox_by_lead;
ALTER TABLE outbox
    ADD COLUMN kind         text NOT NULL DEFAULT 'webhook' CHECK (kind IN ('webhook', 'mail')),
    ADD COLUMN event        text NOT NULL DEFAULT 'lead.captured' CHECK (event <> ''),
    ADD COLUMN destination  text,
    ADD COLUMN property_id  text,
    ADD COLUMN language     text NOT NULL DEFAULT 'en',
    ADD COLUMN retry_until  timestamptz NOT NULL DEFAULT now() + interval '3 days',
    ADD COLUMN set_aside_at timestamptz,
    ADD COLUMN last_error   text,
    ALTER COLUMN created_at SET DEFAULT now(),
    ALTER COLUMN next_attempt_at SET DEFAULT now(),
    ALTER COLUMN lead_id DROP NOT NULL,
    DROP CONSTRAINT lead_outbox_lead_id_fkey,
    -- The release before this one erases a lead without knowing of its mails.
    ADD CONSTRAINT outbox_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES leads (id) ON DELETE CASCADE;
COMMENT ON TABLE outbox IS 'Webhooks and mails on their way: written with what they are about, removed once delivered.';
COMMENT ON COLUMN outbox.event IS 'What the message is about, like lead.captured.';
COMMENT ON COLUMN outbox.destination IS 'Of a webhook its name (null: LEAD_WEBHOOK_URL), of a mail the address (null: that of the lead).';
COMMENT ON COLUMN outbox.lead_id IS 'Null if the message is about no lead, or outlives its erasure.';
COMMENT ON COLUMN outbox.next_attempt_at IS 'Infinity while an operator has to accept the lead first.';
COMMENT ON COLUMN outbox.retry_until IS 'An attempt that fails with no further one before this time sets the message aside.';
COMMENT ON COLUMN outbox.last_error IS 'Why the last attempt failed: a code or a kind of failure, never a server''s own words.';
COMMENT ON COLUMN outbox.body IS 'JSON. Of a webhook the very bytes that are signed, of a mail what its text is made of.';

DROP INDEX lead_outbox_by_turn;
CREATE INDEX outbox_by_turn ON outbox (kind, next_attempt_at) WHERE set_aside_at IS NULL;

-- The release before this one goes on writing and claiming webhooks under the old name until it is replaced.
CREATE VIEW lead_outbox AS
SELECT id, lead_id, created_at, attempts, next_attempt_at, body
FROM outbox
WHERE kind = 'webhook' AND event = 'lead.captured' AND destination IS NULL AND set_aside_at IS NULL;

ALTER TABLE properties ADD COLUMN confirm boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN properties.confirm IS 'Whether consent given by a form holds only once the address has confirmed it by the link of a mail.';

ALTER TABLE leads
    ADD COLUMN language               text CHECK (language ~ '^[a-z]{2}$'),
    ADD COLUMN confirmation_mails     integer NOT NULL DEFAULT 0,
    ADD COLUMN confirmation_mailed_at timestamptz;
COMMENT ON COLUMN leads.language IS 'That of the browser at the first capture that had one: its mails are written in it.';
COMMENT ON COLUMN leads.confirmation_mails IS 'How many mails have asked for a confirmation since the last one was given: three at the most.';
COMMENT ON COLUMN leads.confirmation_mailed_at IS 'When the last of them was asked for: there is one a day at the most.';

ALTER TABLE consent_events
    ADD COLUMN confirms bigint UNIQUE REFERENCES consent_events (id),
    DROP CONSTRAINT consent_source_is_known,
    ADD CONSTRAINT consent_source_is_known
        CHECK (source IN ('form', 'confirmed', 'unsubscribe', 'one_click', 'operator')),
    ADD CONSTRAINT consent_confirms_a_form
        CHECK ((source = 'confirmed') = (confirms IS NOT NULL) AND (source <> 'confirmed' OR status = 'express'));
COMMENT ON COLUMN consent_events.source IS 'How it was given or withdrawn, in the service''s own words: form, confirmed, unsubscribe, one_click, operator.';
COMMENT ON COLUMN consent_events.form_name IS 'What the form calls itself, if the source is a form or the confirmation of one: the sender''s words.';
COMMENT ON COLUMN consent_events.confirms IS 'The row of the form whose consent the address has confirmed by the link of a mail.';
