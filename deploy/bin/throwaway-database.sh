# shellcheck shell=bash disable=SC2034 # scripts source this: DATABASE_URL is theirs
# A migrated PostgreSQL for a script, started by start_database DIRECTORY and ended by stop_database.

DATABASE_PID=

start_database() {
  local root jar
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  jar=$root/deploy/dev-database/target/dev-database.jar
  [[ -f $jar ]] || { echo "deploy/dev-database is not built: make build" >&2; return 1; }
  java -jar "$jar" "$1/postgresql" "$1/database.url" >"$1/database.log" 2>&1 &
  DATABASE_PID=$!
  until [[ -s $1/database.url ]]; do
    kill -0 "$DATABASE_PID" 2>/dev/null || { cat "$1/database.log" >&2; return 1; }
    sleep 0.1
  done
  DATABASE_URL=$(<"$1/database.url")
  DATABASE_URL=$DATABASE_URL java -jar "$root/ops-cli/target/altops.jar" --quiet migrate
}

stop_database() {
  [[ -n $DATABASE_PID ]] || return 0
  kill -TERM "$DATABASE_PID" 2>/dev/null || true
  wait "$DATABASE_PID" 2>/dev/null || true
  DATABASE_PID=
}
