-- Access keys, each good for some scopes and properties until it ends or is revoked, and the sessions of the dashboard. A session is
-- a row, so that signing out or revoking its key also ends every copy of its cookie, on every machine.

CREATE TABLE access_keys (
    id           uuid PRIMARY KEY,
    name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 64),
    key_hash     bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    prefix       text NOT NULL,
    scopes       text[] NOT NULL
        CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY ['figures:read', 'leads:read', 'leads:delete']),
    properties   text[],
    is_share     boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    CHECK (NOT is_share OR scopes = ARRAY ['figures:read'])
);
COMMENT ON COLUMN access_keys.name IS 'What the operator calls it, unique among the keys that are not revoked.';
COMMENT ON COLUMN access_keys.key_hash IS 'SHA-256 of the key. It has 256 random bits, so a hash without salt tells nothing.';
COMMENT ON COLUMN access_keys.prefix IS 'The first characters of the key, by which lists show it.';
COMMENT ON COLUMN access_keys.properties IS 'Slugs; null for all properties, also those to come.';
COMMENT ON COLUMN access_keys.is_share IS 'Whether it is the key of a share link, whose view hides rare values.';
COMMENT ON COLUMN access_keys.last_used_at IS 'To the minute.';
CREATE UNIQUE INDEX access_keys_by_name ON access_keys (name) WHERE revoked_at IS NULL;

CREATE TABLE dashboard_sessions (
    token_hash     bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    key_id         uuid REFERENCES access_keys (id) ON DELETE CASCADE,
    admin_key_hash bytea CHECK (octet_length(admin_key_hash) = 32),
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    CHECK (num_nonnulls(key_id, admin_key_hash) = 1)
);
COMMENT ON COLUMN dashboard_sessions.token_hash IS 'SHA-256 of what the cookie holds.';
COMMENT ON COLUMN dashboard_sessions.key_id IS 'The access key that began it; null for ADMIN_API_KEY.';
COMMENT ON COLUMN dashboard_sessions.admin_key_hash IS 'Keyed hash of ADMIN_API_KEY, if that began it: another admin key ends the session.';
CREATE INDEX dashboard_sessions_by_key ON dashboard_sessions (key_id);
CREATE INDEX dashboard_sessions_by_end ON dashboard_sessions (expires_at);

ALTER TABLE audit_log ADD COLUMN key_id uuid;
COMMENT ON COLUMN audit_log.key_id IS 'The access key that was used, added or revoked; null for ADMIN_API_KEY, and for what altops did without one.';
COMMENT ON COLUMN audit_log.action IS 'leads_csv, lead_list: leads as a file, or a page of them. lead_export: all that is held about one address. key_added, key_revoked. property_ and a column of properties: an operator changed that setting.';

-- The newest submissions first.
CREATE INDEX form_submissions_by_time ON form_submissions (submitted_at, id);
