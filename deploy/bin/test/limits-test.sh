#!/usr/bin/env bash
# Two processes of the service share one database and one Redis. The requests of a client to one process count at the other, too. When
# Redis ends, refuses the password or does not answer, each process limits by itself until Redis is back, and logs that once. The test
# needs the output of make build, and redis-server: root on Debian gets it installed, and without it a message says that nothing was tested.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
if [[ -z ${ALTCONTEXT_TOOLCHAIN:-} ]]; then
  export ALTCONTEXT_TOOLCHAIN=found
  exec "$ROOT/deploy/bin/toolchain.sh" "$ROOT/deploy/bin/test/limits-test.sh" "$@"
fi
command -v redis-server >/dev/null || "$ROOT/deploy/bin/install.sh" redis-server ||
  { echo "limits-test: SKIPPED: there is no redis-server here; limits that processes share were NOT tested" >&2; exit 0; }
work=$(mktemp -d)
redis=
services=()
# shellcheck source=deploy/bin/free-port.sh
source "$ROOT/deploy/bin/free-port.sh"
# shellcheck source=deploy/bin/throwaway-database.sh
source "$ROOT/deploy/bin/throwaway-database.sh"

fail() {
  echo "limits-test: $*" >&2
  tail -n 5 "$work"/service.* "$work/redis.log" >&2 2>/dev/null || true
  exit 1
}

stop_redis() {
  [[ -n $redis ]] || return 0
  kill -KILL "$redis" 2>/dev/null || true
  wait "$redis" 2>/dev/null || true
  redis=
}

stop_services() {
  local pid
  for pid in "${services[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  services=()
}
trap 'stop_services; stop_redis; stop_database; rm -rf "$work"' EXIT

start_redis() { # PASSWORD
  redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --requirepass "$1" --dir "$work" >"$work/redis.log" 2>&1 &
  redis=$!
  until redis-cli -p "$redis_port" -a "$1" --no-auth-warning ping 2>/dev/null | grep -q PONG; do
    kill -0 "$redis" 2>/dev/null || fail "Redis did not start"
    sleep 0.1
  done
}

# start_service N [VARIABLE=VALUE…]: starts the service at ports[N]. Its limit is ten a minute, so a token comes back only after six seconds.
start_service() {
  read -r "ports[$1]" "management[$1]" < <(free_ports 2)
  env DATABASE_URL="$DATABASE_URL" HOST=127.0.0.1 PORT="${ports[$1]}" MANAGEMENT_PORT="${management[$1]}" RATE_LIMIT_UNSUBSCRIBE=10 \
    IP_HASH_PEPPER=not-a-secret-of-anyone CLIENT_IP_HEADER=X-Client TRUSTED_PROXIES=127.0.0.0/8 "${@:2}" \
    java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx48m -jar "$ROOT/api/target/quarkus-app/quarkus-run.jar" >"$work/service.$1" 2>&1 &
  services+=($!)
  until curl -fs -o /dev/null "http://127.0.0.1:${ports[$1]}/v1/healthz"; do
    kill -0 "${services[-1]}" 2>/dev/null || fail "the service did not start"
    sleep 0.2
  done
}

# send N CLIENT: sends a request of this client to service N, and prints the status.
send() {
  curl -s -m 10 -o /dev/null -w '%{http_code}' -H 'content-type: application/json' -H "x-client: $2" \
    -d '{"email":"nobody@example.ca"}' "http://127.0.0.1:${ports[$1]}/v1/leads/unsubscribe"
}

# accepted N CLIENT TIMES: sends so many requests, and prints how many were accepted.
accepted() {
  local i passed=0
  for ((i = 0; i < $3; i++)); do
    [[ $(send "$1" "$2") != 200 ]] || passed=$((passed + 1))
  done
  echo "$passed"
}

