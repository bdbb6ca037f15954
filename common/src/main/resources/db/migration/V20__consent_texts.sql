-- The words that people agreed to: a row of consent_events names their version. A text that was once on record is never changed, or
-- it would prove nothing. And a certificate of consent is about one person, as an export is.

CREATE TABLE consent_texts (
    version      text NOT NULL CHECK (char_length(version) BETWEEN 1 AND 255),
    language     text NOT NULL CHECK (language ~ '^[a-z]{2,3}(-[a-z0-9]{2,8})*$'),
    content      text NOT NULL,
    content_hash bytea NOT NULL CHECK (content_hash = sha256(convert_to(content, 'UTF8'))),
    added_at     timestamptz NOT NULL,
    PRIMARY KEY (version, language)
);
COMMENT ON COLUMN consent_texts.version IS 'As forms send it in consentPolicy.';
COMMENT ON COLUMN consent_texts.language IS 'A language tag (RFC 5646) in lower case, like fr-ca.';
COMMENT ON COLUMN consent_texts.content IS 'As it was added, to the last line break.';
COMMENT ON COLUMN consent_texts.content_hash IS 'SHA-256 of the text in UTF-8.';

CREATE TRIGGER consent_texts_are_never_changed BEFORE UPDATE OR DELETE ON consent_texts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_texts_are_never_truncated BEFORE TRUNCATE ON consent_texts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE audit_log
    DROP CONSTRAINT audit_knows_who_was_shown,
    ADD CONSTRAINT audit_knows_who_was_shown
        CHECK ((email_hash IS NOT NULL) = (action IN ('lead_export', 'consent_certificate')));
COMMENT ON COLUMN audit_log.action IS 'leads_csv, lead_list, leads_mailable: leads as a file, or a page of them. lead_export, consent_certificate: about one address. lead_consent: an operator recorded consent. key_added, key_revoked. property_ and a column of properties: an operator changed that setting.';
COMMENT ON COLUMN audit_log.email_hash IS 'Keyed hash of the address that was asked about, for an export or a certificate.';
