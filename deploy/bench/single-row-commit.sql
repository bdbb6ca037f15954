-- Writes the pgbench script of the "single-row commits" cell. It inserts a copy of one stored event with a new id and
-- one of ten thousand visitors. The copy has all columns of a row that the server stored, so that pgbench and the server
-- write rows of the same size into the same indexes, whatever columns the table has.
SELECT '\set visitor random(1, 10000)'
UNION ALL
SELECT format(
    'INSERT INTO events (%s) VALUES (%s);',
    string_agg(quote_ident(attname), ', ' ORDER BY attnum),
    string_agg(
        CASE
            WHEN attname = 'visitor_id' THEN 'md5(:visitor::text)::uuid'
            WHEN attname IN ('id', 'event_id') THEN 'gen_random_uuid()'
            WHEN stored.value IS NULL THEN 'NULL'
            -- pgbench takes a colon and a word for one of its variables, even inside a literal, so colons are escaped.
            ELSE format(
                'CAST(U&''%s'' AS %s)',
                replace(replace(replace(stored.value, '\', '\\'), '''', ''''''), ':', '\003A'),
                format_type(atttypid, atttypmod))
        END,
        ', ' ORDER BY attnum))
FROM pg_attribute
CROSS JOIN (SELECT to_jsonb(event) AS event FROM events AS event LIMIT 1) AS sample
CROSS JOIN LATERAL (SELECT sample.event ->> attname AS value) AS stored
WHERE attrelid = 'events'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
