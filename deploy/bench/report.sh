# shellcheck shell=bash disable=SC2034,SC2153 # run.sh sources this: its variables are the other files' too
# The report of the run, on one page.

median() {
  sort -n | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# memory_of PHASE COLUMN: the median of the samples, in MB of 1024² bytes.
memory_of() {
  awk -v phase="$1" -v column="$2" '$1 == phase { print $column }' "$RUN/memory" | median | as_mb
}

as_mb() {
  awk '{ printf "%.0f", $1 / 1024 }'
}

# The budgets of memory are those of the small machine.
memory_budget() {
  if [[ $PROFILE == small ]]; then budget "$@"; else echo "no budget for PROFILE=$PROFILE"; fi
}

budget() {
  if (($1 <= $2)); then echo "budget at most $2: met"; else echo "budget at most $2: MISSED"; fi
}

print_heading() {
  echo "AltContext bench, $(date -u +%Y-%m-%dT%H:%MZ), commit $(git -C "$ROOT" describe --always --dirty 2>/dev/null || echo unknown)"
  echo "$(nproc) cores ($(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)), load average before: $LOAD_BEFORE"
  echo "$(java -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/Java \1/p'), PostgreSQL $(sql 'SHOW server_version'), fsync and synchronous_commit on"
  echo "profile $PROFILE: $(grep -o '^-[^ ]*' "$JVM_OPTIONS" | paste -sd ' ')$( ((${#CACHE[@]} == 0)) || echo ", and the AOT cache")"
  echo "$BENCH_SECONDS s a cell; medians of $BENCH_ROUNDS rounds, errors and counts are their sums; $(limit_words)"
  echo "Server, load and PostgreSQL share the machine. $RETURNING % of the events come from visitors seen before."
  echo
}

print_memory() {
  local load highest
  load=$(memory_of load 2)
  highest=$(status_kb VmHWM | as_mb)
  echo "  server, resident MB: idle after start $(memory_of idle 2) · under load $load (its own $(memory_of load 3), mapped files $(memory_of load 4)) · highest $highest"
  echo "    under load: $(memory_budget "$load" 140) · highest: $(memory_budget "$highest" 160)"
  if [[ -n $LIMIT_DIR ]]; then
    echo "  the limited group at its highest, page cache included: $(($(limit_peak) / 1048576)) MB of $((LIMIT_BYTES / 1048576)) · killed for memory: $(limit_oom_kills) times"
  fi
}

print_starts() {
  local plain cached cpu
  plain=$(median <"$RUN/starts-plain")
  echo "  start to first healthy answer, one core, median of 5: without AOT cache $plain ms ($(sort -n "$RUN/starts-plain" | xargs))"
  [[ -s $RUN/starts-cached ]] || return 0
  cached=$(median <"$RUN/starts-cached")
  echo "    with AOT cache $cached ms ($(sort -n "$RUN/starts-cached" | xargs)): $(budget "$cached" 600)"
  cpu=$(median <"$RUN/starts-cpu")
  echo "    and processor time $cpu ms ($(sort -n "$RUN/starts-cpu" | xargs)): $(budget "$cpu" 700)"
}

# cpu_of CELL COLUMN: the median of the rounds, in microseconds an event.
cpu_of() {
  awk -v cell="$1" -v column="$2" '$1 == cell { print $column }' "$RUN/cpu" | median | awk '{ printf "%.0f", $1 }'
}

print_cpu() {
  local cell=single/64 service database
  service=$(cpu_of $cell 2) database=$(cpu_of $cell 3)
  echo "  processor time an event at 64 connections: service $service µs, $(budget "$service" 75) · PostgreSQL $database µs, $(budget "$database" 50)"
}

print_report() {
  print_heading
  awk -v profile="$PROFILE" -f "$HERE/report.awk" "$RUN/cells"
  echo
  print_cpu
  print_memory
  print_starts
  echo
  echo "* a Node service with five statements in a transaction a request: 670 to 970 events a second, 120 MB, on two cores."
  echo "  docs/performance.md says how each figure is taken and how to read it."
}
