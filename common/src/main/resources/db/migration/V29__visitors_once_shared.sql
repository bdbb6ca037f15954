-- An export shows only a part of a visitor who also left another address. That must stay so after the other lead is purged.
ALTER TABLE lead_identities ADD COLUMN was_shared boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN lead_identities.was_shared IS 'Whether the visitor also left another address, whose lead never confirmed and was purged.';
