-- A day of a busy site: a million events of 200 000 visitors in 300 000 sessions, one in twenty of them a bot's. psql variables: "day",
-- the day; "only_events", whether visitors and sessions are left out. Ids are hashes, like those of the service, so that sketches get
-- realistic input. As from the tracker, an engagement event with the page's timings and scroll depth follows each page view.
SELECT ensure_event_partition(:'day');

\if :only_events
\else
INSERT INTO visitors (visitor_id, property_id, anon_id, first_seen_at)
SELECT md5(:'day' || 'v' || n)::uuid, 'default', 'bench-' || :'day' || '-' || n,
       :'day'::date::timestamp AT TIME ZONE 'UTC' + n * interval '0.4 s'
FROM generate_series(1, 200000) AS n;

INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, utm_source, traffic_source, referrer_host,
                      device, country, hostname, events, page_views, conversions, engaged_ms, entry_at, entry_path, exit_at, exit_path)
SELECT md5(:'day' || 'v' || (n % 200000 + 1))::uuid, md5(:'day' || 's' || n)::uuid, 'default',
       :'day'::date::timestamp AT TIME ZONE 'UTC' + n * interval '0.28 s',
       :'day'::date::timestamp AT TIME ZONE 'UTC' + n * interval '0.28 s' + interval '5 min',
       CASE WHEN n % 5 = 0 THEN 'newsletter' END,
       (ARRAY['direct', 'organic_search', 'referral', 'social', 'email'])[n % 5 + 1],
       (ARRAY['google.com', 'github.com', NULL])[n % 3 + 1],
       CASE WHEN n % 20 = 0 THEN 'bot' ELSE (ARRAY['desktop', 'mobile', 'tablet'])[n % 3 + 1] END, 'CA', 'www.example.ca',
       3, 2, (n % 15 = 0)::integer, n % 60000,
       :'day'::date::timestamp AT TIME ZONE 'UTC' + n * interval '0.28 s', '/docs/article-' || n % 700,
       :'day'::date::timestamp AT TIME ZONE 'UTC' + n * interval '0.28 s' + interval '5 min', '/docs/article-' || n % 690
FROM generate_series(1, 300000) AS n;

\endif
INSERT INTO events (visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type, path, referrer,
                    referrer_host, traffic_source, device, country, is_conversion, engaged_time_ms, scroll_depth_percent,
                    fcp_ms, lcp_ms, inp_ms, ttfb_ms, cls_score, props)
SELECT md5(:'day' || 'v' || (s % 200000 + 1))::uuid, md5(:'day' || 'e' || n)::uuid, :'day', md5(:'day' || 's' || s)::uuid,
       'default', at, at, CASE WHEN is_engagement THEN 'engagement' WHEN n % 10 = 0 AND n > 600000 THEN 'form_start' ELSE 'page_view' END,
       '/docs/article-' || (s + n / 600000) % 700, 'https://www.google.com/', 'google.com', 'organic_search',
       CASE WHEN s % 20 = 0 THEN 'bot' ELSE (ARRAY['desktop', 'mobile', 'tablet'])[s % 3 + 1] END, 'CA', n % 50 = 0,
       CASE WHEN is_engagement THEN n % 60000 END, CASE WHEN is_engagement THEN n % 100 END,
       CASE WHEN is_engagement THEN 300 + n % 2000 END, CASE WHEN is_engagement THEN 600 + n % 4000 END,
       CASE WHEN is_engagement THEN 8 + n % 400 END, CASE WHEN is_engagement THEN 20 + n % 900 END,
       CASE WHEN is_engagement THEN (n % 250) / 1000.0 END,
       '{"viewport": "1440x900", "language": "en-CA"}'
FROM (SELECT n, n % 300000 + 1 AS s, n / 300000 % 2 = 1 AS is_engagement,
             :'day'::date::timestamp AT TIME ZONE 'UTC' + (n % 300000 + 1) * interval '0.28 s' + n / 300000 * interval '1 min' AS at
      FROM generate_series(0, 999999) AS n) AS made;

-- Does what autovacuum does within a minute. This also brings the index of days up to date.
VACUUM (ANALYZE) events, sessions, visitors;
