# shellcheck shell=bash disable=SC2034,SC2153 # run.sh sources this: its variables are the other files' too
# The cells of the table. Each leaves one line in $RUN/cells:
#   cell  connections  requests/s  rows/s  p50 ms  p99 ms  errors  acknowledged  in the table  verdict
# Rows a second are those that were acknowledged in time AND are in the table.

SEED=$((EPOCHSECONDS % 1000000 * 1000))
WRK=()

# beacons SECONDS EVENTS VISITORS CONNECTIONS [dnt]: leaves in WRK what beacon.lua reported.
beacons() {
  local line
  SEED=$((SEED + 1))
  line=$(wrk -t 2 -c "$4" -d "$1s" --timeout 5s -s "$HERE/beacon.lua" "http://127.0.0.1:$SERVER_PORT" \
    -- "$SEED" "$2" "$3" "$RETURNING" "${@:5}" 2>&1 | tee -a "$RUN/wrk.log" | grep '^beacons ') ||
    die_with_log "wrk failed" "$RUN/wrk.log"
  read -r -a WRK <<<"${line#beacons }"
}

# leads SECONDS CONNECTIONS apart|crowd: leaves in WRK what lead.lua reported.
leads() {
  local line
  SEED=$((SEED + 1))
  line=$(wrk -t 2 -c "$2" -d "$1s" --timeout 5s -s "$HERE/lead.lua" "http://127.0.0.1:$SERVER_PORT" -- "$SEED" "$3" 2>&1 |
    tee -a "$RUN/wrk.log" | grep '^beacons ') || die_with_log "wrk failed" "$RUN/wrk.log"
  read -r -a WRK <<<"${line#beacons }"
}

record() {
  local IFS=$'\t'
  echo "$*" >>"$RUN/cells"
}

# verdict ACKNOWLEDGED FOUND SLACK: no row of an answered request may be missing. There may be more rows, of requests that were not
# answered before the end.
verdict() {
  if (($2 < $1)); then
    echo LOST
  elif (($2 > $1 + $3)); then
    echo TOO-MANY
  else
    echo ok
  fi
}

per_second() {
  awk -v n="$1" -v us="$2" 'BEGIN { printf "%.0f", n * 1000000 / us }'
}

as_ms() {
  awk -v us="$1" 'BEGIN { printf "%.2f", us / 1000 }'
}

# Checks that the first rows of the table mean what they say. The server must store beacons with the headers of an ordinary browser, and
# drop those whose header DNT objects to being counted.
check_outcomes() {
  expect_outcome stored -H 'X-Bench: 1'
  expect_outcome dropped -H 'DNT: 1'
}

