# shellcheck shell=bash disable=SC2034,SC2153 # run.sh sources this: its variables are the other files' too
# Queries and empties the PostgreSQL of the run, which deploy/bin/throwaway-database.sh starts and stops.

require_durability() {
  [[ $(sql 'SHOW fsync') == on && $(sql 'SHOW synchronous_commit') == on ]] ||
    die "the database does not wait for the disk, so its speed would mean nothing"
}

# Prints the processor time of PostgreSQL's main process and its children, in milliseconds.
database_cpu_ms() {
  local postmaster
  postmaster=$(head -n 1 "$(find "$RUN/postgresql" -maxdepth 3 -name postmaster.pid | head -n 1)")
  # shellcheck disable=SC2046 # one process a word
  cpu_ms "$postmaster" $(pgrep -P "$postmaster")
}

sql() {
  "$PSQL" -X -q -A -t -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -c "$1"
}

count_events() {
  sql 'SELECT count(*) FROM events'
}

# Stores a hundred thousand visitors of the last quarter of an hour with the IP address and the browser of the crowd's
# forms. Each of them is a heuristic candidate for the lead of the next form.
gather_crowd() {
  leads 1 2 crowd
  sql "INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device, ip_hash, ua_hash)
       SELECT gen_random_uuid(), gen_random_uuid(), known.property_id, now() - interval '1 minute' * (n % 15), now(),
              'direct', 'desktop', known.ip_hash, known.ua_hash
       FROM generate_series(1, 100000) AS n,
            (SELECT s.property_id, s.ip_hash, s.ua_hash FROM form_submissions f JOIN sessions s ON s.id = f.session_id
             ORDER BY f.submitted_at DESC LIMIT 1) AS known"
}

# Prints the number of rows once it no longer changes: requests that were under way when the load ended are still committed.
settled_count() {
  local before now count="SELECT count(*) FROM ${1:-events}"
  now=$(sql "$count")
  while
    before=$now
    sleep 0.3
    now=$(sql "$count")
    [[ $now != "$before" ]]
  do :; done
  echo "$now"
}

# Every cell begins with few events, with up-to-date statistics of the visitors, and as far from the next checkpoint as
# the others: otherwise the last cell of a round would pay for the first. Visitors and sessions stay.
empty_events() {
  sql 'TRUNCATE events'
}

settle_database() {
  sql 'ANALYZE visitors, sessions, events'
  sql 'CHECKPOINT'
}

# COPY refuses columns that the table computes by itself.
event_columns() {
  sql "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
       WHERE attrelid = 'events'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
}

export_events() {
  sql "\\copy (SELECT $(event_columns) FROM events LIMIT $COPY_ROWS) TO '$1'"
}

# Prints the milliseconds of one COPY with its commit, without the start of psql.
copy_events_ms() {
  "$PSQL" -X -q -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -c '\timing on' -c "\\copy events ($(event_columns)) FROM '$1'" |
    sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
}
