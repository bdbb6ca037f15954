#!/usr/bin/env bash
# Trains the server's AOT cache, without which a cold machine takes more than twice as long to answer.
#
#   DATABASE_URL=postgres://… JAVA_HOME=<a JDK 25> deploy/bin/train-aot.sh APP_DIR OUT.aot
#
# APP_DIR holds quarkus-run.jar. The database is migrated and will be thrown away: the training posts events into it.
# The server is then to be started in APP_DIR with `java <the flags of deploy/jvm.options> -XX:AOTCache=OUT.aot -jar
# quarkus-run.jar`, by the same JDK. What would silently undo the cache, that is, slow the start down again:
#   - another -jar argument than the literal quarkus-run.jar (an absolute path is another);
#   - jars whose modification times changed (copy them with `cp -a`; give the image layer fixed times before training);
#   - other GC or JIT flags than in the training. So the flags are read from the one file, here as there.
# -XX:AOTMode=on turns each of these into an error; this script ends by starting the server that way once.
#
#   JVM_OPTIONS    another file of flags than deploy/jvm.options       TRAIN_SECONDS  8  of requests
set -euo pipefail
export LC_ALL=C

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
JVM_OPTIONS=${JVM_OPTIONS:-$HERE/../jvm.options}
TRAIN_SECONDS=${TRAIN_SECONDS:-8}
JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java
AGENT='Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
SERVER_PID=
WORK=

# shellcheck source=SCRIPTDIR/free-port.sh
source "$HERE/free-port.sh"

die() {
  echo "train-aot: $*" >&2
  [[ ! -s $WORK/server.log ]] || tail -n 20 "$WORK/server.log" >&2
  exit 1
}

clean_up() {
  local pid
  for pid in $(jobs -p); do
    kill -KILL "$pid" 2>/dev/null || true
  done
  [[ -z $WORK ]] || rm -rf "$WORK"
}

