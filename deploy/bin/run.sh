#!/usr/bin/env bash
# make run and make dev: the service on this machine, with a database and development values of its own.
#
#   deploy/bin/run.sh         the packaged service with the production JVM flags
#   deploy/bin/run.sh dev     Quarkus dev mode: changes in the code are picked up
#
#   DATABASE_URL       use this PostgreSQL (it is migrated) instead of the embedded one
#   PORT               3000          HOST  127.0.0.1
#   DEMO_PORT          4000          docs/demo as a site of its own, on localhost
#   SMTP_URL           send mails by this server; else the last ones are shown on MAIL_PORT (8025) and go nowhere
#   MANAGEMENT_PORT    9091          health and metrics for a platform
#   ALTCONTEXT_DATA    .data         where the embedded database and the development secrets are kept
#
# Ctrl-C stops everything that was started. The children are in the background, where bash lets them ignore the Ctrl-C that
# the terminal sends to all: the service is stopped first and the database after it, so that what is in flight is stored. They
# end as well when this script is killed.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
MODE=${1:-run}
DATA=${ALTCONTEXT_DATA:-$ROOT/.data}
export PORT=${PORT:-3000} MANAGEMENT_PORT=${MANAGEMENT_PORT:-9091} HOST=${HOST:-127.0.0.1}
# Where this machine reaches the service: at HOST, unless that means every address.
case $HOST in 0.0.0.0 | ::) ADDRESS=127.0.0.1 ;; *) ADDRESS=$HOST ;; esac
case $ADDRESS in 127.0.0.1) SITE=localhost ;; *:*) SITE=[$ADDRESS] ;; *) SITE=$ADDRESS ;; esac
SITE=http://$SITE:$PORT
DEMO_PORT=${DEMO_PORT:-4000} MAIL_PORT=${MAIL_PORT:-8025}
DEV_DATABASE=$ROOT/deploy/dev-database/target/dev-database.jar
DATA_IN_USE=3
AGENT='Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
SERVICE_PID=
DEMO_PID=
MAIL_PID=
DATABASE_PID=
READY=
GUARDED=

# The JDK is found once; what is started below is then this shell's own child.
if [[ -z ${ALTCONTEXT_TOOLCHAIN:-} ]]; then
  export ALTCONTEXT_TOOLCHAIN=found
  exec "$ROOT/deploy/bin/toolchain.sh" "$ROOT/deploy/bin/run.sh" "$@"
fi

say() {
  echo "run: $*"
}

die() {
  echo "run: $*" >&2
  exit 1
}

# stop PID SECONDS: sends the signal, waits, then kills.
# shellcheck disable=SC2317 # the trap calls it
stop() {
  local i
  [[ -n $1 ]] && kill -TERM "$1" 2>/dev/null || return 0
  for ((i = 0; i < $2 * 10; i++)); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  trap '' INT TERM HUP
  stop "$DEMO_PID" 5
  stop "$SERVICE_PID" 10
  stop "$MAIL_PID" 5
  stop "$DATABASE_PID" 30
  [[ -z $READY ]] || rm -f "$READY"
  [[ -z $GUARDED ]] || echo 'done' >&9
}

# shellcheck disable=SC2317 # Ctrl-C calls it
stop_as_asked() {
  trap '' INT TERM HUP
  echo
  say "stopping"
  clean_up
  trap - EXIT
  say "stopped; ${DATABASE_PID:+the data is in $DATA, }make $MODE continues with it"
  exit 0
}

# A pipe that only this shell writes to, so it ends with the shell, even after a kill. Each child is announced on it by a line; those
# that are left at its end are stopped. (The database notices the end of its parent by itself.)
start_guard() {
  exec 9> >(
    trap '' INT TERM HUP
    children=
    while IFS= read -r line; do
      [[ $line != 'done' ]] || exit 0
      children="$children $line"
    done
    for child in $children; do stop "$child" 10; done
  )
  GUARDED=yes
}

guard() {
  echo "$1" >&9
}

# in_use PORT [ADDRESS]
in_use() {
  (: <>"/dev/tcp/${2:-127.0.0.1}/$1") 2>/dev/null
}

# free_port_from PORT [ADDRESS]
free_port_from() {
  local port=$1
  while in_use "$port" "${2:-}"; do port=$((port + 1)); done
  echo "$port"
}

# Prints the variables for another run at the same time, with free ports.
beside() {
  local data=$DATA n=2
  while [[ -e $data/database.url ]]; do
    data=$DATA-$n
    n=$((n + 1))
  done
  [[ $data == "$DATA" ]] && data= || data="ALTCONTEXT_DATA=$data "
  echo "PORT=$(free_port_from "$PORT" "$ADDRESS") MANAGEMENT_PORT=$(free_port_from "$MANAGEMENT_PORT" "$ADDRESS")" \
    "DEMO_PORT=$(free_port_from "$DEMO_PORT") MAIL_PORT=$(free_port_from "$MAIL_PORT") ${data}make $MODE"
}

