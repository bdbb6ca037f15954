#!/usr/bin/env bash
# Runs the commands of docs/operations.md, alerts.md and another-host.md in their order, like an operator who has only these pages. Each
# command is run as written, in a copy of the repository. The service, altops and PostgreSQL are real. fly and docker are stand-ins that
# keep secrets, start and stop the service, and connect to the database on this machine. The test fails if a page has a command that is
# neither run here nor listed below as one that cannot be run. It needs the output of make build, and the programs of a PostgreSQL server.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
PAGES=("$ROOT/docs/operations.md" "$ROOT/docs/alerts.md" "$ROOT/docs/another-host.md")
if [[ -z ${ALTCONTEXT_TOOLCHAIN:-} ]]; then
  export ALTCONTEXT_TOOLCHAIN=found
  exec "$ROOT/deploy/bin/toolchain.sh" "$ROOT/deploy/bin/test/operations-test.sh" "$@"
fi
unset FLY_URL FLY_APP FLY_PG_APP FLY_CLUSTER SECRETS_FILE ADMIN_API_KEY SMOKE_ORIGIN COMMAND IP_HASH_PEPPER MAKEFLAGS MAKELEVEL MFLAGS
export ALTOPS_CACHE=off
work=$(mktemp -d)
server=
# shellcheck source=deploy/bin/test/postgres.sh
source "$ROOT/deploy/bin/test/postgres.sh"

fail() {
  echo "operations-test: $*" >&2
  tail -n 20 "$work/said" >&2; tail -n 5 "$work/fly/log" >&2 2>/dev/null || true
  exit 1
}

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  [[ ! -s $work/fly/machine ]] || kill -TERM "$(<"$work/fly/machine")" 2>/dev/null || true
  [[ ! -d $work/gnupg ]] || gpgconf --homedir "$work/gnupg" --kill all 2>/dev/null || true
  [[ -z $server ]] || kill -INT "$server" 2>/dev/null || true
  [[ -z $server ]] || wait "$server" 2>/dev/null || true
  rm -rf "$work"
}

# ── the copy and the stand-ins ───────────────────────────────────────────────────────────────────────────────────