# Tokens come back while requests are sent, so a slow machine gets more requests accepted: one for each six seconds since `began`.
start_clock() {
  began=${EPOCHREALTIME//[!0-9]/}
}

returned() {
  echo $(((${EPOCHREALTIME//[!0-9]/} - began) / 6000000))
}

# limits N CLIENT: whether service N, which limits by itself, accepts ten of this client's twelve requests.
limits() {
  local passed
  start_clock
  passed=$(accepted "$1" "$2" 12)
  ((passed >= 10 && passed <= 10 + $(returned)))
}

# await MESSAGE COMMAND…: waits until the command succeeds, or fails with the message.
await() {
  local i
  for ((i = 0; i < 300; i++)); do
    if "${@:2}" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  fail "$1"
}

shared() { # N VALUE
  curl -s "http://127.0.0.1:${management[$1]}/metrics" >"$work/metrics"
  grep -q "^altcontext_limiter_shared $2" "$work/metrics"
}

logged() { # N WORDS: prints how often service N has logged them
  grep -c -- "$2" "$work/service.$1" || true
}

says() { # N TIMES WORDS
  [[ $(logged "$1" "$3") -ge $2 ]]
}

# Whether service N has logged the end of each outage. Its first question to Redis may already be answered too late.
is_over() {
  [[ $(logged "$1" "$LOST") -eq $(logged "$1" "$FOUND") ]]
}

# The line may be logged a moment later, so this waits for it.
said() { # N TIMES WORDS
  await "service $1 did not say $2 times: $3" says "$@"
  [[ $(logged "$1" "$3") -eq $2 ]] || fail "service $1 said more than $2 times: $3"
}

refused() { # whether Redis has refused a wrong password
  redis-cli -p "$redis_port" -a another --no-auth-warning info errorstats >"$work/errors"
  grep -q WRONGPASS "$work/errors"
}

LOST='the Redis of the rate limits is unreachable'
FOUND='the Redis of the rate limits is reachable again'
redis_port=$(free_port)
ports=()
management=()
start_database "$work"
start_redis 'one:two@three'
url="redis://:one%3Atwo%40three@127.0.0.1:$redis_port/3"
start_service 0 RATE_LIMIT_REDIS_URL="$url"
printf '%s\n' "$url" >"$work/url"
start_service 1 RATE_LIMIT_REDIS_URL_FILE="$work/url"
for n in 0 1; do await "service $n did not reach Redis" shared $n 1; done

# The client uses all its ten requests at one process. The other accepts at most three more before it has heard of that.
start_clock
[[ $(accepted 0 203.0.113.1 10) -eq 10 ]] || fail "fewer requests than the limit were accepted"
passed=$(accepted 1 203.0.113.1 10)
((passed <= 3 + $(returned))) || fail "the other process accepted $passed requests of a client that had used its whole limit"
# Another client sends its requests to the two processes in turn.
passed=0
for ((i = 0; i < 12; i++)); do
  passed=$((passed + $(accepted $((i % 2)) 203.0.113.2 1)))
done
((passed >= 10 && passed <= 12)) || fail "$passed of 12 requests to the two processes in turn were accepted"
keys=$(redis-cli -p "$redis_port" -a 'one:two@three' --no-auth-warning -n 3 --scan)
[[ $(wc -l <<<"$keys") -eq 2 && $(grep -cE '^altcontext:limit:[0-9a-f]{32}$' <<<"$keys") -eq 2 ]] || fail "Redis has other keys than expected: $keys"
for key in $keys; do
  left=$(redis-cli -p "$redis_port" -a 'one:two@three' --no-auth-warning -n 3 pttl "$key")
  ((left > 0 && left <= 120001)) || fail "a key expires only after $left ms"
done

# Redis ends: each process limits by itself, one line is logged, and no request waits or is refused because of it.
for n in 0 1; do await "service $n did not reach Redis" shared $n 1; done
await 'service 0 did not say that it reaches Redis' is_over 0
outages=$(logged 0 "$LOST")
stop_redis
for n in 0 1; do await "service $n still reports a Redis that has ended as reachable" shared $n 0; done
for n in 0 1; do limits $n 203.0.113.4 || fail "service $n does not limit by itself"; done
said 0 $((outages + 1)) "$LOST"
# Redis comes back with another password, then with the right one.
start_redis another
await 'service 0 did not try to connect again' refused
shared 0 0 || fail "a Redis that refuses is reported as reachable"
stop_redis
start_redis 'one:two@three'
for n in 0 1; do await "service $n did not reach Redis again" shared $n 1; done
said 0 $((outages + 1)) "$LOST"
said 0 $((outages + 1)) "$FOUND"
start_clock
[[ $(accepted 0 203.0.113.5 10) -eq 10 ]] || fail "fewer requests than the limit were accepted"
passed=$(accepted 1 203.0.113.5 10)
((passed <= 3 + $(returned))) || fail "after the return of Redis, the other process accepted $passed requests"

# Redis does not answer. The connection is replaced after a second.
kill -STOP "$redis"
limits 0 203.0.113.6 || fail "requests wait for a Redis that does not answer"
await 'a Redis that does not answer is reported as reachable' shared 0 0
kill -CONT "$redis"
await 'the service did not reach Redis again' shared 0 1

# Without a Redis there is no such metric. A wrong address stops the start, and is not shown.
stop_services
start_service 0
curl -s "http://127.0.0.1:${management[0]}/metrics" >"$work/metrics"
if grep -q altcontext_limiter_shared "$work/metrics"; then fail "a Redis is reported although there is none"; fi
stop_services
if DATABASE_URL=$DATABASE_URL IP_HASH_PEPPER=not-a-secret-of-anyone RATE_LIMIT_REDIS_URL=http://hidden@127.0.0.1 PORT=0 MANAGEMENT_PORT=0 \
  java -jar "$ROOT/api/target/quarkus-app/quarkus-run.jar" >"$work/service.0" 2>&1; then fail "a wrong address was accepted"; fi
said 0 1 'altcontext: RATE_LIMIT_REDIS_URL must be redis://'
if grep -q hidden "$work/service.0"; then fail "the address was shown"; fi
echo "limits-test: done, with Redis $(redis-server --version | grep -o 'v=[0-9.]*')"