require_port() {
  in_use "$2" "$ADDRESS" || return 0
  die "$1: port $2 is in use. Stop the program that listens there or, to run beside it:

  $(beside)"
}

drawn() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# Drawn once and kept, so that hashes and the key stay the same from run to run. The environment takes precedence.
development_values() {
  local file=$DATA/development.env name value
  (umask 077 && mkdir -p "$DATA")
  [[ -s $file ]] || (umask 077 && printf 'IP_HASH_PEPPER=%s\nADMIN_API_KEY=%s\n' "$(drawn)" "$(drawn)" >"$file")
  while IFS='=' read -r name value; do
    [[ -n ${!name:-} ]] || export "$name=$value"
  done <"$file"
  local origins='http://localhost:3000,http://localhost:4000,http://localhost:5173,http://localhost:8080'
  [[ $DEMO_PORT == 4000 ]] || origins=$origins,http://localhost:$DEMO_PORT
  export CORS_ALLOWED_ORIGINS=${CORS_ALLOWED_ORIGINS:-$origins}
  export PUBLIC_URL=${PUBLIC_URL:-http://localhost:$PORT}
}

# Mails go to a sink that shows them, unless a server is named.
start_mail() {
  [[ -z ${SMTP_URL:-} ]] || return 0
  if in_use "$MAIL_PORT"; then
    say "port $MAIL_PORT is in use: no mails are sent (MAIL_PORT=8026 make $MODE chooses another)"
    return
  fi
  local smtp
  smtp=$(free_port_from 2525)
  java -Xmx32m -cp "$DEV_DATABASE" com.altcontext.devdb.MailSink "$smtp" "$MAIL_PORT" >/dev/null 9>&- &
  MAIL_PID=$!
  guard "$MAIL_PID"
  export SMTP_URL=smtp://127.0.0.1:$smtp MAIL_FROM="${MAIL_FROM:-Maple Kiln <news@example.ca>}"
}

# The demo site asks for a confirmation by mail. A database that was there before keeps its settings.
confirm_by_mail() {
  [[ -n $MAIL_PID && -n $DATABASE_PID ]] || return 0
  ! is_empty || java -jar "$ROOT/ops-cli/target/altops.jar" property set default --confirm >/dev/null
}

start_database() {
  # A temporary name until the database is this run's: another run's file must not be touched.
  local ready=$DATA/database.url.$$
  java -jar "$DEV_DATABASE" "$DATA/postgresql" "$ready" >/dev/null 9>&- &
  DATABASE_PID=$!
  until [[ -s $ready ]]; do
    if ! kill -0 "$DATABASE_PID" 2>/dev/null; then
      local status=0
      wait "$DATABASE_PID" || status=$?
      [[ $status -ne $DATA_IN_USE ]] || die "ALTCONTEXT_DATA: another run uses the data in $DATA. Stop that one or, to run beside it:

  $(beside)"
      die "the embedded PostgreSQL did not start; its output is above"
    fi
    sleep 0.1
  done
  READY=$DATA/database.url
  mv "$ready" "$READY"
  DATABASE_URL=$(<"$READY")
  export DATABASE_URL
}

start_service() {
  QUARKUS_LOG_CONSOLE_JSON_ENABLED=${QUARKUS_LOG_CONSOLE_JSON_ENABLED:-false} \
    java "@$ROOT/deploy/jvm.options" -jar "$ROOT/api/target/quarkus-app/quarkus-run.jar" 9>&- &
  SERVICE_PID=$!
  guard "$SERVICE_PID"
}

start_dev_mode() {
  cd "$ROOT"
  # test-compile, since api's tests use those of common from its directory.
  "$ROOT/deploy/bin/toolchain.sh" mvn -B test-compile quarkus:dev -pl api -am -Dquarkus.http.port="$PORT" \
    -Dquarkus.analytics.disabled=true </dev/null 9>&- &
  SERVICE_PID=$!
  guard "$SERVICE_PID"
}

# The pages name the service at its default address; for another one they are copied and changed.
start_demo() {
  local pages=$ROOT/docs/demo file
  if in_use "$DEMO_PORT"; then
    say "port $DEMO_PORT is in use: the demo site is not served (DEMO_PORT=4001 make $MODE chooses another)"
    return
  fi
  if [[ $SITE != http://localhost:3000 ]]; then
    rm -rf "$DATA/demo"
    mkdir -p "$DATA/demo"
    for file in "$pages"/*; do
      sed "s#http://localhost:3000#$SITE#g" "$file" >"$DATA/demo/${file##*/}"
    done
    pages=$DATA/demo
  fi
  java -Xmx32m -m jdk.httpserver -b 127.0.0.1 -p "$DEMO_PORT" -d "$(cd "$pages" && pwd)" -o none >/dev/null 9>&- &
  DEMO_PID=$!
  guard "$DEMO_PID"
}

is_healthy() {
  (
    printf 'GET /v1/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    IFS= read -r -t 5 status <&3
    [[ $status == 'HTTP/1.1 200'* ]]
  ) 2>/dev/null 3<>"/dev/tcp/$ADDRESS/$PORT"
} 2>/dev/null

wait_until_healthy() {
  local i
  for ((i = 0; i < $1 * 10; i++)); do
    is_healthy && return
    kill -0 "$SERVICE_PID" 2>/dev/null || die "the service ended before it was healthy; its output is above"
    sleep 0.1
  done
  die "the service was not healthy within $1 seconds; its output is above"
}

# Whether no event is stored. (altops status ends with 3 if nothing was rolled up.)
is_empty() {
  [[ $(java -jar "$ROOT/ops-cli/target/altops.jar" status --json 2>/dev/null) == *'"events":{"oldest":null,'* ]]
}

lines_to_try() {
  # A given address may hold a password, so the name of the variable is shown instead.
  local url=$SITE shown="\"\$DATABASE_URL\""
  [[ -z $DATABASE_PID ]] || shown="'$DATABASE_URL'"
  local demo=
  ! is_empty || demo="The database is empty. A month of invented visits and leads, to see at $url/dashboard?property=demo:

  DATABASE_URL=$shown deploy/bin/altops demo

"
  cat <<END

AltContext listens on $url (Ctrl-C stops it). ${DEMO_PID:+A demo site that sends its visits to it, to open in a browser:

  http://localhost:$DEMO_PORT/

}${MAIL_PID:+A form that agrees to mails asks its address to confirm. The mails are shown here and go nowhere:

  http://localhost:$MAIL_PORT/mails

}The figures of today, to look at (sign in with the key at the end):

  $url/dashboard?window=today

They appear within five minutes, or at once after

  DATABASE_URL=$shown deploy/bin/altops rollup

${demo}Send it something; a browser's name, because a bare curl is counted as a bot:

  curl -i $url/v1/events -H 'content-type: application/json' \\
    -A '$AGENT' \\
    -d '{"anonId":"visitor-0001","eventType":"page_view","path":"/","referrer":"https://www.google.com/"}'

  curl -i $url/v1/events/batch -H 'content-type: application/json' \\
    -A '$AGENT' \\
    -d '{"events":[{"anonId":"visitor-0001","eventType":"cta_click","path":"/"},
                   {"anonId":"visitor-0001","eventType":"page_view","path":"/pricing"}]}'

A form with an address:

  curl -i $url/v1/leads/capture -H 'content-type: application/json' \\
    -A '$AGENT' \\
    -d '{"email":"jo@example.ca","anonId":"visitor-0001","path":"/pricing","consentStatus":"express","consentPolicy":"2026-01"}'

The rows:

  DATABASE_URL=$shown deploy/bin/sql.sh 'SELECT received_at, event_type, path, traffic_source, device FROM events ORDER BY received_at DESC LIMIT 10'

All that is held about that address; then its owner is erased, and with them the visits above:

  curl $url/v1/leads/export -H 'content-type: application/json' -H 'x-admin-key: $ADMIN_API_KEY' -d '{"email":"jo@example.ca"}'

  curl $url/v1/leads/delete -H 'content-type: application/json' -H 'x-admin-key: $ADMIN_API_KEY' -d '{"email":"jo@example.ca"}'

altops sees that database, and has the secrets of this run, after

  export DATABASE_URL=$shown PUBLIC_URL='$PUBLIC_URL'; set -a; . '$DATA/development.env'; set +a

  deploy/bin/altops lead delete --email jo@example.ca

The development admin key (x-admin-key): $ADMIN_API_KEY

END
}

[[ $MODE == run || $MODE == dev ]] || die "usage: deploy/bin/run.sh [dev]"
require_port PORT "$PORT"
require_port MANAGEMENT_PORT "$MANAGEMENT_PORT"
trap clean_up EXIT
trap stop_as_asked INT
trap 'exit 143' TERM HUP
start_guard

development_values
[[ -n ${DATABASE_URL:-} ]] || start_database
java -jar "$ROOT/ops-cli/target/altops.jar" migrate
start_mail
confirm_by_mail
if [[ $MODE == dev ]]; then
  start_dev_mode
  wait_until_healthy 300
else
  start_service
  wait_until_healthy 60
fi
start_demo
lines_to_try
status=0
wait "$SERVICE_PID" || status=$?
SERVICE_PID=
say "the service ended ($status)"
exit "$status"
