# shellcheck shell=bash disable=SC2034,SC2153 # run.sh sources this: its variables are the other files' too
# All kinds of work in turn, in one process that is never restarted, and its memory after each part.

# with_memory WORD COMMAND…: runs it, and records the resident memory of the process after it.
with_memory() {
  phase load
  "${@:2}" >/dev/null
  phase none
  check_server_lives
  echo "$1 $(status_kb VmRSS | as_mb)" >>"$RUN/mixed"
}

ask_everything() {
  local name
  while IFS=$'\t' read -r name _; do ask "$name"; done <"$HERE/questions.tsv"
}

ask_for_summaries() {
  wrk -t 2 -c 16 -d "${BENCH_SECONDS}s" --timeout 5s -s "$HERE/summary.lua" "http://127.0.0.1:$SERVER_PORT" \
    -- "$ADMIN_KEY" "$(date -u -d 'yesterday 00:00' +%s)" fresh >>"$RUN/wrk.log" 2>&1
}

# The summaries and questions are about the data of questions.sh. Nothing is cached, so each answer is computed.
measure_mixed() {
  say "everything in turn, twice, in one process"
  : >"$RUN/mixed"
  remove_limit
  choose_limit
  METRICS_SUMMARY_CACHE_TTL_MS=0 start_server all "${CACHE[@]}"
  for _ in 1 2; do
    with_memory events beacons "$BENCH_SECONDS" 1 mixed 64
    with_memory batches beacons "$BENCH_SECONDS" 50 mixed "$BATCH_CONNECTIONS"
    with_memory forms leads "$BENCH_SECONDS" 16 apart
    with_memory summaries ask_for_summaries
    with_memory questions ask_everything
  done
  MIXED_PEAK_MB=$(status_kb VmHWM | as_mb)
  stop_server
}

print_mixed() {
  local highest
  highest=$(awk '{ print $2 }' "$RUN/mixed" | sort -n | tail -n 1)
  echo
  echo "  everything in turn, twice, in one process; resident MB after each: $(awk '{ printf "%s %s  ", $1, $2 }' "$RUN/mixed")"
  echo "    after a part: $(memory_budget "$highest" 140) · highest $MIXED_PEAK_MB: $(memory_budget "$MIXED_PEAK_MB" 160)"
}
