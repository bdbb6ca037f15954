# shellcheck shell=bash disable=SC2034,SC2153 # run.sh sources this: its variables are the other files' too
# Starts, watches and stops the server under its memory limit.

SERVER_PID=
SAMPLER_PID=
STARTED_MS=
STARTED_CPU_MS=
LIMIT_BYTES=$((256 * 1024 * 1024))
LIMIT_KIND=none
LIMIT_DIR=
LIMIT_PREFIX=()
ADMIN_KEY=not-a-secret-of-anyone-either

# ── the limit ────────────────────────────────────────────────────────────────────────────────────────────────────

limit_by_cgroup_v1() {
  local dir=/sys/fs/cgroup/memory/altcontext-bench-$$
  [[ -w /sys/fs/cgroup/memory ]] && mkdir "$dir" 2>/dev/null || return 1
  LIMIT_DIR=$dir
  echo "$LIMIT_BYTES" 2>/dev/null >"$dir/memory.limit_in_bytes" || return 1
  # If swap is counted, none is allowed: otherwise the limit would only move memory to the disk.
  echo "$LIMIT_BYTES" 2>/dev/null >"$dir/memory.memsw.limit_in_bytes" || true
}

limit_by_cgroup_v2() {
  local root=/sys/fs/cgroup dir=/sys/fs/cgroup/altcontext-bench-$$
  [[ -w $root/cgroup.procs ]] && grep -qw memory "$root/cgroup.controllers" 2>/dev/null || return 1
  echo +memory 2>/dev/null >"$root/cgroup.subtree_control" || true
  mkdir "$dir" 2>/dev/null || return 1
  LIMIT_DIR=$dir
  echo "$LIMIT_BYTES" 2>/dev/null >"$dir/memory.max" || return 1
  echo 0 2>/dev/null >"$dir/memory.swap.max" || true
}

limit_by_systemd() {
  local prefix=(systemd-run --scope --quiet -p "MemoryMax=$LIMIT_BYTES" -p MemorySwapMax=0)
  [[ -d /run/systemd/system && -f /sys/fs/cgroup/cgroup.controllers ]] || return 1
  [[ $EUID -eq 0 ]] || prefix+=(--user)
  "${prefix[@]}" true 2>/dev/null || return 1
  LIMIT_PREFIX=("${prefix[@]}")
}

remove_limit() {
  [[ -n $LIMIT_DIR && $LIMIT_KIND != systemd && -d $LIMIT_DIR ]] || return 0
  for _ in {1..20}; do
    rmdir "$LIMIT_DIR" 2>/dev/null && break
    sleep 0.1
  done
  LIMIT_DIR=
}

choose_limit() {
  local kind
  for kind in cgroup_v1 cgroup_v2 systemd; do
    if "limit_by_$kind"; then
      LIMIT_KIND=$kind
      return
    fi
    remove_limit
  done
}

limit_words() {
  case $LIMIT_KIND in
    none) echo "NO memory limit could be set on this machine: only the JVM's flags bound the server" ;;
    *) echo "the server is limited to $((LIMIT_BYTES / 1048576)) MB (${LIMIT_KIND/_/ })" ;;
  esac
}

# Runs in the shell that becomes the server.
enter_limit() {
  [[ $LIMIT_KIND == cgroup_* ]] || return 0
  echo "$BASHPID" >"$LIMIT_DIR/cgroup.procs"
}

# systemd names the directory of a scope, and can be asked for it only while the server runs.
find_limit_dir() {
  [[ $LIMIT_KIND == systemd ]] || return 0
  LIMIT_DIR=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$SERVER_PID/cgroup")
}

# The most memory that the limited group ever held, page cache included, in bytes.
limit_peak() {
  cat "$LIMIT_DIR/memory.max_usage_in_bytes" 2>/dev/null || cat "$LIMIT_DIR/memory.peak" 2>/dev/null || true
}

limit_oom_kills() {
  cat "$LIMIT_DIR/memory.oom_control" "$LIMIT_DIR/memory.events" 2>/dev/null | sed -n 's/^oom_kill //p' || true
}

