# shellcheck shell=bash disable=SC2154 # scripts source this: work is theirs
# A PostgreSQL of the machine's own packages, for a test that needs pg_dump and pg_restore beside the server, which the embedded one lacks.
# The script that sources this sets ROOT, a directory in work and a function fail, and gets bin, port, server (its process) and
# DATABASE_URL.

# shellcheck source=deploy/bin/free-port.sh
source "$ROOT/deploy/bin/free-port.sh"

# The newest version that has all: a server, and a client that is as new.
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

# Its programs are on the PATH then. Root on Debian gets them installed.
find_server() {
  bin=$(find_programs) || { "$ROOT/deploy/bin/install.sh" postgresql && bin=$(find_programs); } || return 1
  export PATH=$bin:$PATH
}

# PostgreSQL refuses to run as root. A list, not a function: what is started in the background is then the server itself.
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
