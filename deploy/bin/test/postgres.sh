# shellcheck shell=bash disable=SC2154 # scripts source this: work is theirs
# A PostgreSQL server from the machine's packages, for tests that need pg_dump and pg_restore, which the embedded PostgreSQL lacks. The
# script that sources this must set ROOT, the directory work and the function fail. It gets bin, port, server (the server's process id)
# and DATABASE_URL.

# shellcheck source=deploy/bin/free-port.sh
source "$ROOT/deploy/bin/free-port.sh"

# Prints the directory of the newest version that has both the server and the client programs.
find_programs() {
  local bin
  while IFS= read -r bin; do
    if [[ -x $bin/initdb && -x $bin/postgres && -x $bin/pg_dump && -x $bin/pg_restore ]]; then
      echo "$bin"
      return
    fi
  done < <(compgen -G '/usr/lib/postgresql/*/bin' | sort -rV)
  return 1
}

# Puts the programs on the PATH. If they are missing, root on Debian gets them installed.
find_server() {
  bin=$(find_programs) || { "$ROOT/deploy/bin/install.sh" postgresql && bin=$(find_programs); } || return 1
  export PATH=$bin:$PATH
}

# PostgreSQL refuses to run as root. This is an array and not a function, so that the background process is the server itself.
as_user=()
[[ $EUID -ne 0 ]] || as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)

start_server() {
  mkdir "$work/data"
  chmod 755 "$work"
  [[ $EUID -ne 0 ]] || chown 65534:65534 "$work/data"
  "${as_user[@]}" "$bin/initdb" --pgdata="$work/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$work/server.log" 2>&1 ||
    fail "initdb failed"
  port=$(free_port)
  "${as_user[@]}" "$bin/postgres" -D "$work/data" -h 127.0.0.1 -p "$port" -c unix_socket_directories= -c timezone=UTC >>"$work/server.log" 2>&1 &
  server=$!
  until "$bin/pg_isready" -q -U postgres -h 127.0.0.1 -p "$port"; do
    kill -0 "$server" 2>/dev/null || fail "the server did not start"
    sleep 0.1
  done
  export DATABASE_URL="postgres://postgres:postgres@127.0.0.1:$port/postgres?sslmode=disable"
}
