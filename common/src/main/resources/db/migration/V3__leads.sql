-- The tables of those who leave an e-mail address. They stay small (nobody submits a form a thousand times a second),
-- so unlike the growing tables they hold constraints across visitors, and foreign keys among themselves. There is none
-- to visitors: those may be spread over machines, and retention removes them by itself.

CREATE TABLE leads (
    id                  uuid PRIMARY KEY,
    property_id         text NOT NULL,
    email               text NOT NULL CHECK (email = lower(email) AND length(email) <= 320),
    first_captured_at   timestamptz NOT NULL,
    last_captured_at    timestamptz NOT NULL,
    source_channel      text,
    consent_status      text NOT NULL CHECK (consent_status IN ('pending', 'implied', 'express', 'withdrawn')),
    consent_expires_at  timestamptz CHECK (consent_expires_at IS NULL OR consent_status = 'implied'),
    UNIQUE (property_id, email),
    CHECK (first_captured_at <= last_captured_at)
);
COMMENT ON TABLE leads IS 'One e-mail address on one property. The id is random: an address must not be guessable from it.';
COMMENT ON COLUMN leads.consent_status IS 'What consent_events come to; kept here so that nobody needs to read them all.';

-- Forgetting and unsubscribing look for an address on every property.
CREATE INDEX leads_by_email ON leads (email);
-- Metrics ask for the leads of a day.
CREATE INDEX leads_by_capture ON leads (first_captured_at);

CREATE TABLE lead_identities (
    lead_id     uuid NOT NULL REFERENCES leads (id),
    visitor_id  uuid NOT NULL,
    property_id text NOT NULL,
    source      text NOT NULL CHECK (source IN ('form_submit', 'same_ip_ua_window')),
    confidence  real NOT NULL CHECK (confidence > 0 AND confidence <= 1),
    linked_at   timestamptz NOT NULL,
    PRIMARY KEY (lead_id, visitor_id)
);
COMMENT ON TABLE lead_identities IS 'This lead is (confidence 1) or may be this visitor. A link only ever gets more certain.';
CREATE INDEX lead_identities_by_visitor ON lead_identities (visitor_id);

CREATE TABLE form_submissions (
    id           uuid PRIMARY KEY,
    lead_id      uuid NOT NULL REFERENCES leads (id),
    visitor_id   uuid NOT NULL,
    session_id   uuid NOT NULL,
    event_id     uuid NOT NULL,
    property_id  text NOT NULL,
    form_name    text NOT NULL,
    submitted_at timestamptz NOT NULL,
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    payload      jsonb
);
COMMENT ON COLUMN form_submissions.content_hash IS 'Tells the second click of a double click from a second submission.';
CREATE INDEX form_submissions_by_lead ON form_submissions (lead_id, submitted_at);

-- The proof of consent (CASL s. 13 puts the onus on the sender): rows are added and never changed. See the triggers.
CREATE TABLE consent_events (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lead_id        uuid NOT NULL REFERENCES leads (id),
    property_id    text NOT NULL,
    status         text NOT NULL CHECK (status IN ('pending', 'implied', 'express', 'withdrawn')),
    source         text NOT NULL,
    policy_version text,
    purpose        text NOT NULL,
    reason         text,
    occurred_at    timestamptz NOT NULL,
    expires_at     timestamptz CHECK (expires_at IS NULL OR status = 'implied'),
    ip_hash        bytea CHECK (octet_length(ip_hash) = 32)
);
COMMENT ON COLUMN consent_events.source IS 'How it was given or withdrawn: the form''s name, unsubscribe, one_click, operator.';
COMMENT ON COLUMN consent_events.purpose IS 'What the consent is for.';
COMMENT ON COLUMN consent_events.reason IS 'What somebody said who withdrew it.';
CREATE INDEX consent_events_by_lead ON consent_events (lead_id, id);

-- What stays of a person who was forgotten: that it was done, and a keyed hash by which a restored backup is cleaned anew.
CREATE TABLE erasure_log (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    erased_at  timestamptz NOT NULL,
    erased_by  text NOT NULL,
    email_hash bytea NOT NULL CHECK (octet_length(email_hash) = 32),
    counts     jsonb NOT NULL,
    made_by    xid8 NOT NULL DEFAULT pg_current_xact_id()
);
COMMENT ON COLUMN erasure_log.made_by IS 'The transaction that forgot: no other may delete consent rows.';

-- Consent is deleted only by a transaction that leaves an erasure_log row, which is asked when it commits; it is never
-- updated, and neither is the log. TRUNCATE fires no row trigger and is refused as a whole.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are a record', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE FUNCTION refuse_unlogged_deletion() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM erasure_log WHERE made_by = pg_current_xact_id()) THEN
        RAISE EXCEPTION 'DELETE of % is refused: only forgetting, which is logged, removes a record', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER consent_is_never_changed BEFORE UPDATE ON consent_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_is_never_truncated BEFORE TRUNCATE ON consent_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER consent_is_deleted_by_forgetting_alone AFTER DELETE ON consent_events
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unlogged_deletion();
CREATE TRIGGER erasures_are_never_changed BEFORE UPDATE OR DELETE ON erasure_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER erasures_are_never_truncated BEFORE TRUNCATE ON erasure_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Captured leads on their way to LEAD_WEBHOOK_URL: written with the capture, removed once delivered or forgotten.
CREATE TABLE lead_outbox (
    id              uuid PRIMARY KEY,
    lead_id         uuid NOT NULL REFERENCES leads (id),
    created_at      timestamptz NOT NULL,
    attempts        integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    body            text NOT NULL
);
CREATE INDEX lead_outbox_by_turn ON lead_outbox (next_attempt_at);
CREATE INDEX lead_outbox_by_lead ON lead_outbox (lead_id);

-- Asking to hear no more commits a write for an unknown address too, so that the time of the answer does not tell who
-- is a lead: a commit waits for the disk only if something was written.
CREATE TABLE unsubscribe_requests (
    day   date PRIMARY KEY,
    count bigint NOT NULL CHECK (count > 0)
);
COMMENT ON TABLE unsubscribe_requests IS 'How often somebody asked to hear no more, on a UTC day, for known and unknown addresses alike.';

-- Who else was seen lately on this property with this address and user agent, the newest first? Eight bytes of each
-- hash find them; the whole hashes are compared in the row. None of this changes while a visitor stays where it is, so
-- the updates of its session stay inside their page.
CREATE INDEX sessions_by_client
    ON sessions (property_id, substring(ip_hash FROM 1 FOR 8), substring(ua_hash FROM 1 FOR 8), started_at)
    WHERE ip_hash IS NOT NULL AND ua_hash IS NOT NULL;
