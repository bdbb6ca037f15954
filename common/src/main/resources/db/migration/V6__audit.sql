-- Who took a list of leads out of the system, when, and how many: the row is committed before the first byte leaves, and
-- nothing changes or removes it. It holds no address, so that forgetting somebody has nothing to take out of it. The service
-- needs no more than SELECT and INSERT here.
CREATE TABLE audit_log (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    done_at        timestamptz NOT NULL,
    done_by        text NOT NULL,
    action         text NOT NULL,
    property_id    text,
    consent_status text CHECK (consent_status IN ('pending', 'implied', 'expired', 'express', 'withdrawn')),
    row_count      bigint NOT NULL CHECK (row_count >= 0),
    ip_hash        bytea NOT NULL CHECK (octet_length(ip_hash) = 32)
);
COMMENT ON COLUMN audit_log.done_by IS 'By what they came in: dashboard (a session) or api (the admin key).';
COMMENT ON COLUMN audit_log.action IS 'leads_csv: the leads as a file.';
COMMENT ON COLUMN audit_log.property_id IS 'Whose leads; null for all properties.';
COMMENT ON COLUMN audit_log.consent_status IS 'Which of them; null for all. Expired is implied consent whose time is over.';
COMMENT ON COLUMN audit_log.row_count IS 'How many rows the file holds when it comes whole.';
COMMENT ON COLUMN audit_log.ip_hash IS 'Keyed hash of the network address that asked.';

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_is_never_truncated BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