# Copies the files that git does not ignore, and links the output of the build. A stand-in replaces test.sh: the audit and tests of a deploy.
make_copy() {
  local module
  mkdir "$work/copy" "$work/bin" "$work/fly"
  (cd "$ROOT" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/copy" 2>/dev/null) || true
  for module in common api ops-cli deploy/dev-database deploy/checks; do ln -s "$ROOT/$module/target" "$work/copy/$module/target"; done
  printf '#!/bin/sh\necho test >>"%s/done-before"\n' "$work" >"$work/copy/deploy/bin/test.sh"
  mkdir -p "$work/copy/target"
  touch "$work/copy/target/built"
  git -C "$work/copy" init -q
}

stand_in() { # NAME: makes this program from standard input
  cat >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# A stand-in for fly with one application and one database. Like the real fly, it refuses unknown commands.
make_fly() {
  export FLY_STATE=$work/fly FLY_PORT FLY_SERVICE=$ROOT/api/target/quarkus-app/quarkus-run.jar
  export STAND_IN_CLASSES=$ROOT/ops-cli/target/test-classes STAND_IN_TARGET=127.0.0.1:$port STAND_IN_LOG=$work/fly/proxies
  FLY_PORT=$(free_port)
  stand_in fly <<'END'
#!/usr/bin/env bash
set -euo pipefail
cd "$FLY_STATE"
echo "$*" >>calls
halt() {
  [[ -s machine ]] || return 0
  kill -INT "$(<machine)" 2>/dev/null || true
  tail --pid="$(<machine)" -f /dev/null
  rm machine
}
boot() {
  halt
  rm -f asleep
  (
    set -a
    [[ ! -f secrets ]] || source ./secrets
    FLY_APP_NAME=altcontext PORT=$FLY_PORT HOST=127.0.0.1 MANAGEMENT_PORT=0
    set +a
    unset ADMIN_API_KEY_FILE
    exec env QUARKUS_PROFILE=prod java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx44m -jar "$FLY_SERVICE" >>log 2>&1
  ) &
  echo $! >machine
}
secret() { # NAME VALUE, quoted so that a shell reads it
  sed -i "/^$1=/d" secrets 2>/dev/null || true
  printf '%s=%q\n' "$1" "$2" >>secrets
}
[[ $1 != version ]] || { echo 'fly v0.4.87 linux/amd64 Commit: 0 BuildDate: 2026-08-20'; exit; }
case "$*" in
  'apps create altcontext') echo 'New app created: altcontext' ;;
  'status --app altcontext'*) [[ -s machine ]] && echo 'app   1 machine started, 1 check passing' || echo 'app   no machines' ;;
  'postgres create --name altcontext-db'*' --region yyz '*) echo 'Password: shown once' ;;
  'mpg create --name altcontext-db --region yyz --plan basic '*) echo 'ID: abc123' ;;
  'mpg attach abc123 --app altcontext') echo 'Postgres cluster abc123 is being attached to altcontext' ;;
  'mpg list') echo 'abc123 altcontext-db' ;;
  'postgres attach altcontext-db'*' --app altcontext --superuser=false')
    ! grep -q '^DATABASE_URL=' secrets 2>/dev/null || { echo 'Error: consumer app "altcontext" already contains a secret named DATABASE_URL' >&2; exit 1; }
    secret DATABASE_URL "$FLY_DATABASE"
    echo 'DATABASE_URL=postgres://postgres:postgres@altcontext-db.flycast:5432/postgres?sslmode=disable' | tee attached ;;
  'secrets list --app altcontext' | 'secrets list') cut -d= -f1 secrets ;;
  'secrets import --stage --app altcontext') while IFS== read -r name value; do secret "$name" "$value"; done ;;
  'deploy --app altcontext --config fly.toml --remote-only --ha=false' | 'deploy --app altcontext --image registry.fly.io/altcontext:deployment-'*) boot ;;
  'checks list --app altcontext') echo 'servicecheck-00-http-3000 | passing' ;;
  'logs --app altcontext') cat log ;;
  'secrets deploy --app altcontext') boot ;;
  'secrets unset DATABASE_URL --app altcontext --stage') sed -i '/^DATABASE_URL=/d' secrets ;;
  'releases --image --app altcontext') echo 'v1 complete registry.fly.io/altcontext:deployment-1' ;;
  'scale count 2 --app altcontext --region yyz') echo 'Machines will be created: 1' ;;
  'machine cordon e784e --app altcontext') touch cordoned ;;
  'machine uncordon e784e --app altcontext') rm cordoned ;;
  'machine stop e784e --app altcontext') halt && touch asleep ;;
  'machine start e784e --app altcontext' | 'machine restart e784e --app altcontext') boot ;;
  'machine restart d891f --app altcontext-db') ;;
  'a visit') # as Fly's proxy does with auto_start_machines
    [[ ! -e asleep || -e cordoned ]] || boot ;;
  'machine list --app altcontext') echo 'e784e | started | yyz' ;;
  'console --app altcontext --image debian:trixie-slim@sha256:'*) ;;
  'tokens create '*' --expiry 8760h' | 'tokens create readonly '*) echo 'FlyV1 a-token' ;;
  'volumes list --app altcontext-db' | 'status --app altcontext-db') echo 'started' ;;
  'volumes extend vol_1 --size 20 --app altcontext-db') ;;
  'proxy '*) exec java -XX:TieredStopAtLevel=1 -cp "$STAND_IN_CLASSES" com.altcontext.ops.command.FakeFly "$@" ;;
  *) echo "Error: unknown command $*" >&2; exit 1 ;;
esac
END
  # Requests to the application's public address go to the service on this machine.
  real_curl=$(type -P curl)
  export REAL_CURL=$real_curl
  stand_in curl <<'END'
#!/usr/bin/env bash
[[ "$*" != *altcontext.fly.dev* ]] || fly a visit
exec "$REAL_CURL" "${@//https:\/\/altcontext.fly.dev/http://127.0.0.1:$FLY_PORT}"
END
}

