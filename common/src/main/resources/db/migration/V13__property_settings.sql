-- What a property does not count, as its operator decides: requests from some networks, of some pages, or from pages of foreign hosts.

ALTER TABLE properties
    ADD COLUMN excluded_networks text[] NOT NULL DEFAULT '{}',
    ADD COLUMN excluded_paths    text[] NOT NULL DEFAULT '{}',
    ADD COLUMN own_hosts_only    boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN properties.excluded_networks IS 'Networks in CIDR notation whose events are dropped.';
COMMENT ON COLUMN properties.excluded_paths IS 'Paths whose events are dropped; * stands for any characters.';
COMMENT ON COLUMN properties.own_hosts_only IS 'Whether events of pages on a host that is not among the domains are dropped.';

-- A property's zone can change, and days whose raw events are gone keep the zone that they were counted by.
ALTER TABLE daily_metric_rollups ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
COMMENT ON COLUMN daily_metric_rollups.time_zone IS 'The zone whose day it is. If the property has another one by now, the day is computed again while it has raw events.';

COMMENT ON COLUMN audit_log.action IS 'leads_csv: the leads as a file. lead_export: all that is held about one address. property_ and a column of properties: an operator changed that setting.';
