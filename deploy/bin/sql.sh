#!/usr/bin/env bash
# Runs one statement on a database, with psql if it is there.
#
#   deploy/bin/sql.sh 'postgres://postgres:postgres@127.0.0.1:54318/postgres?sslmode=disable' 'SELECT count(*) FROM events'
set -euo pipefail

[[ $# -eq 2 ]] || { echo "usage: deploy/bin/sql.sh DATABASE_URL STATEMENT" >&2; exit 2; }
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if command -v psql >/dev/null; then
  exec psql -X -P pager=off -v ON_ERROR_STOP=1 -d "$1" -c "$2"
fi
jar=$ROOT/deploy/dev-database/target/dev-database.jar
[[ -f $jar ]] || { echo "sql: there is no psql, and deploy/dev-database is not built: make build" >&2; exit 1; }
exec "$ROOT/deploy/bin/toolchain.sh" java -cp "$jar" com.altcontext.devdb.RunStatement "$1" "$2"
