# shellcheck shell=bash disable=SC2034,SC2153 # run.sh sources this: its variables are the other files' too
# Finds or installs the programs that the benchmark needs, or names those that are missing.

# psql and pgbench may be only in the server's own directory.
find_postgres_tool() {
  command -v "$1" || compgen -G "/usr/lib/postgresql/*/bin/$1" | sort -V | tail -n 1
}

# Debian keeps pgbench in the package of the database server, whose installation creates and starts a cluster. Only
# the program is wanted here.
unpack_pgbench() {
  local package
  package=$(apt-cache search --names-only '^postgresql-[0-9]+$' 2>/dev/null | sort -V | tail -n 1 | cut -d' ' -f1)
  "$ROOT/deploy/bin/tool.sh" pgbench "$package" "usr/lib/postgresql/${package#postgresql-}/bin/pgbench"
}

require_tools() {
  local missing=()
  command -v wrk >/dev/null || missing+=(wrk)
  command -v curl >/dev/null || missing+=(curl)
  find_postgres_tool psql >/dev/null || missing+=(postgresql-client)
  ((${#missing[@]} == 0)) || "$ROOT/deploy/bin/install.sh" "${missing[@]}"
  PSQL=$(find_postgres_tool psql)
  PGBENCH=$(find_postgres_tool pgbench) || PGBENCH=$(unpack_pgbench) ||
    die "please install pgbench (on Debian it is in the package postgresql-17, or another version's)"
}