# A stand-in for docker. It runs altops as the container ops does: through the script of the schedule, and with secrets in files.
make_docker() {
  stand_in docker <<'END'
#!/usr/bin/env bash
set -euo pipefail
echo "$*" >>"$FLY_STATE/docker"
case "$*" in
  'compose run --rm ops '* | 'compose exec ops /opt/altops/schedule.sh '*)
    [[ -s secrets/database_url && -s .env ]] || { echo 'secrets/database_url: not found' >&2; exit 1; }
    arguments=("${@:5}")
    # The *_FILE variables that compose.yaml gives the container, with the paths of these files on this machine.
    export $(awk '/^  ops:/ { on = 1; next } /^  [a-z]|^[a-z]/ { on = 0 } on && $1 ~ /_FILE:$/ { sub(":", "", $1); print $1 "=" $2 }' compose.yaml |
      sed "s#/run/secrets/#$PWD/secrets/#")
    printf '%s' "$FLY_DATABASE" >"$FLY_STATE/database_url"
    ALTOPS="java -jar $OPS_JAR" ENCRYPT=../bin/encrypt.sh BACKUPS=$PWD/backups FAILED=$FLY_STATE/failed DATABASE_URL_FILE=$FLY_STATE/database_url \
      ./schedule.sh "${arguments[@]//\/backups\//$PWD/backups/}" ;;
  'compose up -d' | 'compose build' | 'compose logs caddy' | 'compose ps' | 'compose stop api' | 'compose start api') ;;
  *) echo "unknown docker command: $*" >&2; exit 125 ;;
esac
END
}

# ── the operator ─────────────────────────────────────────────────────────────────────────────────────────────────

# Every command of the pages: the lines of sh blocks, without their comments, and all text in backquotes that begins like a command.
commands() {
  awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' "${PAGES[@]}" | sed -e 's/ \{2,\}#.*$//' -e '/^$/d'
  # shellcheck disable=SC2016 # the pages' backquotes
  awk '/^```/ { off = !off } !off' "${PAGES[@]}" | grep -oE '`[^`]+`' | tr -d '`' |
    grep -E "^(([A-Z_]+=\S+ )*(make|fly|altops|docker|gpg|git|curl|openssl|deploy/bin/[a-z-]+)|\./[a-z.]+) " | sort -u
}

# Fills in the values that the pages leave to the reader.
filled_in() {
  sed -e "s#'postgres://…'#'$(sed 's/^DATABASE_URL=//' "$work/fly/attached" 2>/dev/null)'#" -e 's#deployment-…#deployment-1#' -e 's#CLUSTER=…#CLUSTER=abc123#' \
    -e 's#rm ops lead delete --email …#rm ops lead delete --email bert@example.ca --yes#' \
    -e 's#lead delete --email …#lead delete --email anna@example.ca --yes#' -e 's#--email …#--email anna@example.ca#' -e 's#…/v1#https://altcontext.fly.dev/v1#' -e 's#VOLUME#vol_1#' -e 's#MACHINE#d891f#' -e 's#^\(fly machine [a-z]*\) ID#\1 e784e#' \
    -e "s#altcontext-….dump#${backup:-}#g" -e 's#^fly machine restart$#& e784e --app altcontext#' -e 's#^fly secrets list$#& --app altcontext#' <<<"$1"
}

# The lines that the pages tell the reader to run first in each shell. They set DATABASE_URL, with a host that only Fly's network knows,
# and define altops, which goes through fly proxy.
shell=
played=()
# run COMMAND: runs this command of a page in the copy. Its output goes to the file said.
run() {
  grep -qxF -- "$1" "$work/commands" || fail "no page has the command: $1"
  played+=("$1")
  if ! (cd "$work/copy/${directory:-.}" && PATH=$work/bin:$PATH bash -euo pipefail -c "$shell"$'\n'"$(filled_in "$1")") >"$work/said" 2>&1 </dev/null; then
    fail "the command failed: $(filled_in "$1")"
  fi
}

says() {
  grep -qF -- "$1" "$work/said" || fail "${played[-1]} did not say: $1"
}

find_server || { echo "operations-test: SKIPPED: there is no PostgreSQL server here; the operator's pages were NOT played through" >&2; exit 0; }
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
start_server
export FLY_DATABASE=$DATABASE_URL OPS_JAR=$ROOT/ops-cli/target/altops.jar
unset DATABASE_URL
commands >"$work/commands"
make_copy
make_fly
make_docker

# Phase 0.
run 'make fly-launch'
run 'make fly-pg-create'
run 'make fly-pg-attach'
says 'DATABASE_URL=postgres://'
run 'make fly-mpg-create'
run 'make fly-mpg-attach FLY_CLUSTER=…'
run 'fly mpg list'
run 'make fly-status'
run 'fly secrets list'
says 'DATABASE_URL'