expect_outcome() {
  local got
  SEED=$((SEED + 1))
  got=$(curl -s -m 10 -o /dev/null -w '%{http_code} %header{x-outcome}' "${@:2}" -H 'Content-Type: text/plain' \
    -A 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36' \
    -d "{\"anonId\":\"bench-visitor-$SEED\",\"eventType\":\"page_view\",\"path\":\"/\"}" \
    "http://127.0.0.1:$SERVER_PORT/v1/events") || true
  [[ $got == "202 $1" ]] || die_with_log "a beacon was answered '$got' where '202 $1' was expected" "$RUN/server.log"
}

# Stores visitors before anything is measured, so that the planner has statistics about them. Otherwise the measured plans would be those
# for an empty table. No real site grows from nothing to 100 000 rows within seconds.
fill_database() {
  say "filling: visitors and sessions that are there before the measurements"
  phase none
  beacons "$FILL_SECONDS" 50 mixed "$BATCH_CONNECTIONS"
  settled_count >/dev/null
  settle_database
}

check_server_lives() {
  kill -0 "$SERVER_PID" 2>/dev/null ||
    die_with_log "the server has died (killed for memory: $(limit_oom_kills) times)" "$RUN/server.log"
}

# measure_beacons CELL EVENTS VISITORS CONNECTIONS [dnt]
measure_beacons() {
  local before answered acknowledged=0 found slack service database
  empty_events
  phase none
  beacons 1 "${@:2}"
  before=$(settled_count)
  settle_database
  phase load
  service=$(cpu_ms "$SERVER_PID") database=$(database_cpu_ms)
  beacons "$BENCH_SECONDS" "${@:2}"
  service=$(($(cpu_ms "$SERVER_PID") - service)) database=$(($(database_cpu_ms) - database))
  phase none
  check_server_lives
  found=$(($(settled_count) - before))
  ((found == 0)) || echo "$1/$4 $((service * 1000 / found)) $((database * 1000 / found))" >>"$RUN/cpu"
  answered=$((WRK[0] - WRK[4]))
  [[ ${5:-} == dnt ]] || acknowledged=$((answered * $2))
  slack=$((($4 + WRK[5]) * $2))
  [[ ${5:-} == dnt ]] && slack=0
  record "$1" "$4" "$(per_second "$answered" "${WRK[1]}")" \
    "$(per_second "$((found < acknowledged ? found : acknowledged))" "${WRK[1]}")" \
    "$(as_ms "${WRK[2]}")" "$(as_ms "${WRK[3]}")" "$((WRK[4] + WRK[5]))" \
    "$acknowledged" "$found" "$(verdict "$acknowledged" "$found" "$slack")"
}

# measure_leads CELL CONNECTIONS apart|crowd: rows are leads; each also has a visitor, a session, an event, a consent and a link.
measure_leads() {
  local before answered found
  empty_events
  phase none
  leads 1 "${@:2}"
  before=$(settled_count leads)
  settle_database
  phase load
  leads "$BENCH_SECONDS" "${@:2}"
  phase none
  check_server_lives
  found=$(($(settled_count leads) - before))
  answered=$((WRK[0] - WRK[4]))
  record "$1" "$2" "$(per_second "$answered" "${WRK[1]}")" \
    "$(per_second "$((found < answered ? found : answered))" "${WRK[1]}")" \
    "$(as_ms "${WRK[2]}")" "$(as_ms "${WRK[3]}")" "$((WRK[4] + WRK[5]))" \
    "$answered" "$found" "$(verdict "$answered" "$found" "$(($2 + WRK[5]))")"
}

# Exports the rows that the previous cell has stored, empties the table, and copies the rows back into it.
measure_copy() {
  local rows ms found
  export_events "$RUN/events.copy"
  rows=$(wc -l <"$RUN/events.copy")
  empty_events
  settle_database
  ms=$(copy_events_ms "$RUN/events.copy")
  found=$(count_events)
  record copy 1 - "$(awk -v n="$rows" -v ms="$ms" 'BEGIN { printf "%.0f", n * 1000 / ms }')" - - 0 \
    "$rows" "$found" "$(verdict "$rows" "$found" 0)"
  rm -f "$RUN/events.copy"
}

# Measures the speed of PostgreSQL on this machine with one transaction per row. pgbench itself costs next to nothing.
measure_single_row_commits() {
  local connections=64 found processed rate latencies
  "$PSQL" -X -q -A -t -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -f "$HERE/single-row-commit.sql" >"$RUN/commit.pgbench"
  empty_events
  settle_database
  (cd "$RUN" && rm -f commit-log.* && "$PGBENCH" -n -M prepared -c "$connections" -j 2 -T "$BENCH_SECONDS" \
    -f commit.pgbench -l --sampling-rate=0.1 --log-prefix=commit-log "$DATABASE_URL") >"$RUN/pgbench.log" 2>&1 ||
    die_with_log "pgbench failed" "$RUN/pgbench.log"
  processed=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$RUN/pgbench.log")
  rate=$(sed -n 's/^tps = \([0-9]*\).*/\1/p' "$RUN/pgbench.log" | head -n 1)
  found=$(count_events)
  latencies=$(cat "$RUN"/commit-log.* | awk '{ print $3 }' | sort -n | awk '
    { v[NR] = $1 } END { printf "%.2f\t%.2f", v[int(NR * 0.50) + 1] / 1000, v[int(NR * 0.99) + 1] / 1000 }')
  record commits "$connections" "$rate" "$rate" "$latencies" 0 "$processed" "$found" "$(verdict "$processed" "$found" 0)"
}

# Cells that are compared run one after the other, since the machine's speed drifts within minutes.
measure_round() {
  local of="round $1 of $BENCH_ROUNDS:"
  say "$of parsed and validated, stored nowhere"
  measure_beacons nothing 1 mixed 64 dnt
  say "$of single events, 64 connections"
  measure_beacons single 1 mixed 64
  say "$of single-row commits by pgbench"
  measure_single_row_commits
  say "$of single events, 16 and 256 connections"
  measure_beacons single 1 mixed 16
  measure_beacons single 1 mixed 256
  say "$of batches of 50, one visitor each"
  measure_beacons batch-one 50 one "$BATCH_CONNECTIONS"
  say "$of batches of 50, and COPY of their rows"
  measure_beacons batch 50 mixed "$BATCH_CONNECTIONS"
  measure_copy
  say "$of forms with an address, 16 connections"
  measure_leads leads 16 apart
  gather_crowd
  measure_leads leads-crowd 16 crowd
}
