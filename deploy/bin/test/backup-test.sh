#!/usr/bin/env bash
# Makes a backup while the real service runs, and restores it, on a PostgreSQL server of its own. People who were erased after the backup
# stay erased. The test needs the output of make build, and the programs of a PostgreSQL server, since the embedded one lacks pg_dump. If
# they are missing, root on Debian gets them installed, and others get the message that nothing was tested.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
if [[ -z ${ALTCONTEXT_TOOLCHAIN:-} ]]; then
  export ALTCONTEXT_TOOLCHAIN=found
  exec "$ROOT/deploy/bin/toolchain.sh" "$ROOT/deploy/bin/test/backup-test.sh" "$@"
fi
work=$(mktemp -d)
service=
server=
key=not-a-secret-of-anyone-either
export IP_HASH_PEPPER=not-a-secret-of-anyone

fail() {
  echo "backup-test: $*" >&2
  tail -n 5 "$work/service.log" "$work/server.log" "$work/said" >&2 2>/dev/null || true
  exit 1
}

stop() {
  [[ -n $1 ]] || return 0
  kill "-$2" "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}
trap 'stop "$service" TERM; stop "$server" INT; rm -rf "$work"' EXIT

# shellcheck source=deploy/bin/test/postgres.sh
source "$ROOT/deploy/bin/test/postgres.sh"

altops() { # STATUS ARGUMENT…
  local status=0
  java -jar "$ROOT/ops-cli/target/altops.jar" "${@:2}" >"$work/said" 2>&1 || status=$?
  [[ $status -eq $1 ]] || fail "altops ${*:2} ended with $status, not $1"
}

says() {
  grep -qF -- "$1" "$work/said" || fail "it did not say: $1"
}

start_service() {
  local web management
  read -r web management < <(free_ports 2)
  url=http://127.0.0.1:$web
  PORT=$web HOST=127.0.0.1 MANAGEMENT_PORT=$management ADMIN_API_KEY=$key \
    java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m -jar "$ROOT/api/target/quarkus-app/quarkus-run.jar" >"$work/service.log" 2>&1 &
  service=$!
  until curl -fs -o /dev/null "$url/v1/healthz"; do
    kill -0 "$service" 2>/dev/null || fail "the service did not start"
    sleep 0.2
  done
}

send() { # PATH JSON, with the headers of a browser, since plain curl counts as a bot
  curl -fsS -m 10 -o /dev/null -A 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' -H 'content-type: application/json' -H "x-admin-key: $key" -d "$2" "$url$1" || fail "$1 was refused"
}

comes() { # NAME: a visitor who sends an event and leaves an address
  send /v1/events "{\"anonId\":\"visitor-$1\",\"eventType\":\"page_view\",\"path\":\"/\"}"
  send /v1/leads/capture "{\"email\":\"$1@example.ca\",\"anonId\":\"visitor-$1\",\"path\":\"/\"}"
}

ask() {
  "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -c "$1"
}

find_server || { echo "backup-test: SKIPPED: there is no PostgreSQL server here; NO backup was made or restored" >&2; exit 0; }
start_server
altops 0 migrate
start_service
comes anna
comes bert
altops 0 property set default --report boss@example.ca
altops 0 backup --to "$work/one.dump"
says 'backed up'
[[ $(stat -c %a "$work/one.dump") == 600 && -z $(compgen -G "$work/one.dump.*") ]] || fail "others can read the backup"
altops 2 backup --to "$work/one.dump"
says 'that file already exists'

# A signal to altops alone also ends pg_dump, which would keep its locks and go on.
exec {lock}> >("$bin/psql" -X -q -d "$DATABASE_URL")
echo 'BEGIN; LOCK TABLE events;' >&"$lock"
waits() { [[ $(ask "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'altops' AND wait_event_type = 'Lock'") == 1 ]]; }
java -jar "$ROOT/ops-cli/target/altops.jar" backup --to "$work/cut-off.dump" >"$work/said" 2>&1 &
cut_off=$!
until waits; do
  kill -0 "$cut_off" 2>/dev/null || fail "the backup did not wait for the lock"
  sleep 0.1
done
stop "$cut_off" TERM
for ((i = 0; i < 100; i++)); do
  waits || break
  sleep 0.1
done
! waits || fail "pg_dump goes on after altops was ended"
exec {lock}>&-
[[ -z $(compgen -G "$work/cut-off.dump*") ]] || fail "a backup that was ended left a file"

# After the backup: anna and boss are erased, bert withdraws, carl comes, and a partition is made that the backup does not have.
send /v1/leads/delete '{"email":"anna@example.ca"}'
altops 0 lead delete --email boss@example.ca --yes
altops 0 lead unsubscribe --email bert@example.ca
comes carl
send /v1/dashboard/leads.csv '{}'
ask "CREATE TABLE events_20380101 PARTITION OF events FOR VALUES FROM ('2038-01-01') TO ('2038-01-02')"
stop "$service" TERM
service=
held=$(ask 'SELECT count(*) FROM events')

altops 2 restore --from "$work/one.dump"
says 'give --yes'
IP_HASH_PEPPER='' altops 2 restore --from "$work/one.dump" --yes
says 'IP_HASH_PEPPER is missing or wrong'
head -c 20000 "$work/one.dump" >"$work/half.dump"
altops 1 restore --from "$work/half.dump" --yes
[[ $(ask 'SELECT count(*) FROM events') == "$held" ]] || fail "a restore that failed has changed something"

altops 0 restore --from "$work/one.dump" --yes
says '2 rows of the erasure log carried over, 2 persons erased again'
says '1 withdrawal of consent carried over'
[[ $(ask 'SELECT string_agg(email, chr(32)) FROM leads') == bert@example.ca ]] || fail "the database has other leads: $(ask 'SELECT email FROM leads')"
[[ $(ask "SELECT count(*) FROM visitors WHERE anon_id = 'visitor-anna'") == 0 ]] || fail "an erased person has a visitor again"
[[ $(ask "SELECT count(*) FROM visitors WHERE anon_id = 'visitor-bert'") == 1 ]] || fail "a visitor of the backup is missing"
[[ $(ask 'SELECT consent_status FROM leads') == withdrawn ]] || fail "a person who withdrew may be written to again"
[[ $(ask 'SELECT count(*) FROM recipients') == 0 ]] || fail "an erased person gets reports again"
[[ $(ask 'SELECT count(*) FROM erasure_log') == 4 ]] || fail "the erasure log does not have all erasures"
[[ $(ask "SELECT string_agg(row_count::text, chr(32)) FROM audit_log WHERE action = 'leads_csv'") == 2 ]] || fail "the audit log no longer has the export of leads"
[[ -z $(ask "SELECT 1 FROM pg_namespace WHERE nspname = 'altops_before'") ]] || fail "the schema altops_before is still there"
altops 0 migrate verify
start_service
comes dora
[[ $(ask 'SELECT count(*) FROM leads') == 2 ]] || fail "the restored database does not store new leads"

# Into an empty database, as after the loss of the whole server.
ask 'CREATE DATABASE another'
DATABASE_URL="postgres://postgres:postgres@127.0.0.1:$port/another?sslmode=disable" altops 0 restore --from "$work/one.dump" --yes
says '0 rows of the erasure log carried over, 0 persons erased again'

# If there is a server that is older than the client: pg_restore 17 and newer sets a parameter that servers before 17 do not know.
older=$(compgen -G '/usr/lib/postgresql/1[56]/bin/initdb' | sort -V | head -n 1) || true
if [[ -n $older && $("$bin/pg_restore" --version) =~ \)\ (1[7-9]|[2-9][0-9]) ]]; then
  stop "$service" TERM
  stop "$server" INT
  rm -rf "$work/data"
  bin=${older%/initdb} start_server
  altops 0 migrate
  altops 0 goal add default signup --path '/thanks*'
  altops 0 backup --to "$work/older.dump"
  altops 0 restore --from "$work/older.dump" --yes
  altops 0 goal list
  says 'default  signup'
  dd if=/dev/zero of="$work/older.dump" bs=100 seek=1200 count=4 conv=notrunc status=none
  altops 1 restore --from "$work/older.dump" --yes
  altops 0 goal list
  says 'default  signup'
else
  echo "backup-test: SKIPPED: there is no server older than 17, with a newer client, to restore to" >&2
fi

# A client that is older than the server fails before anything is written.
mkdir "$work/old"
printf '#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.24"\n' >"$work/old/pg_dump"
chmod +x "$work/old/pg_dump"
PATH=$work/old:$PATH altops 1 backup --to "$work/two.dump"
says 'has version 9, but the server has version'
[[ ! -e $work/two.dump && -z $(compgen -G "$work/two.dump.*") ]] || fail "a failed backup left a file"
echo "backup-test: done, with PostgreSQL $("$bin/pg_dump" --version | grep -o '[0-9.]*' | head -n 1)"