# Phase 1. The operator fills in the file with values from openssl.
run 'cp .env.production.example .env.production'
for name in IP_HASH_PEPPER ADMIN_API_KEY UNSUBSCRIBE_SECRET; do
  run 'openssl rand -hex 32'
  sed -i "s/^$name=.*/$name=$(<"$work/said")/" "$work/copy/.env.production"
done
sed -i -e 's#^CORS_ALLOWED_ORIGINS=.*#CORS_ALLOWED_ORIGINS=https://site.example#' \
  -e 's#^PRIVACY_CONTACT_EMAIL=.*#PRIVACY_CONTACT_EMAIL=privacy@site.example#' "$work/copy/.env.production"
right=$(<"$work/copy/.env.production")
sed -i 's#^CORS_ALLOWED_ORIGINS=.*#&/bowls/#' "$work/copy/.env.production"
if (cd "$work/copy" && PATH=$work/bin:$PATH make fly-secrets) >"$work/said" 2>&1; then fail "values were sent that the service refuses"; fi
says 'CORS_ALLOWED_ORIGINS must be origins'
if grep -q '^secrets import' "$work/fly/calls"; then fail "values were sent that the service refuses"; fi
printf '%s\n' "$right" >"$work/copy/.env.production"
run 'make fly-secrets'
if grep -qE '[0-9a-f]{64}' "$work/said"; then fail "a secret was shown"; fi
for line in 'export DATABASE_URL=' 'altops() '; do
  command=$(grep -F "$line" "$work/commands") || fail "no page prepares the shell: $line"
  run "$command"
  shell+=$(filled_in "$command")$'\n'
done
grep -qF '@altcontext-db.flycast:' <<<"$shell" || fail "DATABASE_URL is not the one that fly showed"
run 'make fly-migrate'
says 'the schema is what this release needs'
run 'altops migrate status'

# Phases 2 and 3. FLY_URL makes the smoke test call the service on this machine instead of Fly's host name.
export FLY_URL=http://127.0.0.1:$FLY_PORT HEALTH_PAUSE=0.5 HEALTH_TRIES=120
run 'make fly-deploy'
[[ $(<"$work/done-before") == test ]] || fail "it was deployed without the audit and the tests"
says 'clean-up'
run 'make fly-deploy-only'
(cd "$work/copy" && PATH=$work/bin:$PATH deploy/bin/fly.sh await-health) >"$work/said" 2>&1 || fail "the service is not healthy"
run 'make fly-checks'
says 'passing'
run 'curl https://altcontext.fly.dev/v1/healthz'
[[ $(tail -n 1 "$work/said") == *'{"ok":true}' ]] || fail "the service is not healthy"
run 'make fly-logs'
! grep -v -e '^+ ' -e '^{.*}$' "$work/said" >&2 || fail "these lines of the log are not JSON"
# The earlier smoke test used up its rate limit. The service has been restarted since, so the limit is available again.
run 'make fly-smoke'
if grep -qE '^(FAILED|skipped +(lead|metrics|cors|clean-up))' "$work/said"; then fail "the smoke test did not pass"; fi

# Phase 4.
run 'altops rollup'
run 'altops rollup status'
run 'altops retention purge --dry-run'
says 'would remove'
run 'altops retention purge'
run 'altops status'
run 'fly tokens create deploy --app altcontext --expiry 8760h'
run 'fly tokens create ssh --app altcontext-db --expiry 8760h'
run 'fly tokens create readonly ORGANISATION'
run 'make fly-scale-2'

# Changes.
run 'make fly-migrate'
run 'fly releases --image --app altcontext'
says 'registry.fly.io/altcontext:deployment-1'
run 'fly deploy --app altcontext --image registry.fly.io/altcontext:deployment-…'
run 'fly secrets deploy --app altcontext'

