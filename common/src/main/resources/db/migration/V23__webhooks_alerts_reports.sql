-- Other systems and people hear of what happens: several webhooks with the events that each wants, mails about new leads, and a weekly
-- report. And the purge counts what it removes of leads.

CREATE TABLE webhooks (
    name       text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    id         uuid NOT NULL UNIQUE,
    url        text NOT NULL,
    events     text[] NOT NULL CHECK (cardinality(events) > 0),
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE webhooks IS 'Where messages go beside LEAD_WEBHOOK_URL, which gets lead.captured alone.';
COMMENT ON COLUMN webhooks.id IS 'What its signing secret is derived from, under IP_HASH_PEPPER: the secret itself is not stored.';
COMMENT ON COLUMN webhooks.events IS 'Of lead.captured, consent.changed, lead.erased.';

-- Consent ends by itself without a row of its own, so a message about it needs a note that it was written.
CREATE TABLE expired_consents (
    consent_id bigint PRIMARY KEY,
    noted_at   timestamptz NOT NULL
);
COMMENT ON TABLE expired_consents IS 'Rows of consent_events, implied, whose end was passed on as consent.changed: once each, however many machines look.';
CREATE INDEX consent_events_by_expiry ON consent_events (expires_at) WHERE status = 'implied';

-- People of the operator, who are people all the same: erasure and export look here too.
CREATE TABLE recipients (
    id          uuid PRIMARY KEY,
    property_id text NOT NULL REFERENCES properties (id) ON DELETE CASCADE,
    kind        text NOT NULL CHECK (kind IN ('alert', 'report')),
    email       text NOT NULL CHECK (email = lower(email) AND length(email) <= 320),
    created_at  timestamptz NOT NULL,
    stopped_at  timestamptz,
    UNIQUE (property_id, kind, email)
);
COMMENT ON COLUMN recipients.kind IS 'alert: a mail for each new lead. report: one a week.';
COMMENT ON COLUMN recipients.stopped_at IS 'When they asked for no more, by the link in each report.';
CREATE INDEX recipients_by_email ON recipients (email);

CREATE TABLE sent_reports (
    recipient_id uuid NOT NULL REFERENCES recipients (id) ON DELETE CASCADE,
    week         date NOT NULL,
    queued_at    timestamptz NOT NULL,
    PRIMARY KEY (recipient_id, week)
);
COMMENT ON TABLE sent_reports IS 'Which reports were put into the outbox: a second run, or another machine, sends none twice.';
COMMENT ON COLUMN sent_reports.week IS 'Its Monday.';

ALTER TABLE properties
    ADD COLUMN mail_language  text NOT NULL DEFAULT 'en' CHECK (mail_language IN ('en', 'fr')),
    ADD COLUMN notify_details boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN properties.mail_language IS 'Of the mails to the operator''s people: alerts and reports.';
COMMENT ON COLUMN properties.notify_details IS 'Whether a mail about a new lead holds the address and the form. Its recipients then hold personal data.';

ALTER TABLE purge_log
    ADD COLUMN submissions bigint NOT NULL DEFAULT 0,
    ADD COLUMN messages    bigint NOT NULL DEFAULT 0,
    ADD COLUMN leads       bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN purge_log.messages IS 'Mails and webhooks that had been set aside.';
COMMENT ON COLUMN purge_log.leads IS 'Leads that were asked to confirm and never did.';
