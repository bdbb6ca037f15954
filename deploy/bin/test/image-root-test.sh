#!/usr/bin/env bash
# Starts the service from the files of make image-root as a container would: in a read-only file system with nothing else in
# it, as the image's user, and with 256 MB of memory if a limit can be set. Then sends it events. The Dockerfile says what to start.
#
#   deploy/bin/test/image-root-test.sh [DIRECTORY]
#
# It needs root, for the mounts. For another user only the files are checked, and a message says that nothing was started.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
IMAGE=${1:-$ROOT/target/image-root}
MAX_RSS_MB=160
RUN=$(mktemp -d)
if [[ -z ${ALTCONTEXT_TOOLCHAIN:-} ]]; then
  export ALTCONTEXT_TOOLCHAIN=found
  exec "$ROOT/deploy/bin/toolchain.sh" "$ROOT/deploy/bin/test/image-root-test.sh" "$@"
fi

# shellcheck source=deploy/bin/free-port.sh
source "$ROOT/deploy/bin/free-port.sh"
# shellcheck source=deploy/bench/server.sh
source "$ROOT/deploy/bench/server.sh"
# shellcheck source=deploy/bin/throwaway-database.sh
source "$ROOT/deploy/bin/throwaway-database.sh"

fail() {
  echo "image-root-test: $*" >&2
  [[ ! -s $RUN/server.log ]] || tail -n 15 "$RUN/server.log" >&2
  exit 1
}

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  [[ -z $SERVER_PID ]] || kill -KILL "$SERVER_PID" 2>/dev/null || true
  [[ -z $SERVER_PID ]] || wait "$SERVER_PID" 2>/dev/null || true
  remove_limit
  stop_database
  rm -rf "$RUN"
}

# instruction NAME: prints the arguments of this instruction in the last stage of the Dockerfile. The other stages are not in the image.
instruction() {
  awk -v word="$1" '$1 == "FROM" { n = 0 } $1 == word { sub(/^[A-Z]+ /, ""); lines[n++] = $0 }
    END { for (i = 0; i < n; i++) print lines[i] }' "$ROOT/deploy/image/Dockerfile"
}

# Prints the words of the command, one per line. ENTRYPOINT is a plain JSON list of strings.
entrypoint() {
  instruction ENTRYPOINT | tr -d '[]"' | sed 's/, */\n/g'
}

# Starts the service in its own mount namespace, with a read-only root, /proc, and three of the devices that a container has.
# The process id stays the same when bash becomes the service, so that it can be watched and stopped.
# shellcheck disable=SC2016 # the words in quotes are for the inner bash
start_image() {
  local user command environment management
  user=$(instruction USER)
  read -r -a environment <<<"$(instruction ENV | tr '\n' ' ')"
  mapfile -t command < <(entrypoint)
  read -r SERVER_PORT management < <(free_ports 2)
  (
    enter_limit
    # An AOT cache that the JVM refuses must be an error here. In production it only makes the start slow.
    exec env -i DATABASE_URL="$DATABASE_URL" HOST=127.0.0.1 PORT="$SERVER_PORT" MANAGEMENT_PORT="$management" \
      IP_HASH_PEPPER=not-a-secret-of-anyone ADMIN_API_KEY=not-a-secret-of-anyone-either RATE_LIMIT_EVENTS=1000000 RATE_LIMIT_BYTES=1000000000 \
      MAIL_POSTAL_ADDRESS='1, rue Montréal' JDK_JAVA_OPTIONS=-XX:AOTMode=on \
      PATH="$PATH" "${environment[@]}" unshare --mount bash -c '
        set -e
        mount --bind "$1" "$1"
        mount -o remount,bind,ro "$1"
        mount -t proc proc "$1/proc"
        mount -t tmpfs -o mode=755,size=64k tmpfs "$1/dev"
        mknod -m 666 "$1/dev/null" c 1 3
        mknod -m 666 "$1/dev/random" c 1 8
        mknod -m 666 "$1/dev/urandom" c 1 9
        exec unshare --root="$1" --wd="$4" --setuid "$2" --setgid "$3" "${@:5}"
      ' start "$IMAGE" "${user%:*}" "${user#*:}" "$(instruction WORKDIR)" "${command[@]}"
  ) >"$RUN/server.log" 2>&1 &
  SERVER_PID=$!
  for ((i = 0; i < 600; i++)); do
    is_healthy && return
    kill -0 "$SERVER_PID" 2>/dev/null || fail "the service ended before it was healthy"
    sleep 0.1
  done
  fail "the service was not healthy within a minute"
}

