#!/usr/bin/env bash
# make fly-…: what is done with Fly.io, each step shown before it is run.
#
#   deploy/bin/fly.sh launch | pg-create | pg-attach | secrets | deploy | deploy-only | migrate | smoke |
#                     logs | ssh | status | checks | scale-2
#
#   FLY_APP           the application; default: the one that fly.toml names
#   FLY_PG_APP        its database; default: the same name and -db
#   FLY_CLUSTER       where the database is a cluster of Fly's managed PostgreSQL: its id
#   FLY_URL           where the public reaches it; default: https://<application>.fly.dev
#   SECRETS_FILE      .env.production
#   DATABASE_URL      for migrate: the address that fly-pg-attach printed; only its login is used
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
REQUIRED=(IP_HASH_PEPPER ADMIN_API_KEY CORS_ALLOWED_ORIGINS PRIVACY_CONTACT_EMAIL)

die() {
  echo "fly: $*" >&2
  exit 1
}

# Shows a command and runs it.
run() {
  echo "+ $*" >&2
  "$@"
}

fly() {
  local program
  program=$(type -P fly || type -P flyctl) || die "fly is not on the PATH: https://fly.io/docs/flyctl/install/"
  echo "+ fly $*" >&2
  "$program" "$@"
}

altops() {
  [[ -f ops-cli/target/altops.jar ]] || die "altops is not built: make build"
  echo "+ altops $*" >&2
  deploy/bin/toolchain.sh java -jar ops-cli/target/altops.jar "$@"
}

# Not `fly launch`: it writes fly.toml anew, without its comments.
launch() {
  fly apps create "$APP"
  fly status --app "$APP"
}

# The smallest there is, with one machine: a backup every day is worth more than a second one in the same house.
pg_create() {
  fly postgres create --name "$PG_APP" --region "$REGION" --vm-size shared-cpu-1x --initial-cluster-size 1 \
    --volume-size "${FLY_PG_VOLUME_GB:-10}"
}

pg_attach() {
  fly postgres attach "$PG_APP" --app "$APP"
  fly secrets list --app "$APP"
}

# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────

# value NAME: what the file gives it; the last line wins, as with fly.
value() {
  sed -n "s/^$1=//p" "$SECRETS_FILE" | tail -n 1
}

check_secrets_file() {
  local name found missing=()
  [[ -f $SECRETS_FILE ]] || die "$SECRETS_FILE is not there: cp .env.production.example $SECRETS_FILE, and fill it in"
  if git ls-files --error-unmatch -- "$SECRETS_FILE" >/dev/null 2>&1; then
    die "git tracks $SECRETS_FILE, so its secrets are known to all who have the repository: git rm --cached $SECRETS_FILE," \
      "and draw new ones"
  fi
  grep -vnE '^[[:space:]]*(#.*)?$|^[A-Z][A-Z0-9_]*=' "$SECRETS_FILE" | cut -d: -f1 | grep -q . &&
    die "$SECRETS_FILE has lines that are neither NAME=value nor comments"
  for name in "${REQUIRED[@]}"; do
    found=$(value "$name")
    [[ -n $found && $found != change-me* ]] || missing+=("$name")
  done
  ((${#missing[@]} == 0)) || die "$SECRETS_FILE gives no value for ${missing[*]}"
  [[ $(value IP_HASH_PEPPER | tr -d '\n' | wc -c) -ge 16 ]] || die "IP_HASH_PEPPER must have at least 16 characters"
  [[ $(value ADMIN_API_KEY | tr -d '\n' | wc -c) -ge 24 ]] || die "ADMIN_API_KEY must have at least 24 characters"
}

# Staged: the machines get them with the next deploy, together with the release that needs them.
secrets() {
  check_secrets_file
  [[ -z $(value DATABASE_URL) ]] || echo "fly: DATABASE_URL of $SECRETS_FILE replaces the one that fly-pg-attach has set" >&2
  echo "fly: names only: $(grep -E '^[A-Z][A-Z0-9_]*=.' "$SECRETS_FILE" | cut -d= -f1 | sort -u | tr '\n' ' ')" >&2
  grep -E '^[A-Z][A-Z0-9_]*=.' "$SECRETS_FILE" | fly secrets import --stage --app "$APP"
}

# ── deploying ────────────────────────────────────────────────────────────────────────────────────────────────────

deploy_only() {
  fly deploy --app "$APP" --config fly.toml --remote-only
}

# fly deploy has waited for the checks of the new machine; this is what the public sees. A sleeping machine wakes by it.
await_health() {
  local i
  echo "+ curl $URL/v1/healthz" >&2
  for ((i = 0; i < ${HEALTH_TRIES:-30}; i++)); do
    if [[ $(curl -fsS -m 10 "$URL/v1/healthz" 2>/dev/null) == '{"ok":true}' ]]; then return; fi
    sleep "${HEALTH_PAUSE:-2}"
  done
  fly checks list --app "$APP" || true
  die "$URL/v1/healthz does not answer {\"ok\":true}: make fly-logs; a schema that is too old: make fly-migrate"
}

smoke() {
  local origin=${SMOKE_ORIGIN:-}
  if [[ -z ${ADMIN_API_KEY:-} && -f $SECRETS_FILE ]]; then
    ADMIN_API_KEY=$(value ADMIN_API_KEY)
  fi
  [[ -n $origin || ! -f $SECRETS_FILE ]] || origin=$(value CORS_ALLOWED_ORIGINS | cut -d, -f1)
  export ADMIN_API_KEY=${ADMIN_API_KEY:-}
  altops smoke --url "$URL" ${origin:+--origin "$origin"}
}

deploy() {
  run make audit
  run make test
  deploy_only
  await_health
  fly checks list --app "$APP"
  smoke
}

# By fly proxy, which altops starts and ends itself.
migrate() {
  local by=(--fly-app "$PG_APP")
  [[ -z ${FLY_CLUSTER:-} ]] || by=(--fly-cluster "$FLY_CLUSTER")
  [[ -n ${DATABASE_URL:-} ]] || die "DATABASE_URL is not set: the address that make fly-pg-attach printed"
  altops migrate "${by[@]}"
  altops migrate verify "${by[@]}"
}

# The image has no shell. COMMAND is run in the machine; without it a machine beside it is opened, with the same
# secrets and network and a shell.
ssh() {
  if [[ -n ${COMMAND:-} ]]; then
    fly ssh console --app "$APP" --command "$COMMAND"
  else
    fly console --app "$APP" --image debian:trixie-slim
  fi
}

case ${1:-} in
  launch) launch ;;
  pg-create) pg_create ;;
  pg-attach) pg_attach ;;
  secrets) secrets ;;
  deploy) deploy ;;
  deploy-only) deploy_only ;;
  await-health) await_health ;;
  smoke) smoke ;;
  migrate) migrate ;;
  logs) fly logs --app "$APP" ;;
  ssh) ssh ;;
  status) fly status --app "$APP" ;;
  checks) fly checks list --app "$APP" ;;
  scale-2) fly scale count 2 --app "$APP" --region "$REGION" ;;
  *)
    echo "usage: deploy/bin/fly.sh launch|pg-create|pg-attach|secrets|deploy|deploy-only|migrate|smoke|logs|ssh|status|checks|scale-2" >&2
    exit 2
    ;;
esac
