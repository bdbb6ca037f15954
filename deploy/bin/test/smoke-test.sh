#!/usr/bin/env bash
# altops smoke against the service that was built: all is well where it is set up well, and what is set up badly is found.
# It needs what make build leaves.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
if [[ -z ${ALTCONTEXT_TOOLCHAIN:-} ]]; then
  export ALTCONTEXT_TOOLCHAIN=found
  exec "$ROOT/deploy/bin/toolchain.sh" "$ROOT/deploy/bin/test/smoke-test.sh" "$@"
fi
work=$(mktemp -d)
service=
# shellcheck source=deploy/bin/throwaway-database.sh
source "$ROOT/deploy/bin/throwaway-database.sh"

fail() {
  echo "smoke-test: $*" >&2
  cat "$work/said" >&2 2>/dev/null || true
  exit 1
}

stop_service() {
  [[ -n $service ]] || return 0
  kill -TERM "$service" 2>/dev/null || true
  wait "$service" 2>/dev/null || true
  service=
}
trap 'stop_service; stop_database; rm -rf "$work"' EXIT

free_port() {
  local port
  while port=$((RANDOM % 20000 + 20000)) && (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# start_service VARIABLE=VALUE…
start_service() {
  PORT=$(free_port)
  env DATABASE_URL="$DATABASE_URL" HOST=127.0.0.1 PORT="$PORT" MANAGEMENT_PORT="$(free_port)" \
    IP_HASH_PEPPER=not-a-secret-of-anyone CORS_ALLOWED_ORIGINS=https://site.example "$@" \
    java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m -jar "$ROOT/api/target/quarkus-app/quarkus-run.jar" >"$work/log" 2>&1 &
  service=$!
  until curl -fs -o /dev/null "http://127.0.0.1:$PORT/v1/healthz"; do
    kill -0 "$service" 2>/dev/null || { cat "$work/log" >&2; fail "the service did not start"; }
    sleep 0.2
  done
}

# smoke STATUS VARIABLE=VALUE… -- ARGUMENT…
smoke() {
  local expected=$1 status=0 variables=()
  shift
  while [[ $1 != -- ]]; do
    variables+=("$1")
    shift
  done
  shift
  env -u DATABASE_URL "${variables[@]}" java -jar "$ROOT/ops-cli/target/altops.jar" smoke --url "http://127.0.0.1:$PORT" "$@" \
    >"$work/said" 2>&1 || status=$?
  [[ $status -eq $expected ]] || fail "it ended with $status, not $expected"
}

# line VERDICT CHECK
line() {
  grep -qE "^$1 +$2 " "$work/said" || fail "it did not say $1 of $2"
}

count() {
  "$ROOT/deploy/bin/sql.sh" "$DATABASE_URL" "SELECT count(*) AS n FROM $1" | grep -o '[0-9][0-9]*' | head -n 1
}

key=not-a-secret-of-anyone-either
start_database "$work"
start_service ADMIN_API_KEY=$key
# A release without the metrics' endpoints fails in that check alone.
expected=0
verdict=ok
if ! curl -fs "http://127.0.0.1:$PORT/v1/openapi.yaml" | grep -q '^  /v1/metrics/summary:'; then
  expected=3
  verdict=FAILED
fi
smoke $expected ADMIN_API_KEY=$key DATABASE_URL="$DATABASE_URL" -- --origin https://site.example
for check in health event row honeypot lead cors cors-foreign admin-only headers clean-up limit; do line ok $check; done
line $verdict metrics
line skipped https
[[ $(count leads) -eq 0 && $(count visitors) -eq 0 && $(count events) -eq 0 ]] || fail "something of it is left"
stop_service

# Without its key, and with an origin that is not allowed; the limit is a new one, because the service was started anew.
start_service RATE_LIMIT_EVENTS=150
smoke 3 -- --origin https://another.example
for check in cors admin-only; do line FAILED $check; done
for check in health event row honeypot cors-foreign limit; do line ok $check; done
for check in lead metrics clean-up; do line skipped $check; done
echo "smoke-test: done"
