-- A month of a site, in the property "month": a million events in 290 000 sessions of 150 000 visitors over 30 days up to "day", one
-- session in twenty of a bot. psql variable: "day", the last day. The sessions agree with their events, as after ingest. The data is
-- made up to be realistic: few popular pages, short visits, visitors who come back. As from the tracker, an engagement event with the
-- page's timings and scroll depth follows each page view.
INSERT INTO properties (id, name) VALUES ('month', 'A month') ON CONFLICT DO NOTHING;
SELECT ensure_event_partition(:'day'::date - n) FROM generate_series(0, 29) AS n;

INSERT INTO events (visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type, path, hostname, referrer,
                    referrer_host, traffic_source, utm_source, utm_medium, utm_campaign, device, country, is_conversion, engaged_time_ms,
                    scroll_depth_percent, fcp_ms, lcp_ms, inp_ms, ttfb_ms, cls_score, props)
SELECT md5('month-v' || (hashint4(s) & 16777215) % 200000)::uuid, md5('month-e' || s || '-' || e)::uuid, (at AT TIME ZONE 'UTC')::date,
       md5('month-s' || s)::uuid, 'month', at, at,
       CASE WHEN e = 0 THEN 'page_view' WHEN is_engagement THEN 'engagement'
            ELSE (ARRAY['page_view', 'page_view', 'cta_click', 'form_start', 'form_submit'])[(h / 7 + e) % 5 + 1] END,
       '/docs/article-' || floor(700 * power((h + e / 2 * 7919) % 1000 / 1000.0, 3)), 'www.example.ca', 'https://www.google.com/',
       (ARRAY['google.com', 'github.com', NULL])[h % 3 + 1],
       (ARRAY['direct', 'organic_search', 'referral', 'social', 'email', 'campaign'])[h % 6 + 1],
       CASE WHEN h % 6 > 3 THEN (ARRAY['newsletter', 'partner'])[h % 2 + 1] END, CASE WHEN h % 6 > 3 THEN 'email' END,
       CASE WHEN h % 6 > 3 THEN 'campaign-' || h % 40 END,
       CASE WHEN s % 20 = 0 THEN 'bot' ELSE (ARRAY['desktop', 'mobile', 'tablet'])[h % 3 + 1] END,
       (ARRAY['CA', 'US', 'FR', 'GB'])[h % 4 + 1], (h / 7 + e) % 5 = 4 AND e > 0 AND NOT is_engagement,
       CASE WHEN is_engagement THEN h % 60000 END, CASE WHEN is_engagement THEN h % 100 END,
       CASE WHEN is_engagement THEN 300 + h % 2000 END, CASE WHEN is_engagement THEN 600 + h % 4000 END,
       CASE WHEN is_engagement THEN 8 + h % 400 END, CASE WHEN is_engagement THEN 20 + h % 900 END,
       CASE WHEN is_engagement THEN (h % 250) / 1000.0 END,
       jsonb_build_object('plan', (ARRAY['free', 'pro', 'team'])[h % 3 + 1], 'language', 'en-CA')
FROM (SELECT s, e, e % 2 = 1 AS is_engagement, hashint4(s) & 16777215 AS h,
             (:'day'::date + 1)::timestamp AT TIME ZONE 'UTC' - s * interval '8.64 s' + e * interval '1 min' AS at
      FROM generate_series(1, 300000) AS s, LATERAL generate_series(0, (hashint4(s + 1) & 16777215) % 5 + CASE WHEN s % 3 = 0 THEN 2 ELSE 0 END - CASE WHEN s % 4 = 0 THEN 1 ELSE 0 END) AS e) AS made
WHERE at < (:'day'::date + 1)::timestamp AT TIME ZONE 'UTC';

INSERT INTO visitors (visitor_id, property_id, anon_id, first_seen_at)
SELECT visitor_id, 'month', 'bench-month-' || visitor_id, min(occurred_at) FROM events WHERE property_id = 'month' GROUP BY visitor_id
ON CONFLICT DO NOTHING;

INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, utm_source, utm_medium, utm_campaign, traffic_source,
                      referrer_host, device, country, hostname, ip_hash, ua_hash, events, page_views, conversions, engagements, engaged_ms,
                      entry_at, entry_path, exit_at, exit_path, first_form_start, last_form_submit)
SELECT visitor_id, session_id, 'month', min(occurred_at), max(occurred_at), min(utm_source), min(utm_medium), min(utm_campaign),
       min(traffic_source), min(referrer_host), min(device), min(country), min(hostname),
       sha256(uuid_send(visitor_id)), sha256(uuid_send(visitor_id)),
       count(*), count(*) FILTER (WHERE event_type = 'page_view'), count(*) FILTER (WHERE is_conversion),
       count(*) FILTER (WHERE event_type = 'engagement'), coalesce(sum(engaged_time_ms), 0),
       min(occurred_at) FILTER (WHERE event_type = 'page_view'),
       (array_agg(path ORDER BY occurred_at) FILTER (WHERE event_type = 'page_view'))[1],
       max(occurred_at) FILTER (WHERE event_type = 'page_view'),
       (array_agg(path ORDER BY occurred_at DESC) FILTER (WHERE event_type = 'page_view'))[1],
       min(occurred_at) FILTER (WHERE event_type = 'form_start'), max(occurred_at) FILTER (WHERE event_type = 'form_submit')
FROM events WHERE property_id = 'month' GROUP BY visitor_id, session_id;

ANALYZE events, sessions, visitors;
