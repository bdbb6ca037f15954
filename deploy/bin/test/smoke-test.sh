#!/usr/bin/env bash
# Runs altops smoke against the built service: a correct setup passes, and each wrong setup is found.
# It needs the output of make build.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
if [[ -z ${ALTCONTEXT_TOOLCHAIN:-} ]]; then
  export ALTCONTEXT_TOOLCHAIN=found
  exec "$ROOT/deploy/bin/toolchain.sh" "$ROOT/deploy/bin/test/smoke-test.sh" "$@"
fi
work=$(mktemp -d)
service=
# shellcheck source=deploy/bin/free-port.sh
source "$ROOT/deploy/bin/free-port.sh"
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

# start_service VARIABLE=VALUE…
start_service() {
  local management
  read -r PORT management < <(free_ports 2)
  env DATABASE_URL="$DATABASE_URL" HOST=127.0.0.1 PORT="$PORT" MANAGEMENT_PORT="$management" \
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
  grep -qE "^$1 +$2 " "$work/said" || fail "it did not report $1 for $2"
}

figure() {
  DATABASE_URL=$DATABASE_URL "$ROOT/deploy/bin/sql.sh" "SELECT $1" | grep -o '[0-9][0-9]*' | head -n 1
}

nothing_left() {
  local table
  for table in leads visitors sessions events; do
    [[ $(figure "count(*) AS n FROM $table") -eq 0 ]] || fail "the run left rows in $table"
  done
}

key=not-a-secret-of-anyone-either
start_database "$work"
start_service ADMIN_API_KEY=$key
smoke 0 ADMIN_API_KEY=$key DATABASE_URL="$DATABASE_URL" -- --origin https://site.example
for check in health honeypot event row lead metrics cors cors-foreign admin-only headers limit clean-up; do line ok $check; done
line skipped https
nothing_left
stop_service
# A run hardly changes the figures. It adds rejections: one for the honeypot, one for a request without the key, and ten for a batch
# over the limit, or one if not even its first event was left of the limit. They are stored by the time the service has stopped.
[[ $(figure "sum(count) FROM ingest_rejections") =~ ^(12|3)$ ]] || fail "the number of counted rejections is neither 12 nor 3"

# Without a key, and with an origin that is not allowed. The limit is not used up, because the service was started again.
start_service RATE_LIMIT_EVENTS=150
smoke 3 -- --origin https://another.example
for check in cors admin-only; do line FAILED $check; done
for check in health honeypot event row cors-foreign headers limit; do line ok $check; done
for check in lead metrics clean-up; do line skipped $check; done
stop_service

# Without a key, the run removes its rows through the database.
start_service ADMIN_API_KEY=$key
smoke 0 DATABASE_URL="$DATABASE_URL" --
line ok clean-up
stop_service

# With a wrong key, a very high limit, and the origin *, which is not an origin.
start_service ADMIN_API_KEY=$key RATE_LIMIT_EVENTS=1000000000
smoke 3 ADMIN_API_KEY=another-key-than-the-service-s DATABASE_URL="$DATABASE_URL" -- --origin '*'
for check in metrics cors; do line FAILED $check; done
line skipped lead
grep -qE '^skipped +limit +more than 2000 events a minute are allowed' "$work/said" || fail "it did not say why it did not try the limit"
for check in health honeypot event row cors-foreign admin-only headers clean-up; do line ok $check; done
[[ $(figure "count(*) AS n FROM leads") -eq 0 ]] || fail "a lead was left that the wrong key could not remove"

# The database is stopped.
stop_database
smoke 3 ADMIN_API_KEY=$key -- --origin https://site.example
for check in event row lead; do line FAILED $check; done
for check in health cors cors-foreign admin-only headers; do line ok $check; done
line skipped clean-up
grep -qE '^FAILED +event +503 unavailable' "$work/said" || fail "it did not say what was answered"

# No service listens: the run prints one line, and makes no check.
stop_service
smoke 1 ADMIN_API_KEY=$key -- --origin https://site.example
[[ $(wc -l <"$work/said") -eq 1 ]] || fail "it did not print exactly one line"
grep -q 'there is no answer at that address: nothing listens there' "$work/said" || fail "it did not say that nothing listens"
echo "smoke-test: done"
