#!/usr/bin/env bash
# make fly-…: runs the steps of a deployment on Fly.io, and shows each one first.
#
#   deploy/bin/fly.sh launch | pg-create | pg-attach | mpg-create | mpg-attach | secrets | deploy | deploy-only | migrate | smoke |
#                     logs | ssh | status | checks | scale-2
#
#   FLY_APP           the application; default: the one that fly.toml names
#   FLY_PG_APP        its database; default: the same name and -db
#   FLY_CLUSTER       the id of the database, if that is Fly's managed PostgreSQL
#   FLY_URL           its public address; default: https://<application>.fly.dev
#   SECRETS_FILE      .env.production
#   DATABASE_URL      for migrate: the address that fly-pg-attach or fly-mpg-attach printed; only its login is used
#   ADMIN_API_KEY     for smoke; default: the one in the file of secrets. SMOKE_ORIGIN, an allowed origin: likewise
#
# Secrets go to fly by its standard input and to altops by the environment: other users of a machine can read arguments.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT"
APP=${FLY_APP:-$(sed -n 's/^app = "\(.*\)"$/\1/p' fly.toml)}
REGION=$(sed -n 's/^primary_region = "\(.*\)"$/\1/p' fly.toml)
PG_APP=${FLY_PG_APP:-$APP-db}
SECRETS_FILE=${SECRETS_FILE:-.env.production}
URL=${FLY_URL:-https://$APP.fly.dev}
SERVICE=api/target/quarkus-app/quarkus-run.jar
# The first version whose blue-green deploy starts a machine for the check if all old ones sleep (superfly/flyctl, pull request 4952).
MIN_FLYCTL=0.4.80
REQUIRED=(IP_HASH_PEPPER ADMIN_API_KEY CORS_ALLOWED_ORIGINS PRIVACY_CONTACT_EMAIL)

die() {
  echo "fly: $*" >&2
  exit 1
}

fly() {
  local program
  program=$(type -P fly || type -P flyctl) || die "fly is not on the PATH: https://fly.io/docs/flyctl/install/"
  check_flyctl "$program"
  echo "+ fly $*" >&2
  "$program" "$@"
}

# An older version counts the check of a sleeping machine as passed, and gives traffic to a release that was never healthy.
check_flyctl() {
  local version
  [[ -z ${FLYCTL_IS_NEW_ENOUGH:-} ]] || return 0
  version=$("$1" version 2>/dev/null | sed -n 's/^[a-z]* v\([0-9][0-9.]*\).*/\1/p' | head -n 1)
  [[ -n $version ]] || die "fly version shows no version: $MIN_FLYCTL or newer is needed"
  [[ $(printf '%s\n' "$MIN_FLYCTL" "$version" | sort -V | head -n 1) == "$MIN_FLYCTL" ]] ||
    die "fly is $version, and $MIN_FLYCTL or newer is needed: fly version upgrade"
  FLYCTL_IS_NEW_ENOUGH=yes
}

altops() {
  [[ -f ops-cli/target/altops.jar ]] || die "altops is not built: make build"
  echo "+ altops $*" >&2
  deploy/bin/toolchain.sh java -jar ops-cli/target/altops.jar "$@"
}

# Not `fly launch`, which overwrites fly.toml and drops its comments.
launch() {
  fly apps create "$APP"
  fly status --app "$APP"
}

# Unmanaged, on the smallest machine. A daily backup is worth more than a second machine in the same place.
pg_create() {
  fly postgres create --name "$PG_APP" --region "$REGION" --vm-size shared-cpu-1x --initial-cluster-size 1 \
    --volume-size "${FLY_PG_VOLUME_GB:-10}"
}

# Fly's default is a superuser, who could read every database there and run programs on its machine.
pg_attach() {
  fly postgres attach "$PG_APP" --app "$APP" --superuser=false
  fly secrets list --app "$APP"
}

# Managed by Fly, on its smallest plan.
mpg_create() {
  fly mpg create --name "$PG_APP" --region "$REGION" --plan basic --pg-major-version 17 --volume-size "${FLY_PG_VOLUME_GB:-10}"
}

mpg_attach() {
  [[ -n ${FLY_CLUSTER:-} ]] || die "FLY_CLUSTER is not set: the cluster's id, not its name, that fly mpg list shows"
  fly mpg attach "$FLY_CLUSTER" --app "$APP"
  fly secrets list --app "$APP"
}

# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────

# value NAME: its value in the file; the last line wins, as with fly.
value() {
  sed -n "s/^$1=//p" "$SECRETS_FILE" | tail -n 1
}

check_secrets_file() {
  local name found missing=()
  [[ -f $SECRETS_FILE ]] || die "$SECRETS_FILE is not there: cp .env.production.example $SECRETS_FILE, and fill it in"
  if git ls-files --error-unmatch -- "$SECRETS_FILE" >/dev/null 2>&1; then
    die "git tracks $SECRETS_FILE, so everyone with the repository knows its secrets: git rm --cached $SECRETS_FILE," \
      "and draw new ones"
  fi
  grep -vnE '^[[:space:]]*(#.*)?$|^[A-Z][A-Z0-9_]*=' "$SECRETS_FILE" | cut -d: -f1 | grep -q . &&
    die "$SECRETS_FILE has lines that are neither NAME=value nor comments"
  ! grep -q $'\r' "$SECRETS_FILE" || die "$SECRETS_FILE has carriage returns, which would become part of the values: tr -d '\\r' removes them"
  # fly would send another value than the one checked here: it removes quotes, and reads what follows a # as a comment.
  found=$(grep -E "^[A-Z][A-Z0-9_]*=([\"']|.*#)" "$SECRETS_FILE" | cut -d= -f1 | tr '\n' ' ') || true
  [[ -z $found ]] || die "$SECRETS_FILE has quotes or a # in the value of ${found% }: write it without"
  for name in "${REQUIRED[@]}"; do
    found=$(value "$name")
    [[ -n $found && $found != change-me* ]] || missing+=("$name")
  done
  ((${#missing[@]} == 0)) || die "$SECRETS_FILE gives no value for ${missing[*]}"
}

# Checks the values by the rules that the service applies at its start, so that a deploy does not fail on them. The service gets
# no other environment.
check_values() {
  local values service=$PWD/$SERVICE
  [[ -f $SERVICE ]] || die "the service is not built: make build"
  [[ -z $(value GEOIP_DATABASE) ]] || echo "fly: GEOIP_DATABASE is a file in the image: it is not checked here" >&2
  # The variables that fly.toml, Fly and fly-pg-attach set, then those of the file.
  values=$(
    sed -n '/^\[env\]/,/^\[/s/^ *\([A-Z_]*\) = "\(.*\)"$/\1=\2/p' fly.toml
    printf 'FLY_APP_NAME=%s\nDATABASE_URL=postgres://attached@database.internal/service\n' "$APP"
    grep -E '^[A-Z][A-Z0-9_]*=.' "$SECRETS_FILE" | grep -v '^GEOIP_DATABASE='
  )
  echo "+ checking the values of $SECRETS_FILE by the service's own rules" >&2
  (
    local name rest
    for name in $(compgen -e); do
      case $name in PATH | HOME | JAVA_HOME | TMPDIR) ;; *) unset "$name" ;; esac
    done
    export LC_ALL=C.UTF-8 # as in the image
    while IFS='=' read -r name rest; do export "$name=$rest"; done <<<"$values"
    deploy/bin/toolchain.sh java -XX:TieredStopAtLevel=1 -jar "$service" --check-settings
  ) || die "the service would not start with $SECRETS_FILE: nothing was sent"
}

# Staged: the machines get them with the next deploy, together with the release that needs them.
secrets() {
  check_secrets_file
  check_values
  [[ -z $(value DATABASE_URL) ]] || echo "fly: DATABASE_URL of $SECRETS_FILE replaces the one that fly-pg-attach has set" >&2
  echo "fly: names only: $(grep -E '^[A-Z][A-Z0-9_]*=.' "$SECRETS_FILE" | cut -d= -f1 | sort -u | tr '\n' ' ')" >&2
  grep -E '^[A-Z][A-Z0-9_]*=.' "$SECRETS_FILE" | fly secrets import --stage --app "$APP"
}

# ── deploying ────────────────────────────────────────────────────────────────────────────────────────────────────

# One machine: without --ha=false the first deploy makes two. Later deploys remove none.
deploy_only() {
  wake
  fly deploy --app "$APP" --config fly.toml --remote-only --ha=false
}

is_healthy() {
  [[ $(curl -fsS -m 10 "$URL/v1/healthz" 2>/dev/null) == '{"ok":true}' ]]
}

# A request wakes a sleeping machine, which only then reports its health. There may be no machine yet.
wake() {
  echo "+ curl $URL/v1/healthz" >&2
  is_healthy || true
}

# fly deploy has waited for the checks of the new machine; this checks the public address.
await_health() {
  local i
  echo "+ curl $URL/v1/healthz" >&2
  for ((i = 0; i < ${HEALTH_TRIES:-30}; i++)); do
    if is_healthy; then return; fi
    sleep "${HEALTH_PAUSE:-2}"
  done
  fly checks list --app "$APP" || true
  die "$URL/v1/healthz does not answer {\"ok\":true}: make fly-logs; a schema that is too old: make fly-migrate"
}

checks() {
  wake
  fly checks list --app "$APP"
}

smoke() {
  local origin=${SMOKE_ORIGIN:-}
  if [[ -z ${ADMIN_API_KEY:-} && -f $SECRETS_FILE ]]; then
    ADMIN_API_KEY=$(value ADMIN_API_KEY)
  fi
  [[ -n $origin || ! -f $SECRETS_FILE ]] || origin=$(value CORS_ALLOWED_ORIGINS | cut -d, -f1)
  export ADMIN_API_KEY=${ADMIN_API_KEY:-}
  # In the operator's shell, DATABASE_URL may be an address that this machine reaches only through the proxy.
  (unset DATABASE_URL && altops smoke --url "$URL" ${origin:+--origin "$origin"})
}

deploy() {
  echo "+ make test" >&2
  make test # with the audit
  deploy_only
  await_health
  fly checks list --app "$APP"
  smoke
}

# Through fly proxy, which altops starts and ends itself.
migrate() {
  local by=(--fly-app "$PG_APP")
  [[ -z ${FLY_CLUSTER:-} ]] || by=(--fly-cluster "$FLY_CLUSTER")
  [[ -n ${DATABASE_URL:-} ]] || die "DATABASE_URL is not set: the address that make fly-pg-attach (or fly-mpg-attach) printed"
  altops migrate "${by[@]}"
  altops migrate verify "${by[@]}"
}

# The image has no shell: a temporary machine with one, and with the same secrets and network, is opened.
ssh() {
  fly console --app "$APP" --image "$(sed -n 's/^FROM \(debian:[^ ]*\) AS build$/\1/p' deploy/image/Dockerfile)"
}

case ${1:-} in
  launch) launch ;;
  pg-create) pg_create ;;
  pg-attach) pg_attach ;;
  mpg-create) mpg_create ;;
  mpg-attach) mpg_attach ;;
  secrets) secrets ;;
  deploy) deploy ;;
  deploy-only) deploy_only ;;
  await-health) await_health ;;
  smoke) smoke ;;
  migrate) migrate ;;
  logs) fly logs --app "$APP" ;;
  ssh) ssh ;;
  status) fly status --app "$APP" ;;
  checks) checks ;;
  scale-2) fly scale count 2 --app "$APP" --region "$REGION" ;;
  *)
    echo "usage: deploy/bin/fly.sh launch|pg-create|pg-attach|mpg-create|mpg-attach|secrets|deploy|deploy-only|migrate|smoke|logs|ssh|status|checks|scale-2" >&2
    exit 2
    ;;
esac
