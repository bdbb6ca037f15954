# shellcheck shell=bash disable=SC2034,SC2153 # run.sh sources this: its variables are the other files' too
# Finds or installs the programs that the benchmark needs, or names those that are missing.

is_root_on_debian() {
  [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null
}

install_packages() {
  say "installing $*"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
    >"$RUN/apt.log" 2>&1 || { tail -n 5 "$RUN/apt.log" >&2; die "apt-get could not install $*"; }
}

# Debian keeps pgbench in the package of the database server, whose installation creates and starts a cluster. Only
# the program is wanted here, so it is unpacked and not installed.
unpack_pgbench() {
  local package
  package=$(apt-cache search --names-only '^postgresql-[0-9]+$' | sort -V | tail -n 1 | cut -d' ' -f1) || true
  [[ -n $package ]] || return 1
  say "unpacking pgbench from $package"
  mkdir -p "$RUN/pgbench"
  (cd "$RUN/pgbench" && apt-get download -qq "$package" && dpkg -x ./*.deb .) >"$RUN/apt.log" 2>&1 || return 1
  PGBENCH=$(compgen -G "$RUN/pgbench/usr/lib/postgresql/*/bin/pgbench")
}

# psql and pgbench may be only in the server's own directory.
find_postgres_tool() {
  command -v "$1" || compgen -G "/usr/lib/postgresql/*/bin/$1" | sort -V | tail -n 1
}

require_tools() {
  local missing=()
  command -v wrk >/dev/null || missing+=(wrk)
  command -v curl >/dev/null || missing+=(curl)
  find_postgres_tool psql >/dev/null || missing+=(postgresql-client)
  if ((${#missing[@]})); then
    is_root_on_debian || die "please install: ${missing[*]} (Debian's names for the packages)"
    install_packages "${missing[@]}"
  fi
  PSQL=$(find_postgres_tool psql)
  PGBENCH=$(find_postgres_tool pgbench) || true
  if [[ -z $PGBENCH ]]; then
    { command -v apt-get >/dev/null && unpack_pgbench; } ||
      die "please install pgbench (on Debian it is in the package postgresql-17, or another version's)"
  fi
}
