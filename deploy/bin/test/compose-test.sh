#!/usr/bin/env bash
# Tests the compose file with Docker's own parser, the Caddyfile with a running Caddy, and the scripts prepare.sh and schedule.sh. If the
# parser or Caddy is not available, it says so; ComposeTest still checks the compose file. No container is started: there may be no Docker.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
work=$(mktemp -d)
caddies=()
# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  ((${#caddies[@]} == 0)) || kill "${caddies[@]}" 2>/dev/null || true
  gpgconf --homedir "$work/owner" --kill all 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
# shellcheck source=deploy/bin/free-port.sh
source "$ROOT/deploy/bin/free-port.sh"

fail() {
  echo "compose-test: $*" >&2
  exit 1
}

cp -r "$ROOT/deploy/compose" "$work/compose"
rm -rf "$work/compose/secrets" "$work/compose/backups" "$work/compose/.env"
cd "$work/compose"

# A key for the backups. Its private half is in another directory, since an operator keeps it on another machine.
command -v gpg >/dev/null || "$ROOT/deploy/bin/install.sh" gpg || fail "gpg is needed"
mkdir -m 700 "$work/owner"
gpg_as_owner() {
  gpg --homedir "$work/owner" --batch --quiet --pinentry-mode loopback --passphrase '' "$@"
}
gpg_as_owner --quick-generate-key backup@example.com future-default default never 2>/dev/null
gpg_as_owner --armor --export >"$work/backup-key.asc"
gpg_as_owner --armor --export-secret-keys >"$work/private.asc"

