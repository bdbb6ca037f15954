# shellcheck shell=bash disable=SC2034,SC2153 # run.sh sources this: its variables are the other files' too
# Questions about a month of raw rows: each alone, the dashboard's first view, and events while ten questions run at a time.

# ask NAME: asks this question of questions.tsv, and prints the milliseconds to the end of the answer.
ask() {
  local name method path body seconds
  while IFS=$'\t' read -r name method path body; do
    [[ $name == "$1" ]] || continue
    path=${path/FROM/$MONTH_FROM} path=${path/TO/$MONTH_TO}
    path=${path/EARLIER/$BEFORE_FROM} path=${path/UNTIL/$BEFORE_TO}
    body=${body/FROM/$MONTH_FROM} body=${body/TO/$MONTH_TO}
    seconds=$(curl -s -f -m 60 -o /dev/null -w '%{time_total}' -X "$method" -H "x-admin-key: $ADMIN_KEY" \
      -H 'Content-Type: application/json' ${body:+-d "$body"} "http://127.0.0.1:$SERVER_PORT$path") ||
      die_with_log "the question '$name' was not answered" "$RUN/server.log"
    awk -v s="$seconds" 'BEGIN { printf "%.0f\n", s * 1000 }'
  done <"$HERE/questions.tsv"
}

# What the dashboard asks when it is opened (summaryparts.ts, part.ts). At once it asks for the first screen. When the summary has named the
# days before, it asks for those, which the chart shows. Then it asks for the lists below.
first_view() {
  ask_at_once properties 'summary and change' 'new leads by source'
  ask_at_once 'summary, days before'
  ask_at_once 'pages, without visitors' 'sources, without visitors'
}

# ask_at_once NAME…: asks these questions at the same time, and waits for all answers.
ask_at_once() {
  local name asking=()
  for name in "$@"; do
    ask "$name" >/dev/null &
    asking+=($!)
  done
  wait "${asking[@]}"
}

# Asks until it is stopped.
keep_asking() {
  local name
  while :; do
    for name in 'summary, one source' 'pages, mobile' 'event types, one source'; do ask "$name" >/dev/null; done
  done
}

# median_of_five COMMAND…: runs it five times, and prints the median of the numbers that it prints.
median_of_five() {
  for _ in {1..5}; do "$@"; done | sort -n | sed -n 3p
}

# p99_of_events FILE: sends events over 64 connections, and leaves their p99 in ms in the file.
p99_of_events() {
  phase none
  beacons "$BENCH_SECONDS" 1 mixed 64
  as_ms "${WRK[3]}" >"$1"
}

measure_questions() {
  local name asking=()
  say "a month of a million events: filling, and ten questions"
  sql 'TRUNCATE events, sessions, visitors CASCADE'
  MONTH_FROM=$(day_ago 30)
  MONTH_TO=$(day_ago 1)
  BEFORE_FROM=$(day_ago 60)
  BEFORE_TO=$(day_ago 31)
  "$PSQL" -X -q -v ON_ERROR_STOP=1 -v day="$MONTH_TO" -d "$DATABASE_URL" -f "$HERE/month.sql" >/dev/null
  sql 'VACUUM ANALYZE'
  altops rollup --from "$MONTH_FROM" --to "$MONTH_TO" --property month --quiet
  sql 'CHECKPOINT'
  METRICS_SUMMARY_CACHE_TTL_MS=0 start_server all "${CACHE[@]}"
  : >"$RUN/questions"
  while IFS=$'\t' read -r name _; do
    echo "$(median_of_five ask "$name") $name" >>"$RUN/questions"
  done <"$HERE/questions.tsv"
  FIRST_VIEW_MS=$(median_of_five took_ms first_view)
  p99_of_events "$RUN/p99-warm"
  p99_of_events "$RUN/p99-alone"
  for _ in {1..10}; do
    keep_asking &
    asking+=($!)
  done
  p99_of_events "$RUN/p99-asked"
  kill "${asking[@]}"
  wait "${asking[@]}" 2>/dev/null || true
  stop_server
}

print_questions() {
  echo
  echo "  a month of a million events: each question alone, not cached, median of five; budget of those with a filter 500 ms"
  while read -r ms name; do printf '  %-58s %s ms\n' "$name" "$ms"; done <"$RUN/questions"
  awk -v ms="$FIRST_VIEW_MS" 'BEGIN { printf "  %-58s %d ms   budget 1000: %s\n", "the first view of the dashboard", ms, ms <= 1000 ? "met" : "MISSED" }'
  awk -v a="$(<"$RUN/p99-alone")" -v q="$(<"$RUN/p99-asked")" 'BEGIN {
    printf "  %-58s %s ms, %s ms   budget 1.5 times: %s\n", "p99 of events, alone and while ten ask", a, q, q <= 1.5 * a ? "met" : "MISSED" }'
}
