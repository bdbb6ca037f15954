#!/usr/bin/env bash
# Measures the server, and what limits it, in one run and one table; docs/performance.md explains each figure.
#
#   JAVA_HOME=<a JDK 25> deploy/bench/run.sh        after a build, or simply: make bench
#
#   BENCH_SECONDS  10   of each cell             BENCH_ROUNDS     3   of all cells; the table shows medians
#   BENCH_RETURNING 50  percent of events from visitors seen before
#   PROFILE        small  large: both compilers and 512 MB, for a larger machine (docs/scaling.md)
#   BENCH_AOT      on   off: no AOT cache is trained, the server runs without one
#   BENCH_KEEP     off  on: logs and data of the run stay in target/bench/run.*
#
# It starts its own PostgreSQL and stops everything that it started, also on Ctrl-C. The table is left in target/bench/.
set -euo pipefail
export LC_ALL=C

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
BENCH_SECONDS=${BENCH_SECONDS:-10}
BENCH_ROUNDS=${BENCH_ROUNDS:-3}
PROFILE=${PROFILE:-small}
RETURNING=${BENCH_RETURNING:-50}
FILL_SECONDS=5
BATCH_CONNECTIONS=16
COPY_ROWS=500000
[[ -z ${JAVA_HOME:-} ]] || PATH=$JAVA_HOME/bin:$PATH
LOAD_BEFORE=$(cut -d' ' -f1-3 /proc/loadavg)
CACHE=()
RUN=

# shellcheck source=SCRIPTDIR/../bin/free-port.sh
source "$ROOT/deploy/bin/free-port.sh"
# shellcheck source=SCRIPTDIR/../bin/throwaway-database.sh
source "$ROOT/deploy/bin/throwaway-database.sh"
# shellcheck source=SCRIPTDIR/tools.sh
source "$HERE/tools.sh"
# shellcheck source=SCRIPTDIR/database.sh
source "$HERE/database.sh"
# shellcheck source=SCRIPTDIR/server.sh
source "$HERE/server.sh"
# shellcheck source=SCRIPTDIR/cells.sh
source "$HERE/cells.sh"
# shellcheck source=SCRIPTDIR/history.sh
source "$HERE/history.sh"
# shellcheck source=SCRIPTDIR/questions.sh
source "$HERE/questions.sh"
# shellcheck source=SCRIPTDIR/mixed.sh
source "$HERE/mixed.sh"
# shellcheck source=SCRIPTDIR/report.sh
source "$HERE/report.sh"
# shellcheck source=SCRIPTDIR/tracker.sh
source "$HERE/tracker.sh"

say() {
  echo "bench: $*" >&2
}

die() {
  say "$*"
  exit 1
}

die_with_log() {
  tail -n 20 "$2" >&2 || true
  die "$1"
}

# stop_process PID SECONDS: sends SIGTERM, waits, then kills.
stop_process() {
  [[ -n $1 ]] || return 0
  kill -TERM "$1" 2>/dev/null || return 0
  for ((i = 0; i < $2 * 20; i++)); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.05
  done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

clean_up() {
  trap '' INT TERM
  stop_server
  stop_database
  remove_limit
  if [[ ${BENCH_KEEP:-off} == on ]]; then
    say "logs and data are in $RUN"
  else
    rm -rf "$RUN"
  fi
}

check_java() {
  if ((BASH_VERSINFO[0] < 5)) || [[ ! -r /proc/self/status ]]; then die "this needs Linux and bash 5"; fi
  java -version 2>&1 | grep -q 'version "25' || die "JAVA_HOME must name a JDK 25 (asked: $(command -v java))"
  [[ -f $ROOT/api/target/quarkus-app/quarkus-run.jar ]] || die "the server is not built: run 'make build' first"
}

# The flags of PROFILE, in a file that the training reads too.
choose_profile() {
  JVM_OPTIONS=$RUN/jvm.options
  case $PROFILE in
    small) cp "$ROOT/deploy/jvm.options" "$JVM_OPTIONS" ;;
    large)
      LIMIT_BYTES=$((512 * 1024 * 1024))
      sed -e '/TieredStopAtLevel/d; /-XX:C1/d; /-XX:Tier3/d; /-XX:-AOT/d; s/^-Xm\([sx]\)44m/-Xm\1128m/' "$ROOT/deploy/jvm.options" >"$JVM_OPTIONS"
      ;;
    *) die "PROFILE is small or large" ;;
  esac
  export JVM_OPTIONS
}

train_cache() {
  [[ ${BENCH_AOT:-on} == on ]] || return 0
  say "training the AOT cache"
  "$ROOT/deploy/bin/train-aot.sh" "$ROOT/api/target/quarkus-app" "$RUN/app.aot" >"$RUN/train.log" 2>&1 ||
    die_with_log "the AOT cache could not be trained" "$RUN/train.log"
  CACHE=("-XX:AOTCache=$RUN/app.aot" -XX:AOTMode=on)
}

measure_starts() {
  say "starting the server five times without and five times with the AOT cache"
  : >"$RUN/starts-plain"
  for _ in {1..5}; do
    start_server 0
    echo "$STARTED_MS" >>"$RUN/starts-plain"
    stop_server
    ((${#CACHE[@]})) || continue
    start_server 0 "${CACHE[@]}"
    echo "$STARTED_MS" >>"$RUN/starts-cached"
    echo "$STARTED_CPU_MS" >>"$RUN/starts-cpu"
    stop_server
  done
}

# The group with the memory limit keeps the peak of the earlier starts, so the run gets a new group.
start_measured_server() {
  remove_limit
  choose_limit
  start_server all "${CACHE[@]}"
  watch_memory
  phase idle
  sleep 5
  phase none
}

main() {
  local table
  mkdir -p "$ROOT/target/bench"
  RUN=$(mktemp -d "$ROOT/target/bench/run.XXXXXX")
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  check_java
  require_tools
  choose_profile
  choose_limit
  say "starting and migrating PostgreSQL"
  start_database "$RUN"
  export DATABASE_URL
  require_durability
  train_cache
  measure_starts
  start_measured_server
  check_outcomes
  fill_database
  for ((round = 1; round <= BENCH_ROUNDS; round++)); do
    measure_round "$round"
  done
  table=$ROOT/target/bench/$(date -u +%Y-%m-%dT%H%M%SZ).txt
  print_report | tee "$table"
  measure_history
  print_history | tee -a "$table"
  measure_questions
  print_questions | tee -a "$table"
  measure_mixed
  print_mixed | tee -a "$table"
  print_tracker | tee -a "$table"
  # A missed budget is not an error; a lost event is.
  ! grep -qv $'\tok$' "$RUN/cells" || die "there are too few or too many rows: see the table"
}

main "$@"