# prepare.sh generates each secret once. Only the owner can read the secrets.
prepare() {
  ./prepare.sh "$1" https://www.example.com privacy@example.com "${2:-$work/backup-key.asc}" >/dev/null 2>"$work/said"
}
prepare events.example.com || fail "$(cat "$work/said")"
first=$(cat secrets/*)
[[ $(stat -c %a secrets) == 700 ]] || fail "others can look into secrets/"
[[ $(sort -u secrets/postgres_password secrets/ip_hash_pepper secrets/admin_api_key secrets/unsubscribe_secret | grep -cE '^[0-9a-f]{64}$') -eq 4 ]] ||
  fail "the secrets are not four different ones"
if prepare other.example.com; then fail "another domain than that of .env was accepted"; fi
grep -qF 'prepare: .env has no line DOMAIN=other.example.com: change it there' "$work/said" || fail "it does not name the setting: $(cat "$work/said")"
gpg_as_owner --quick-generate-key other@example.com future-default default never 2>/dev/null
gpg_as_owner --armor --export other@example.com >"$work/other-key.asc"
if prepare events.example.com "$work/other-key.asc"; then fail "another key than the one for the backups was accepted"; fi
grep -qF 'secrets/backup_public_key has another key: remove it first' "$work/said" || fail "it does not name the key: $(cat "$work/said")"
[[ $(cat secrets/*) == "$first" ]] || fail "the secrets were replaced"
grep -q '^DOMAIN=events.example.com$' .env || fail ".env was replaced"
cmp -s secrets/backup_public_key "$work/backup-key.asc" || fail "the key for the backups is not the one that was given"
echo 'BACKUP_DAYS=7' >>.env
prepare events.example.com || fail "it cannot be run again: $(cat "$work/said")"
sed -i '/^BACKUP_DAYS/d' .env
[[ $(cat secrets/*) == "$first" ]] || fail "the secrets were replaced"
if prepare https://events.example.com; then fail "a URL was accepted as a domain"; fi
if prepare events.example.com "$work/private.asc"; then fail "a private key was accepted"; fi
if prepare events.example.com /dev/null; then fail "an empty key for the backups was accepted"; fi

# A user who is not root cannot make the container's user the owner of the directory for backups, and gets the command for it. This user
# can write the mail server's URL.
mkdir "$work/theirs"
as_user=(env)
if [[ $EUID -eq 0 ]]; then
  as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chown 65534:65534 "$work/theirs"
  chmod a+x "$work"
fi
for again in first again; do
  COMPOSE_DIRECTORY=$work/theirs "${as_user[@]}" "$ROOT/deploy/compose/prepare.sh" events.example.com https://www.example.com \
    privacy@example.com /dev/stdin <"$work/backup-key.asc" >"$work/said" 2>&1 || fail "prepare.sh fails $again without root: $(cat "$work/said")"
  [[ $again == again ]] || grep -q 'sudo chown 65532:65532 backups' "$work/said" || fail "it says that all is ready, although no backup can be written"
  "${as_user[@]}" sh -c "echo smtps://a:b@mail.example.com >'$work/theirs/secrets/smtp_url'" || fail "the mail server's URL cannot be written"
  [[ $EUID -ne 0 ]] || chown 65532:65532 "$work/theirs/backups"
done

if compose=$("$ROOT/deploy/bin/tool.sh" docker-compose docker-compose usr/libexec/docker/cli-plugins/docker-compose); then
  "$compose" -f compose.yaml config --quiet
  if grep -qf <(grep -E '^[0-9a-f]{64}$' secrets/postgres_password) <("$compose" -f compose.yaml config); then
    fail "the configuration shows a secret"
  fi
  ! "$compose" -f compose.yaml config | grep -q "SMTP_URL_FILE: /run" || fail "an empty file is read for the mail server"
  printf 'MAIL_FROM=news@example.ca\nTRACKER_PATH=/js/site.js\nRAW_EVENT_RETENTION_DAYS=30\nBACKUP_DAYS=7\nTRUSTED_PROXIES=0.0.0.0/0\n' >>.env
  "$compose" -f compose.yaml config >"$work/config"
  grep -q 'SMTP_URL_FILE: /run/secrets/smtp_url$' "$work/config" || fail "the mail server's URL is not read"
  for service in api ops; do # a period that is set once must reach both the service, which publishes it, and altops, which purges by it
    awk -v on="  $service:" '/^  [a-z]/ { found = $0 == on } found' "$work/config" >"$work/$service"
    for setting in 'RAW_EVENT_RETENTION_DAYS: "30"' 'MAIL_FROM: news@example.ca' 'BACKUP_DAYS: "7"' 'CORS_ALLOWED_ORIGINS: https://www.example.com'; do
      grep -q "$setting" "$work/$service" || fail "$setting in .env does not reach $service"
    done
  done
  awk '/^  [a-z]/ { found = $0 == "  caddy:" } found' "$work/config" >"$work/caddy"
  for service in api caddy; do
    grep -q 'TRACKER_PATH: /js/site.js$' "$work/$service" || fail "the tracker's path does not reach $service"
  done
  grep -q 'TRUSTED_PROXIES: 172.30.57.0/24' "$work/api" || fail "a network other than Caddy's is trusted"
  mv .env env
  if "$compose" -f compose.yaml config --quiet 2>"$work/said"; then fail "the configuration is valid without a domain"; fi
  grep -q 'run prepare.sh first' "$work/said" || fail "it does not say what is missing: $(cat "$work/said")"
  mv env .env
else
  echo "compose-test: SKIPPED: compose.yaml was NOT read by Docker's parser" >&2
fi
# ── Caddy ────────────────────────────────────────────────────────────────────────────────────────────────────────

# await LOG MESSAGE COMMAND…: waits until the command succeeds, or fails with the message and the log. The limit only ends a hang.
await() {
  local i
  for ((i = 0; i < 1200; i++)); do
    if "${@:3}"; then return; fi
    sleep 0.1
  done
  fail "$2: $(cat "$1")"
}

# start_caddy PORT CADDYFILE LOG: returns when Caddy answers on this port.
start_caddy() {
  DOMAIN="http://127.0.0.1:$1" TRACKER_PATH=/js/site.js HOME=$work "$caddy" run --adapter caddyfile --config "$2" >"$3" 2>&1 &
  caddies+=("$!")
  await "$3" "Caddy did not start" curl -s -o /dev/null "http://127.0.0.1:$1/"
}

# ask CODE METHOD PATH CURL-ARGUMENT…: expects this status. The request comes from an address that nothing else here uses, so that the
# log can be searched for it.
ask() {
  local code
  code=$(curl -s -o "$work/body" -w '%{http_code}' --interface 127.0.0.9 -X "$2" "${@:4}" "http://127.0.0.1:$front$3") || true
  [[ $code =~ ^$1$ ]] || fail "$2 $3 was answered $code, not $1: $(cat "$work/log")"
}

says_nothing_personal() {
  local word
  for word in 127.0.0.9 key-of-the-operator token-in-a-path jo@example.com cookie-of-the-dashboard; do
    if grep -qF "$word" "$work/log"; then fail "Caddy's log contains $word, $1: $(grep -F "$word" "$work/log")"; fi
  done
}

try_caddy() {
  local path private
  DOMAIN=events.example.com HOME=$work "$caddy" validate --adapter caddyfile --config Caddyfile >"$work/said" 2>&1 ||
    fail "$(cat "$work/said")"
  read -r front back < <(free_ports 2)
  sed "s/api:3000/127.0.0.1:$back/" Caddyfile >"$work/Caddyfile"
  private=(-H 'x-admin-key: key-of-the-operator' -H 'authorization: Bearer key-of-the-operator' -H 'cookie: s=cookie-of-the-dashboard')

  # The service is unreachable. Caddy answers 502 until its first check has found that.
  start_caddy "$front" "$work/Caddyfile" "$work/log"
  await "$work/log" "it does not say that the service is unreachable" grep -q 'health_checker.active' "$work/log"
  ask 503 GET /v1/metrics/summary "${private[@]}"
  ask 503 POST '/v1/leads/unsubscribe/token-in-a-path?email=jo@example.com' "${private[@]}"
  says_nothing_personal "while the service is unreachable"

  # The service is reachable. Another Caddy stands in for it.
  cat >"$work/service" <<END
{
	admin off
}
http://127.0.0.1:$back {
	respond /v1/healthz "healthy"
	respond "it was {method} {path} from {header.X-Client-IP}"
}
END
  start_caddy "$back" "$work/service" "$work/service-log"
  await "$work/log" "Caddy does not find the service" curl -fs -o /dev/null "http://127.0.0.1:$front/v1/healthz"
  while IFS= read -r path; do
    ask 200 GET "$path" -H 'x-client-ip: 203.0.113.7' "${private[@]}"
    [[ $path == /v1/healthz || $(<"$work/body") == "it was GET $path from 127.0.0.9" ]] || fail "$path: the service got another request: $(<"$work/body")"
  done < <(sed -n 's/^  \(\/[^:]*\):$/\1/p' "$ROOT/api/src/main/resources/openapi.yaml" | sed 's/{[^}]*}/token-in-a-path/g')
  ask 200 GET /js/site.js
  ask 404 GET /q/metrics
  ask 404 GET /dashboards

  # The service has ended, and Caddy has not noticed yet.
  kill "${caddies[1]}"
  wait "${caddies[1]}" 2>/dev/null || true
  ask '50[23]' POST '/v1/leads/unsubscribe/token-in-a-path?email=jo@example.com' "${private[@]}"
  says_nothing_personal "after the service has ended"
  kill "${caddies[0]}"
  wait "${caddies[0]}" 2>/dev/null || true
  says_nothing_personal "at its end"
}

if caddy=$("$ROOT/deploy/bin/tool.sh" caddy caddy usr/bin/caddy); then
  try_caddy
else
  echo "compose-test: SKIPPED: the Caddyfile was NOT tried with Caddy" >&2
fi

# The schedule, with a stand-in for altops, whose backup is a file of one line.
cat >"$work/altops" <<'END'
#!/bin/sh
echo "$*" >>"$CALLS"
[ "$1" != "$FAILS" ] || exit 1
[ "$1 $2" != 'rollup check' ] || [ "$(grep -c '^rollup check' "$CALLS")" -gt "${DIFFERENCES:-0}" ] || exit 3
[ -z "$HANGS" ] || { trap 'rm "$3.part"; exit 143' TERM; touch "$3.part"; tail -f /dev/null & wait; }
[ "$1" != backup ] || echo 'what is held about people' >"$3"
END
chmod +x "$work/altops"
schedule() {
  : >"$work/calls"
  CALLS=$work/calls ALTOPS=$work/altops BACKUPS=$work FAILED=$work/failed FAILS=${FAILS:-none} HANGS=${HANGS:-} ENCRYPT=$ROOT/deploy/bin/encrypt.sh \
    DATABASE_URL_FILE=$work/compose/secrets/database_url BACKUP_PUBLIC_KEY_FILE=${KEY:-$work/compose/secrets/backup_public_key} \
    ./schedule.sh "$@" 2>>"$work/said"
}
called_with() {
  [[ $(sed "s#$work/altcontext-[0-9TZ]*.dump#FILE#" "$work/calls" | tr '\n' ';') == "$1" ]] || fail "altops was called with: $(cat "$work/calls")"
}
schedule at 7
called_with 'rollup --json;rollup check --json;'
# A row that arrives between the rollup and its check makes a difference, which a second rollup mends.
twice='rollup --json;rollup check --json;rollup --json;rollup check --json;'
DIFFERENCES=1 schedule at 7 || fail "a row that arrived between a rollup and its check was reported"
called_with "$twice"
if DIFFERENCES=2 schedule at 7; then fail "figures that stay wrong were not reported"; fi
called_with "$twice"
[[ -e $work/failed ]] || fail "figures that stay wrong leave the container healthy"
schedule at 13
[[ ! -e $work/failed ]] || fail "the same job's success at the next hour does not clear the failure"
if FAILS=rollup schedule at 7; then fail "a failed rollup was not reported"; fi
called_with 'rollup --json;'
schedule at 7
schedule at 5
called_with ''
for hour in 02 24 two ''; do
  status=0
  schedule at $hour || status=$? # without quotes: the last one is no argument
  [[ $status -eq 2 ]] || fail "at ${hour:-no hour} it ended with $status"
  called_with ''
done
touch -d '14 days ago 30 minutes' "$work/altcontext-old.dump.gpg"
touch -d '13 days ago' "$work/altcontext-new.dump.gpg"
touch "$work/altcontext-cut-off.dump" "$work/altcontext-cut-off.dump.part"
schedule at 2
called_with 'backup --to FILE --json;'
[[ ! -e $work/altcontext-old.dump.gpg && -e $work/altcontext-new.dump.gpg ]] || fail "an old backup was kept, or a new one was removed"
for backup in "$work"/altcontext-*; do
  [[ $backup == *.dump.gpg ]] || fail "a backup that is not encrypted was left: $backup"
done
backup=$(ls "$work"/altcontext-2*.dump.gpg)
if grep -q people "$backup"; then fail "the backup is not encrypted"; fi
[[ $(gpg_as_owner --decrypt "$backup" 2>/dev/null) == 'what is held about people' ]] || fail "the owner of the key cannot read the backup"
rm "$backup"
touch -d '20 days ago' "$work/altcontext-old.dump.gpg"
if BACKUP_DAYS=14d schedule at 2 || [[ ! -e $work/failed ]]; then fail "a wrong BACKUP_DAYS was not reported"; fi
rm "$work"/altcontext-2*.dump.gpg "$work/failed"
if KEY=$work/private.asc.absent schedule at 2; then fail "a backup without a key was not reported"; fi
echo 'no key' >"$work/no-key"
if KEY=$work/no-key schedule at 2; then fail "a backup that could not be encrypted was not reported"; fi
if compgen -G "$work/altcontext-2*" >/dev/null; then fail "a backup that could not be encrypted was kept"; fi
if FAILS=backup schedule at 2; then fail "a failed backup was not reported"; fi
[[ -e $work/altcontext-old.dump.gpg ]] || fail "an old backup was removed although no new one was made"
[[ -e $work/failed ]] || fail "a failure leaves the container healthy"
schedule at 4
called_with 'rollup --json;retention purge --json;'
[[ -e $work/failed ]] || fail "another job's success hides the failure"
schedule at 2
[[ ! -e $work/failed ]] || fail "the success of the same job does not clear the failure"
if FAILS=rollup schedule at 4; then fail "a failed rollup was not reported"; fi
called_with 'rollup --json;'
schedule migrate --dry-run
called_with 'migrate --dry-run;'

# sleeps_after MM:SS SECONDS: if it is started at this time of an hour, as after an upgrade, it sleeps so long: until the next minute 23.
mkdir "$work/clock"
# shellcheck disable=SC2016 # the stand-ins expand it
printf '#!/bin/sh\necho "$1" >"$CALLS.sleep"\nkill -TERM "$PPID"\n' >"$work/clock/sleep"
# shellcheck disable=SC2016
printf '#!/bin/sh\nexec %s "$@" -d "2026-11-29T02:$TIME"\n' "$(type -P date)" >"$work/clock/date"
chmod +x "$work/clock/"*
sleeps_after() {
  PATH=$work/clock:$PATH TIME=$1 schedule || fail "the schedule ended with $? at $1"
  [[ $(<"$work/calls.sleep") -eq $2 ]] || fail "at $1 it sleeps $(<"$work/calls.sleep") seconds, not $2"
}
touch "$work/altcontext-cut-off.dump.1.part" "$work/altcontext-readable.dump"
sleeps_after 10:00 780
[[ ! -e $work/altcontext-cut-off.dump.1.part ]] || fail "an unfinished backup was left until the next one"
[[ -e $work/altcontext-readable.dump ]] || fail "a backup that is to be restored was removed at the start"
sleeps_after 22:59 1
sleeps_after 23:00 3600
sleeps_after 24:00 3540

# A stop ends the running job at once, and a job has a limit. The sleep until the hour is over at once, and tells who sleeps.
mkdir "$work/now"
# shellcheck disable=SC2016 # the stand-ins expand it
printf '#!/bin/sh\necho "$PPID" >"$CALLS.pid"\n' >"$work/now/sleep"
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "$1" >"$CALLS.limit"\nexec %s "$@"\n' "$(type -P timeout)" >"$work/now/timeout"
chmod +x "$work/now/"*
is_dumping() { compgen -G "$work/altcontext-*.part" >/dev/null; }
PATH=$work/now:$work/clock:$PATH TIME=23:00 HANGS=yes schedule &
scheduled=$!
await "$work/said" "no backup was begun" is_dumping
kill "$(<"$work/calls.pid")"
wait "$scheduled" || fail "a stop during a backup ended with $?"
if is_dumping; then fail "a stop leaves an unfinished backup"; fi
[[ -e $work/failed ]] || fail "a job that was ended does not count as failed"
[[ $(<"$work/calls.limit") == 3h ]] || fail "a job may run for $(<"$work/calls.limit")"
echo "compose-test: done"
