#!/usr/bin/env bash
# Runs one statement on a database. Other users of this machine can read arguments, so the address comes from the environment.
#
#   DATABASE_URL='postgres://postgres:postgres@127.0.0.1:54318/postgres?sslmode=disable' deploy/bin/sql.sh 'SELECT count(*) FROM events'
set -euo pipefail

[[ $# -eq 1 && -n ${DATABASE_URL:-} ]] || { echo "usage: DATABASE_URL=… deploy/bin/sql.sh STATEMENT" >&2; exit 2; }
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jar=$ROOT/deploy/dev-database/target/dev-database.jar
[[ -f $jar ]] || { echo "sql: deploy/dev-database is not built: make build" >&2; exit 1; }
exec "$ROOT/deploy/bin/toolchain.sh" java -cp "$jar" com.altcontext.devdb.RunStatement "$1"