# send COUNT BATCHES: sends so many single events one after another, then so many batches of 50.
send() {
  local i j
  for ((i = 0; i < $1; i++)); do
    printf 'next\nsilent\nfail\nmax-time = 10\noutput = /dev/null\nurl = "http://127.0.0.1:%s/v1/events"\n' "$SERVER_PORT"
    printf 'header = "content-type: application/json"\n'
    printf 'data = "{\\"anonId\\":\\"image-test-%d\\",\\"eventType\\":\\"page_view\\",\\"path\\":\\"/%d\\"}"\n' $((i % 20)) "$i"
  done >"$RUN/requests"
  for ((i = 0; i < $2; i++)); do
    printf 'next\nsilent\nfail\nmax-time = 10\noutput = /dev/null\nurl = "http://127.0.0.1:%s/v1/events/batch"\n' "$SERVER_PORT"
    printf 'header = "content-type: application/json"\ndata = "['
    for ((j = 0; j < 50; j++)); do
      ((j == 0)) || printf ,
      printf '{\\"anonId\\":\\"image-batch-%d-%d\\",\\"eventType\\":\\"page_view\\",\\"path\\":\\"/%d\\"}' "$i" "$j" "$j"
    done
    printf ']"\n'
  done >>"$RUN/requests"
  sed -i '1{/^next$/d}' "$RUN/requests"
  curl --config "$RUN/requests" || fail "a request was refused"
}

# answers STATUS PATH [CURL-ARGUMENT…]: expects this status. The image's Java has only the modules that were found to be needed,
# so this test sends rare requests, too.
answers() {
  local status
  status=$(curl -s -m 10 -o /dev/null -w '%{http_code}' -H 'x-admin-key: not-a-secret-of-anyone-either' "${@:3}" \
    "http://127.0.0.1:$SERVER_PORT$2")
  [[ $status == "$1" ]] || fail "$2 is answered with $status, not $1"
}

try_the_rest() {
  local json=(-H 'content-type: application/json' -d)
  answers 200 /v1/leads/capture "${json[@]}" '{"email":"jo@b\u00fccher.example","anonId":"image-test-1","path":"/"}'
  answers 303 /v1/leads/capture -d 'email=ann%40example.ca&path=/thanks'
  answers 200 /v1/leads/unsubscribe "${json[@]}" '{"email":"ann@example.ca"}'
  answers 200 /v1/leads/export "${json[@]}" '{"email":"ann@example.ca"}'
  answers 200 /v1/leads/delete "${json[@]}" '{"email":"ann@example.ca"}'
  answers 400 /v1/events "${json[@]}" '{"anonId":7}'
  answers 404 /v1/nothing
  answers 200 /v1/openapi.yaml
}

stored() {
  DATABASE_URL=$DATABASE_URL "$ROOT/deploy/bin/sql.sh" 'SELECT count(*) AS events FROM events' | grep -o '[0-9][0-9]*' | head -n 1
}

no_shell() {
  local programs
  programs=$(find "$IMAGE" -type f -perm -u+x ! -name '*.so*' -printf '%P ')
  [[ $programs == 'opt/java/bin/java ' ]] || fail "there are programs in the image that it does not need: $programs"
  [[ -z $(find "$IMAGE" -name '*flyway*') ]] || fail "the migration tool is in the image"
  ! grep -rl --include='*.jar' 'org/flywaydb/' "$IMAGE" || fail "the migration tool's classes are in the image"
  [[ -z $(find "$IMAGE" \( -perm -4000 -o -perm -2000 \) -print) ]] || fail "a program in the image is setuid or setgid"
}

log_is_json() {
  ! grep -v -e '^{.*}$' -e '^NOTE: Picked up JDK_JAVA_OPTIONS' "$RUN/server.log" || fail "these lines of its log are not JSON"
  ! grep -E '"level":"(ERROR|FATAL)"|ClassNotFound|NoClassDefFound' "$RUN/server.log" || fail "it logged an error"
}

stop_image() {
  local status=0
  kill "-$(instruction STOPSIGNAL)" "$SERVER_PID"
  timeout 20 tail --pid="$SERVER_PID" -f /dev/null || fail "the service did not end"
  wait "$SERVER_PID" || status=$?
  SERVER_PID=
  [[ $status -eq 130 || $status -eq 0 ]] || fail "the service ended with $status"
}

[[ -s $IMAGE/opt/altcontext/app.aot ]] || fail "$IMAGE is not there: make image-root"
no_shell
if [[ $EUID -ne 0 ]] || ! unshare --mount true 2>/dev/null; then
  echo "image-root-test: SKIPPED: only root can start $IMAGE alone in its file system; it was NOT started" >&2
  exit 0
fi
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
start_database "$RUN"
choose_limit
start_image
send 200 40
[[ $(stored) -eq 2200 ]] || fail "2200 events were acknowledged, but $(stored) are stored"
try_the_rest
highest=$(($(status_kb VmHWM) / 1024))
((highest <= MAX_RSS_MB)) || fail "the service used $highest MB, but may use only $MAX_RSS_MB"
[[ $(limit_oom_kills) =~ ^0?$ ]] || fail "the kernel killed a process for lack of memory"
stop_image
log_is_json
echo "image-root-test: 2200 events stored; at the highest $highest MB resident; $(limit_words);" \
  "the image has $(du -sm "$IMAGE" | cut -f1) MB"
