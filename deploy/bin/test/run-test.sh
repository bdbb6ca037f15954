#!/usr/bin/env bash
# Tests make run. The printed command posts a beacon that becomes a row. The printed key opens the dashboard. Ctrl-C and even kill -9
# leave no process behind. The next run has the same data and development key. A second run at the same time says what is in its way,
# and prints a command that works. The test needs the output of make build, and uses its own ports and data.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
work=$(mktemp -d)
pid=
export ALTCONTEXT_DATA=$work/data
unset DATABASE_URL ADMIN_API_KEY IP_HASH_PEPPER
# shellcheck source=deploy/bin/free-port.sh
source "$ROOT/deploy/bin/free-port.sh"

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

# start COMMAND…: starts it as its own job, so that it gets the signal that Ctrl-C in a terminal sends to a whole process group.
start() {
  read -r PORT MANAGEMENT_PORT DEMO_PORT MAIL_PORT < <(free_ports 4)
  export PORT MANAGEMENT_PORT DEMO_PORT MAIL_PORT
  set -m
  "$@" >"$work/log" 2>&1 </dev/null &
  pid=$!
  set +m
  until grep -q 'The development admin key' "$work/log"; do
    kill -0 "$pid" 2>/dev/null || fail "it ended before it was ready"
    sleep 0.2
  done
}

# interrupt STATUS: sends Ctrl-C, and expects this status. make ends itself by the signal, whatever its recipe did.
interrupt() {
  kill -INT -- "-$pid"
  local status=0
  wait "$pid" || status=$?
  pid=
  [[ $status -eq $1 ]] || fail "Ctrl-C ended it with $status"
  [[ $(tail -n 1 "$work/log") == 'run: stopped; '* ]] || fail "after Ctrl-C the last line does not say that it stopped"
  nothing_is_left
}

nothing_is_left() {
  local host
  # The database's processes have the data directory on their command line. The others are found by their ports.
  if pgrep -f "$work/data" >/dev/null; then fail "the database was left running: $(pgrep -fa "$work/data")"; fi
  for host in 127.0.0.1 127.0.0.2; do
    if (: <>"/dev/tcp/$host/$PORT") 2>/dev/null; then fail "the service was left running"; fi
  done
  if (: <>"/dev/tcp/127.0.0.1/$DEMO_PORT") 2>/dev/null; then fail "the demo site was left running"; fi
  if (: <>"/dev/tcp/127.0.0.1/$MAIL_PORT") 2>/dev/null; then fail "the mail sink was left running"; fi
}

# The demo site at the printed address loads its script from the running service, and CORS lets it read the service's answers.
visit_demo() {
  local site script
  site=$(sed -n 's#^  \(http://localhost:[0-9]*\)/$#\1#p' "$work/log")
  [[ $site == "http://localhost:$DEMO_PORT" ]] || fail "the demo site's address is not printed: $site"
  script=$(curl -sSf --retry 20 --retry-connrefused --retry-delay 1 "$site/" |
    sed -n 's/.*<script defer src="\([^"]*telemetry.js\)".*/\1/p')
  [[ $script == "http://localhost:$PORT/v1/telemetry.js" ]] || fail "the demo site loads its script from elsewhere: $script"
  curl -sSf -D - -o /dev/null -H "Origin: $site" "$script" | grep -i "^access-control-allow-origin: $site" >/dev/null ||
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

# Runs the first of the printed commands as it was printed.
post_as_printed() {
  sed -n '/^  curl .*v1\/events -H/,/-d /p' "$work/log" | sed 's/curl -i/curl -sSf/' | bash
}

rows() {
  local statement
  statement=$(sed -n 's/^  \(DATABASE_URL=.* deploy\/bin\/sql.sh .*\)$/\1/p' "$work/log")
  (cd "$ROOT" && bash -c "$statement")
}

key() {
  sed -n 's/^The development admin key.*: //p' "$work/log"
}

# Only the script is killed; its children must end, too.
kill_hard() {
  local i
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || true
  pid=
  for ((i = 0; i < 300; i++)); do
    (nothing_is_left) >/dev/null 2>&1 && return
    sleep 0.1
  done
  nothing_is_left
}

# refused VARIABLE WORDS: a second run says in a few lines which variable is the problem, and prints a command.
refused() {
  local status=0 said
  said=$(timeout 60 "$ROOT/deploy/bin/run.sh" 2>&1 </dev/null) || status=$?
  [[ $status -eq 1 && $(wc -l <<<"$said") -le 5 && $said == *"run: $1: $2"* ]] || fail "$status: $said"
  [[ $(tail -n 1 <<<"$said") =~ ^\ \ PORT=[0-9]+\ MANAGEMENT_PORT=[0-9]+\ DEMO_PORT=[0-9]+\ MAIL_PORT=[0-9]+\ ALTCONTEXT_DATA=$ALTCONTEXT_DATA-2\ make\ run$ ]] ||
    fail "no command to run at the same time: $said"
}

# Runs the printed erasure, without its question.
erase_as_printed() {
  local lines
  lines=$(sed -n '/^  export DATABASE_URL=/p; /^  deploy\/bin\/altops lead delete/p' "$work/log")
  (cd "$ROOT" && bash -c "$lines --yes") || fail "altops did not erase as printed"
}

# Runs the command that is printed for an empty database: it makes a month of visits.
fill_as_printed() {
  local line
  line=$(sed -n 's/^  \(DATABASE_URL=.* deploy\/bin\/altops demo\)$/\1/p' "$work/log")
  [[ -n $line ]] || fail "an empty database is not offered the demo"
  (cd "$ROOT" && ALTOPS_CACHE=off bash -c "$line")
}

start "$ROOT/deploy/bin/run.sh"
fill_as_printed | grep -q '^made .* of the property demo' || fail "the demo was not made as printed"
post_as_printed | grep -q '"ok":true' || fail "the printed beacon was not accepted"
rows | grep -q page_view || fail "the beacon was not stored: $(rows)"
visit_demo
open_dashboard
first_key=$(key)
refused PORT "port $PORT is in use"
PORT=$(free_port) refused MANAGEMENT_PORT "port $MANAGEMENT_PORT is in use"
read -r other another < <(free_ports 2)
PORT=$other MANAGEMENT_PORT=$another refused ALTCONTEXT_DATA "another run uses the data in $ALTCONTEXT_DATA"
sed -n '/^  curl .*v1\/leads\/capture/,/-d /p' "$work/log" | bash >/dev/null 2>&1 || fail "the printed form was not accepted"
erase_as_printed | grep -q '^erased 1 lead, ' || fail "no lead was erased"
post_as_printed | grep -q '"ok":true' || fail "the printed beacon was not accepted a second time"
interrupt 0

# An address other than the default is where the service is asked for its health, and what is printed.
HOST=127.0.0.2 start "$ROOT/deploy/bin/run.sh"
grep -qF "AltContext listens on http://127.0.0.2:$PORT " "$work/log" || fail "it does not print the address where it listens"
post_as_printed | grep -q '"ok":true' || fail "no beacon was accepted at the address where it listens"
HOST=127.0.0.2 refused PORT "port $PORT is in use"
kill_hard

start make -C "$ROOT" -o target/built run
! grep -q 'altops demo' "$work/log" || fail "the demo is offered although there are events"
rows | grep -q page_view || fail "the row did not survive the restart"
[[ $(key) == "$first_key" && ${#first_key} -ge 24 ]] || fail "the development key changed"
interrupt 130
! grep -q 'Error' "$work/log" || fail "make or the service reports an error"
echo "run-test: done"
