# shellcheck shell=bash disable=SC2034,SC2153 # run.sh sources this: its variables are the other files' too
# Work on past days: rollup, summaries of a year, purge. Each is measured once, after the rounds.

DAY_EVENTS=1000000

day_ago() {
  date -u -d "$1 days ago" +%F
}

# fill_day DAY [true]: stores the rows of the day as ingest would; with true, only the events, without visitors and sessions.
fill_day() {
  "$PSQL" -X -q -v ON_ERROR_STOP=1 -v day="$1" -v only_events="${2:-false}" -d "$DATABASE_URL" -f "$HERE/history.sql" >/dev/null
  sql 'VACUUM events'
  sql 'CHECKPOINT'
}

altops() {
  java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$ROOT/ops-cli/target/altops.jar" "$@"
}

# scan_ms DAY: prints in how many milliseconds one process of PostgreSQL reads the day's whole partition, the median of five.
scan_ms() {
  local partition=events_${1//-/}
  for _ in {1..5}; do
    "$PSQL" -X -q -A -t -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -c 'SET max_parallel_workers_per_gather = 0' \
      -c "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON) SELECT count(*) FROM $partition" |
      sed -n 's/^Execution Time: \([0-9.]*\) ms.*/\1/p'
  done | sort -n | sed -n 3p
}

# took_ms COMMAND…: prints how many milliseconds it takes from start to end.
took_ms() {
  local began=${EPOCHREALTIME/./}
  "$@" >/dev/null || die "failed: ${*:1:3}"
  echo $(((${EPOCHREALTIME/./} - began) / 1000))
}

measure_rollup() {
  local day found
  day=$(day_ago 1)
  sql "DELETE FROM events WHERE day = '$day'"
  fill_day "$day"
  ROLLUP_MS=$(for _ in {1..3}; do
    altops rollup --day "$day" --json | sed -n 's/.*"tookMs":\([0-9]*\).*/\1/p'
  done | sort -n | sed -n 2p)
  SCAN_MS=$(scan_ms "$day")
  found=$(sql "SELECT sum(accepted + bots) FROM daily_ingest_rollups WHERE day = '$day'")
  ((found == DAY_EVENTS)) || die "the rollup of $day counts $found events, and not $DAY_EVENTS"
}

# Copies the figures of the rolled-up day, which are those of a busy site, to every day of two years.
fill_years() {
  local day table
  day=$(day_ago 1)
  for table in daily_metric_rollups daily_ingest_rollups rollup_days; do
    sql "INSERT INTO $table SELECT made.* FROM $table AS known, generate_series(2, 740) AS n,
           LATERAL jsonb_populate_record(known, jsonb_build_object('day', known.day - n)) AS made
         WHERE known.day = '$day' ON CONFLICT DO NOTHING"
  done
  sql 'ANALYZE'
}

# measure_summary CELL fresh|same
measure_summary() {
  local line
  line=$(wrk -t 2 -c 16 -d "${BENCH_SECONDS}s" --timeout 5s -s "$HERE/summary.lua" "http://127.0.0.1:$SERVER_PORT" \
    -- "$ADMIN_KEY" "$(date -u -d 'yesterday 00:00' +%s)" "$2" 2>&1 | tee -a "$RUN/wrk.log" | grep '^beacons ') ||
    die_with_log "wrk failed" "$RUN/wrk.log"
  read -r -a WRK <<<"${line#beacons }"
  echo "$1 $(per_second "$((WRK[0] - WRK[4]))" "${WRK[1]}") $(as_ms "${WRK[2]}") $(as_ms "${WRK[3]}") $((WRK[4] + WRK[5]))" \
    >>"$RUN/summaries"
}

# Measures a purge of an expired day's events, one that also removes sessions and visitors, and one with nothing to do. The difference to
# the last is the database's work.
measure_purge() {
  local day
  day=$(day_ago 120)
  fill_day "$day" true
  altops rollup --day "$day" --quiet
  PURGE_MS=$(took_ms altops retention purge --quiet)
  fill_day "$day"
  altops rollup --day "$day" --quiet
  PURGE_ALL_MS=$(took_ms altops retention purge --quiet)
  IDLE_PURGE_MS=$(took_ms altops retention purge --quiet)
  [[ $(sql "SELECT count(*) FROM events WHERE day = '$day'") == 0 ]] || die "the purge left events of $day"
}

# The service is stopped during rollups and purges. Otherwise it would roll up yesterday by itself, and the runs would wait for each other.
measure_history() {
  stop_server
  say "a day of a million events: rolled up, and scanned"
  measure_rollup
  say "summaries of 366 days, 16 connections"
  fill_years
  : >"$RUN/summaries"
  METRICS_SUMMARY_CACHE_TTL_MS=0 start_server all "${CACHE[@]}"
  measure_summary warm fresh
  measure_summary fresh fresh
  SUMMARY_PEAK_MB=$(status_kb VmHWM | as_mb)
  stop_server
  start_server all "${CACHE[@]}"
  measure_summary warm same
  measure_summary same same
  stop_server
  say "a day of a million events: purged"
  measure_purge
}

print_history() {
  local name rate p50 p99 errors
  echo
  echo "  a day of a million events, 200 000 visitors: rolled up in $ROLLUP_MS ms; one sequential scan of its partition $SCAN_MS ms"
  awk -v r="$ROLLUP_MS" 'BEGIN { printf "  %-58s %.0f   budget at most 2500: %s\n", "rollup, ms", r, r <= 2500 ? "met" : "MISSED" }'
  while read -r name rate p50 p99 errors; do
    [[ $name != warm ]] || continue
    printf '  summary of 366 days, %-6s %8s a second, p50 %s ms, p99 %s ms, errors %s\n' "$name" "$rate" "$p50" "$p99" "$errors"
  done <"$RUN/summaries"
  echo "  resident at its highest while no answer was cached: $SUMMARY_PEAK_MB MB"
  awk '$1 == "fresh" { printf("  %-58s %s\n", "summaries, not cached: at least 800 a second, p99 at most 50 ms", $2 >= 800 && $4 <= 50 ? "met" : "MISSED") }' "$RUN/summaries"
  awk -v p="$PURGE_MS" -v all="$PURGE_ALL_MS" -v i="$IDLE_PURGE_MS" 'BEGIN {
    printf("  purge of a million expired events: %d ms (the command %d ms, one with nothing to do %d ms)   budget under a second: %s\n",
      p - i, p, i, p - i < 1000 ? "met" : "MISSED")
    printf("  the same with their 300 000 sessions and 200 000 visitors, who have nothing left: %d ms\n", all - i) }'
}
