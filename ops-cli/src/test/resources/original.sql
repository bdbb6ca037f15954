-- The tables of the earlier system, as its own migrations made them: ids are texts, times have no zone and are UTC.
CREATE TYPE "ConsentStatus" AS ENUM ('pending', 'express', 'implied', 'withdrawn');
CREATE TYPE "LinkSource" AS ENUM ('form_submit', 'same_ip_ua_window', 'manual_merge');
CREATE TYPE "ValidationStatus" AS ENUM ('accepted', 'rejected', 'invalid');
CREATE TABLE visitors (
    id text PRIMARY KEY, anon_id text NOT NULL UNIQUE,
    first_seen_at timestamp(3) NOT NULL, last_seen_at timestamp(3) NOT NULL,
    first_ip_hash text, last_ip_hash text, first_ua_hash text, last_ua_hash text);
CREATE TABLE sessions (
    id text PRIMARY KEY, visitor_id text NOT NULL REFERENCES visitors (id),
    started_at timestamp(3) NOT NULL, ended_at timestamp(3), last_event_at timestamp(3) NOT NULL,
    landing_path text, referrer text,
    utm_source text, utm_medium text, utm_campaign text, utm_term text, utm_content text);
CREATE TABLE events (
    id text PRIMARY KEY, visitor_id text NOT NULL REFERENCES visitors (id), session_id text NOT NULL REFERENCES sessions (id),
    dedupe_key text, event_type text NOT NULL, path text NOT NULL, "timestamp" timestamp(3) NOT NULL,
    ip_hash text, ua_hash text, props jsonb, property_id text, traffic_source text, device_type text, country_code text,
    is_entrance boolean NOT NULL DEFAULT false, is_exit boolean NOT NULL DEFAULT false,
    is_conversion boolean NOT NULL DEFAULT false);
CREATE TABLE leads (
    id text PRIMARY KEY, email_normalized text NOT NULL UNIQUE, email_domain text NOT NULL,
    consent_status "ConsentStatus" NOT NULL, first_captured_at timestamp(3) NOT NULL, last_captured_at timestamp(3) NOT NULL,
    source_channel text);
CREATE TABLE lead_identities (
    id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    lead_id text NOT NULL REFERENCES leads (id), visitor_id text NOT NULL REFERENCES visitors (id),
    link_source "LinkSource" NOT NULL, confidence double precision NOT NULL, linked_at timestamp(3) NOT NULL);
CREATE TABLE form_submissions (
    id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    lead_id text REFERENCES leads (id), visitor_id text, session_id text, form_name text, payload jsonb,
    submitted_at timestamp(3) NOT NULL, validation_status "ValidationStatus" NOT NULL);
CREATE TABLE consent_events (
    id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    lead_id text NOT NULL REFERENCES leads (id), status "ConsentStatus" NOT NULL, source text, ip_hash text,
    "timestamp" timestamp(3) NOT NULL);
