#!/usr/bin/env bash
# What make run promises: a beacon posted as its printed line says is a row, the dashboard opens with the printed key, Ctrl-C
# leaves no process behind, and the data and the development key are there the next time. It needs what make build leaves, and
# uses a port and data of its own.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
work=$(mktemp -d)
pid=
export ALTCONTEXT_DATA=$work/data
unset DATABASE_URL ADMIN_API_KEY IP_HASH_PEPPER
# shellcheck source=deploy/bin/service-flags.sh
source "$ROOT/deploy/bin/service-flags.sh"

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  [[ -z $pid ]] || kill -TERM -- "-$pid" 2>/dev/null || true
  [[ -z $pid ]] || wait "$pid" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

fail() {
  echo "run-test: $*" >&2
  tail -n 30 "$work/log" >&2 || true
  exit 1
}

# A job of its own: only so does it get the signal that a terminal's Ctrl-C sends, to its whole process group.
start() {
  PORT=$(free_port) MANAGEMENT_PORT=$(free_port) DEMO_PORT=$(free_port)
  export PORT MANAGEMENT_PORT DEMO_PORT
  set -m
  "$ROOT/deploy/bin/run.sh" >"$work/log" 2>&1 </dev/null &
  pid=$!
  set +m
  until grep -q 'The development admin key' "$work/log"; do
    kill -0 "$pid" 2>/dev/null || fail "it ended before it served"
    sleep 0.2
  done
}

interrupt() {
  kill -INT -- "-$pid"
  local status=0
  wait "$pid" || status=$?
  pid=
  [[ $status -eq 130 ]] || fail "Ctrl-C ended it with $status"
  # By the data directory that the database's processes carry on their command line, and the service's by its port.
  if pgrep -f "$work/data" >/dev/null; then fail "the database was left running: $(pgrep -fa "$work/data")"; fi
  if (: <>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then fail "the service was left running"; fi
  if (: <>"/dev/tcp/127.0.0.1/$DEMO_PORT") 2>/dev/null; then fail "the demo site was left running"; fi
}

# The demo site at the printed address names the service where it listens, and may read its answers.
visit_demo() {
  local site script
  site=$(sed -n 's#^  \(http://localhost:[0-9]*\)/$#\1#p' "$work/log")
  [[ $site == "http://localhost:$DEMO_PORT" ]] || fail "the demo site's address is not printed: $site"
  script=$(curl -sSf --retry 20 --retry-connrefused --retry-delay 1 "$site/" |
    sed -n 's/.*<script defer src="\([^"]*telemetry.js\)".*/\1/p')
  [[ $script == "http://localhost:$PORT/v1/telemetry.js" ]] || fail "the demo site names another service: $script"
  curl -sSf -D - -o /dev/null -H "Origin: $site" "$script" | grep -qi "^access-control-allow-origin: $site" ||
    fail "the demo site may not read the service's answers"
}

# The dashboard is at the printed address, and the printed key opens it.
open_dashboard() {
  local page
  page=$(sed -n 's#^  \(http://localhost:[0-9]*/dashboard.*\)$#\1#p' "$work/log")
  curl -sSf "$page" | grep -q '<title>AltContext</title>' || fail "the dashboard is not at the printed address: $page"
  curl -sSf "${page%/dashboard*}/v1/dashboard/session" -H 'content-type: application/json' -d "{\"key\":\"$(key)\"}" |
    grep -q expiresAt || fail "the printed key does not open the dashboard"
}

# The first of the printed lines, as it was printed.
post_as_printed() {
  sed -n '/^  curl .*v1\/events -H/,/-d /p' "$work/log" | sed 's/curl -i/curl -sSf/' | bash
}

rows() {
  local statement
  statement=$(sed -n 's/^  \(deploy\/bin\/sql.sh .*\)$/\1/p' "$work/log")
  (cd "$ROOT" && bash -c "$statement")
}

key() {
  sed -n 's/^The development admin key.*: //p' "$work/log"
}

start
post_as_printed | grep -q '"ok":true' || fail "the printed line was not accepted"
rows | grep -q page_view || fail "the row is not there: $(rows)"
visit_demo
open_dashboard
first_key=$(key)
interrupt

start
rows | grep -q page_view || fail "the row did not survive the restart"
[[ $(key) == "$first_key" && ${#first_key} -ge 24 ]] || fail "the development key changed"
interrupt
echo "run-test: done"