check_arguments() {
  [[ $# -eq 2 ]] || die "usage: DATABASE_URL=… $0 APP_DIR OUT.aot"
  [[ -f $1/quarkus-run.jar ]] || die "$1 holds no quarkus-run.jar"
  [[ -n ${DATABASE_URL:-} ]] || die "DATABASE_URL is not set: it must be a migrated database that may be thrown away"
  [[ -f $JVM_OPTIONS ]] || die "$JVM_OPTIONS is missing"
  command -v curl >/dev/null || die "curl is missing"
  "$JAVA" -version 2>&1 | grep -q 'version "25' || die "JAVA_HOME must name a JDK 25"
}

# start_server FLAG…: as in production, but for the limit on requests.
start_server() {
  read -r SERVER_PORT MANAGEMENT_PORT < <(free_ports 2)
  (
    cd "$APP_DIR"
    export HOST=127.0.0.1 PORT=$SERVER_PORT MANAGEMENT_PORT RATE_LIMIT_EVENTS=1000000000 RATE_LIMIT_BYTES=2000000000
    export IP_HASH_PEPPER=not-a-secret-of-anyone ADMIN_API_KEY=not-a-secret-of-anyone-either
    unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS
    exec "$JAVA" "@$JVM_OPTIONS" "$@" -jar quarkus-run.jar
  ) >"$WORK/server.log" 2>&1 &
  SERVER_PID=$!
  for ((i = 0; i < 600; i++)); do
    curl -fs -o /dev/null -m 2 "http://127.0.0.1:$SERVER_PORT/v1/healthz" && return
    kill -0 "$SERVER_PID" 2>/dev/null || die "the server ended before it was healthy ($*)"
    sleep 0.1
  done
  die "the server was not healthy within a minute ($*)"
}

# SIGTERM, as the platform stops it. With an AOT cache to write, the process ends when the cache is assembled.
stop_server() {
  local status=0
  kill -TERM "$SERVER_PID"
  wait "$SERVER_PID" || status=$?
  SERVER_PID=
  [[ $status -eq 0 || $status -eq 143 ]] || die "the server ended with status $status"
}

beacon() {
  printf '{"anonId":"training-%s-%04d","eventType":"page_view","path":"/docs/article-%d","timestamp":%s,' \
    "$1" $(($2 % 40)) $(($2 % 50)) "$(date +%s%3N)"
  printf '"eventId":"%08x-%04x-4000-8000-%012x","referrer":"https://www.google.com/",' $((RANDOM << 15 | RANDOM)) "$1" "$2"
  [[ $(($2 % 5)) -ne 0 ]] || printf '"utm":{"source":"newsletter","medium":"email","campaign":"launch-%d"},' $(($2 % 3))
  printf '"traffic":{"deviceType":"desktop","engagedTimeMs":"%d","scrollDepthPercent":60,"webVitals":{"fcpMs":812.5,' "$2"
  printf '"lcpMs":1433,"inpMs":96,"clsScore":0.04,"ttfbMs":143}},"props":{"viewport":"1440x900","nested":{"a":[1,null]}}}'
}

# One request of a file that curl reads: METHOD PATH CONTENT-TYPE BODY.
request() {
  local body=${4//\\/\\\\}
  printf 'next\nsilent\nmax-time = 5\noutput = /dev/null\nurl = "http://127.0.0.1:%s%s"\nrequest = %s\n' \
    "$SERVER_PORT" "$2" "$1"
  printf 'user-agent = "%s"\nheader = "Content-Type: %s"\nheader = "Origin: https://www.example.org"\n' "$AGENT" "$3"
  [[ -z $4 ]] || printf 'data-binary = "%s"\n' "${body//\"/\\\"}"
}

# requests CLIENT ROUND: mostly what a normal day brings, and one of each kind that is refused.
requests() {
  local i events n=$(($2 * 1000))
  for ((i = 0; i < 60; i++)); do
    request POST /v1/events 'text/plain;charset=UTF-8' "$(beacon "$1" $((n + i)))"
  done
  request POST /v1/events application/json "$(beacon "$1" "$n")"
  events=$(for ((i = 100; i < 120; i++)); do
    beacon "$1" $((n + i))
    [[ $i -eq 119 ]] || printf ,
  done)
  request POST /v1/events/batch 'text/plain;charset=UTF-8' "{\"events\":[$events]}"
  request POST /v1/events/batch application/json "[$events,{\"anonId\":\"x\"}]"
  request POST /v1/events application/json '{"anonId":"short","eventType":"","path":7,"timestamp":"never","utm":[]}'
  request POST /v1/events application/json '{"anonId":"training-visitor","eventType":'
  request POST /v1/events application/json '{"anonId":"training-visitor","eventType":"x","path":"/","honeypot":"x"}'
  request POST /v1/events application/xml '<event/>'
  request GET /v1/events text/plain ''
  request GET /v1/nothing text/plain ''
  request GET /v1/healthz text/plain ''
  request OPTIONS /v1/events text/plain ''
  request GET /v1/openapi.yaml text/plain ''
}

# Four clients at once, so that requests also meet in the queue and the writer sees more than one at a time.
drive() {
  local client pids=()
  for client in 1 2 3 4; do
    (
      end=$((SECONDS + TRAIN_SECONDS))
      for ((round = 0; SECONDS < end; round++)); do
        requests "$client" "$round" >"$WORK/requests.$client"
        curl --config "$WORK/requests.$client" || true
      done
    ) &
    pids+=($!)
  done
  wait "${pids[@]}"
  local path
  for path in /metrics /q/health/live /q/health/ready; do
    curl -s -o /dev/null -m 5 "http://127.0.0.1:$MANAGEMENT_PORT$path" || true
  done
}

train() {
  rm -f "$OUT"
  start_server "-XX:AOTCacheOutput=$OUT"
  drive
  stop_server
  [[ -s $OUT ]] || die "the JVM wrote no cache"
}

verify() {
  start_server "-XX:AOTCache=$OUT" -XX:AOTMode=on
  stop_server
}

check_arguments "$@"
WORK=$(mktemp -d)
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
APP_DIR=$(cd "$1" && pwd)
OUT=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
JVM_OPTIONS=$(realpath "$JVM_OPTIONS")
train
verify
echo "train-aot: $OUT, $(($(stat -c %s "$OUT") / 1048576)) MB, and the JVM accepts it"