# Backup and restore: a person who was erased between the two stays erased.
await_service() {
  (cd "$work/copy" && PATH=$work/bin:$PATH deploy/bin/fly.sh await-health) >"$work/said" 2>&1 || fail "the service is not healthy"
}
send() { # PATH JSON
  "$real_curl" -fsS -o /dev/null -H 'content-type: application/json' -d "$2" "http://127.0.0.1:$FLY_PORT$1" || fail "$1 was refused"
}
await_service
send /v1/leads/capture '{"email":"anna@example.ca","anonId":"visitor-anna","path":"/"}'
send /v1/leads/capture '{"email":"bert@example.ca","anonId":"visitor-bert","path":"/"}'
run 'altops backup --to altcontext.dump'
run 'altops lead export --email …'
says '"email":"anna@example.ca"'
run 'altops lead unsubscribe --email …'
run 'altops lead delete --email …'
says 'erased 1 lead'
run 'fly machine list --app altcontext'
run 'fly machine cordon ID --app altcontext'
run 'fly machine stop ID --app altcontext'
PATH=$work/bin:$PATH curl -sS https://altcontext.fly.dev/v1/healthz >"$work/said" 2>&1 || true
[[ ! -s $work/fly/machine ]] || fail "a request has started the service, which must stay stopped"
run 'altops backup --to before.dump'
run 'altops restore --from altcontext.dump --yes'
says '1 person erased again'
run 'altops migrate verify'
run 'altops rollup'
run 'altops retention purge'
run 'fly machine start ID --app altcontext'
run 'fly machine uncordon ID --app altcontext'
await_service
run 'make fly-smoke'

# The database is lost, and a new one replaces it.
run 'fly secrets unset DATABASE_URL --app altcontext --stage'
run 'make fly-pg-create FLY_PG_APP=altcontext-db2'
run 'make fly-pg-attach FLY_PG_APP=altcontext-db2'
run 'make fly-deploy-only'
await_service

# The commands of the runbook and the incidents.
run 'fly status --app altcontext-db'
run 'fly volumes list --app altcontext-db'
run 'fly volumes extend VOLUME --size 20 --app altcontext-db'
run 'fly machine restart MACHINE --app altcontext-db'
run 'fly machine restart'
await_service
run 'curl -i …/v1/healthz'
run 'make fly-ssh'
run 'make audit'

# Another host. It needs no lines that are run first in each shell. The operator makes a key for the backups.
shell=
export GNUPGHOME=$work/gnupg
mkdir -m 700 "$GNUPGHOME"
: >"$GNUPGHOME/no-passphrase"
printf '%s\n' batch 'pinentry-mode loopback' "passphrase-file $GNUPGHOME/no-passphrase" >"$GNUPGHOME/gpg.conf"
run 'gpg --quick-generate-key backup@example.com'
run 'gpg --armor --export backup@example.com >backup-key.asc'
run 'cd deploy/compose'
directory=deploy/compose
cp "$work/copy/backup-key.asc" "$work/copy/$directory/"
run './prepare.sh events.example.com https://www.example.com privacy@example.com backup-key.asc'
run 'docker compose run --rm ops migrate'
run 'docker compose build'
run 'docker compose up -d'
run 'docker compose exec ops /opt/altops/schedule.sh status'
run 'docker compose ps'
run 'docker compose exec ops /opt/altops/schedule.sh at 2'
backup=$(basename "$work"/copy/deploy/compose/backups/*.dump.gpg .gpg)
cp "$work/copy/deploy/compose/backups/$backup.gpg" "$work/copy/deploy/compose/"
run 'gpg --decrypt altcontext-….dump.gpg >altcontext-….dump'
mv "$work/copy/deploy/compose/$backup" "$work/copy/deploy/compose/backups/"
run 'docker compose run --rm ops lead delete --email …'
says 'erased 1 lead'
run 'docker compose stop api'
run 'docker compose run --rm ops restore --from /backups/altcontext-….dump --yes'
says '1 person erased again'
run 'docker compose start api'
run 'docker compose logs caddy'

# Not run here: these need an account, a key or a remote repository, build the image (image-root-test.sh tests it), or only name a program.
elsewhere=('fly auth login' 'fly launch' 'fly logs' 'fly proxy' 'fly machine clone'
  'fly tokens revoke' 'altops key revoke NAME' 'altops webhook remove' 'altops webhook add' 'altops webhook list'
  'altops webhook replay' 'altops mail replay' 'altops property set' 'altops property set SLUG --confirm' 'altops backup' 'fly proxy 9091 --app altcontext' 'curl http://localhost:9091/q/health/ready'
  'docker compose restart db' 'gpg --armor --export' 'gpg --decrypt' 'git pull' 'docker buildx imagetools inspect NAME:TAG' 'fly postgres connect --app altcontext-db' 'fly mpg proxy' 'make image-root' 'make fly-…')
left=$(sort -u "$work/commands" | grep -vxF -f <(printf '%s\n' "${played[@]}" "${elsewhere[@]}") || true)
[[ -z $left ]] || fail "these commands of the pages were not run: $left"
echo "operations-test: ${#played[@]} commands"
