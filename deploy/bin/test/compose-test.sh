#!/usr/bin/env bash
# The compose file as Docker's own parser reads it, the Caddyfile as Caddy does, and the two scripts beside them. Where the
# parsers cannot be had, this says so; ComposeTest still reads the file. No container is started: there may be no Docker.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "compose-test: $*" >&2
  exit 1
}

cp -r "$ROOT/deploy/compose" "$work/compose"
rm -rf "$work/compose/secrets" "$work/compose/backups" "$work/compose/.env"
cd "$work/compose"

# prepare.sh draws each secret once, and for the owner's eyes only.
./prepare.sh events.example.com https://www.example.com privacy@example.com >/dev/null
first=$(cat secrets/*)
[[ $(stat -c %a secrets) == 700 ]] || fail "others can look into secrets/"
[[ $(sort -u secrets/postgres_password secrets/ip_hash_pepper secrets/admin_api_key secrets/unsubscribe_secret | grep -cE '^[0-9a-f]{64}$') -eq 4 ]] ||
  fail "the secrets are not four different ones"
./prepare.sh other.example.com https://www.example.com privacy@example.com >/dev/null
[[ $(cat secrets/*) == "$first" ]] || fail "the secrets were drawn anew"
grep -q '^DOMAIN=events.example.com$' .env || fail ".env was made anew"
if ./prepare.sh https://events.example.com https://www.example.com x@y 2>/dev/null; then fail "an address was taken for a domain"; fi

if compose=$("$ROOT/deploy/bin/tool.sh" docker-compose docker-compose usr/libexec/docker/cli-plugins/docker-compose); then
  "$compose" -f compose.yaml config --quiet
  if grep -qf <(grep -E '^[0-9a-f]{64}$' secrets/postgres_password) <("$compose" -f compose.yaml config); then
    fail "the configuration shows a secret"
  fi
  mv .env env
  if "$compose" -f compose.yaml config --quiet 2>"$work/said"; then fail "it starts without a domain"; fi
  grep -q 'run prepare.sh first' "$work/said" || fail "it does not say what is missing: $(cat "$work/said")"
  mv env .env
else
  echo "compose-test: SKIPPED: compose.yaml was NOT read by Docker's parser" >&2
fi
if caddy=$("$ROOT/deploy/bin/tool.sh" caddy caddy usr/bin/caddy); then
  DOMAIN=events.example.com HOME=$work "$caddy" validate --adapter caddyfile --config Caddyfile >"$work/said" 2>&1 ||
    fail "$(cat "$work/said")"
else
  echo "compose-test: SKIPPED: the Caddyfile was NOT read by Caddy" >&2
fi

# The schedule, with a stand-in for altops.
# shellcheck disable=SC2016 # the stand-in's words
printf '#!/bin/sh\necho "$*" >>%s\n[ "$1" != "$FAILS" ]\n' "$work/told" >"$work/altops"
chmod +x "$work/altops"
schedule() {
  : >"$work/told"
  ALTOPS=$work/altops BACKUPS=$work FAILED=$work/failed FAILS=${FAILS:-none} DATABASE_URL_FILE=$work/compose/secrets/database_url \
    ./schedule.sh "$@" 2>>"$work/said"
}
told() {
  [[ $(sed "s#$work/altcontext-[0-9TZ]*.dump#FILE#" "$work/told" | tr '\n' ';') == "$1" ]] || fail "altops was told: $(cat "$work/told")"
}
schedule at 7
told 'rollup --json;rollup check --json;'
schedule at 5
told ''
touch -d '20 days ago' "$work/altcontext-old.dump"
touch "$work/altcontext-new.dump"
schedule at 2
told 'backup --to FILE --json;'
[[ ! -e $work/altcontext-old.dump && -e $work/altcontext-new.dump ]] || fail "backups were not kept for their days"
touch -d '20 days ago' "$work/altcontext-old.dump"
if FAILS=backup schedule at 2; then fail "a failed backup was not told"; fi
[[ -e $work/altcontext-old.dump ]] || fail "an old backup was taken away although no new one was made"
[[ -e $work/failed ]] || fail "a failure leaves the container healthy"
schedule at 4
told 'rollup --json;retention purge --json;'
[[ -e $work/failed ]] || fail "another job's success hides the failure"
schedule at 2
[[ ! -e $work/failed ]] || fail "its own success does not end the failure"
if FAILS=rollup schedule at 4; then fail "a failed rollup was not told"; fi
told 'rollup --json;'
schedule migrate --dry-run
told 'migrate --dry-run;'
echo "compose-test: done"