# ── the process ──────────────────────────────────────────────────────────────────────────────────────────────────

# The shell itself connects: starting curl each time would take longer than what is measured. It does so in a subshell,
# because writing to a connection that was just closed would end the shell.
is_healthy() {
  (
    printf 'GET /v1/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    IFS= read -r -t 2 status <&3
    [[ $status == 'HTTP/1.1 200'* ]]
  ) 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$SERVER_PORT"
} 2>/dev/null

# start_server CORES [JVM FLAG…]: CORES as taskset takes them, or "all". The path after -jar is relative to the application's
# directory, because an AOT cache is valid only for that literal argument.
start_server() {
  local pin=() began
  [[ $1 == all ]] || pin=(taskset -c "$1")
  read -r SERVER_PORT MANAGEMENT_PORT < <(free_ports 2)
  began=${EPOCHREALTIME/./}
  (
    enter_limit
    cd "$ROOT/api/target/quarkus-app" || exit
    export HOST=127.0.0.1 PORT=$SERVER_PORT MANAGEMENT_PORT
    export IP_HASH_PEPPER=not-a-secret-of-anyone ADMIN_API_KEY=$ADMIN_KEY
    export RATE_LIMIT_EVENTS=1000000000 RATE_LIMIT_LEADS=1000000000 RATE_LIMIT_LEAD_EMAILS=1000000000
    export RATE_LIMIT_METRICS=1000000000 RATE_LIMIT_BYTES=2000000000 RESPECT_PRIVACY_SIGNALS=true ENABLE_HEURISTIC_LINKING=true
    export CLIENT_IP_HEADER=X-Bench-Client TRUSTED_PROXIES=127.0.0.0/8
    unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS
    exec "${LIMIT_PREFIX[@]}" "${pin[@]}" java "@$JVM_OPTIONS" "${@:2}" -jar quarkus-run.jar
  ) >"$RUN/server.log" 2>&1 &
  SERVER_PID=$!
  wait_until_healthy
  STARTED_MS=$(((${EPOCHREALTIME/./} - began) / 1000))
  STARTED_CPU_MS=$(cpu_ms "$SERVER_PID")
  find_limit_dir
}

# cpu_ms PID…: the processor time that these processes have used, in milliseconds.
cpu_ms() {
  local pid sum=0 fields
  for pid; do
    fields=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) || continue
    read -r -a fields <<<"$fields"
    sum=$((sum + fields[11] + fields[12]))
  done
  echo $((sum * 1000 / $(getconf CLK_TCK)))
}

wait_until_healthy() {
  local deadline=$((SECONDS + 60))
  until is_healthy; do
    kill -0 "$SERVER_PID" 2>/dev/null || die_with_log "the server ended before it was healthy" "$RUN/server.log"
    ((SECONDS < deadline)) || die_with_log "the server was not healthy within a minute" "$RUN/server.log"
    sleep 0.004
  done
}

stop_server() {
  stop_process "$SAMPLER_PID" 2
  SAMPLER_PID=
  stop_process "$SERVER_PID" 10
  SERVER_PID=
}

# ── its memory ───────────────────────────────────────────────────────────────────────────────────────────────────

status_kb() {
  sed -n "s/^$1:[[:space:]]*\([0-9]*\) kB/\1/p" "/proc/$SERVER_PID/status"
}

# Writes one line: the phase, and the server's resident memory in kB: all, its own, mapped files.
sample_memory() {
  echo "$(<"$RUN/phase") $(status_kb VmRSS) $(status_kb RssAnon) $(status_kb RssFile)" >>"$RUN/memory"
}

watch_memory() {
  : >"$RUN/memory"
  echo none >"$RUN/phase"
  while sleep 1 && kill -0 "$SERVER_PID" 2>/dev/null; do sample_memory; done &
  SAMPLER_PID=$!
}

# phase idle | load | none: sets the phase of the samples from now on.
phase() {
  echo "$1" >"$RUN/phase"
}
