#!/usr/bin/env bash
# Tests the targets of make that call Fly.io. Stand-ins for fly, curl, toolchain.sh and test.sh log how they were called, so nothing leaves
# this machine. Whether Fly understands the commands is not tested here.
# shellcheck disable=SC2016 # what is in single quotes is for the stand-ins
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=0
unset FLYCTL FLY_URL FLY_APP FLY_PG_APP FLY_CLUSTER SECRETS_FILE DATABASE_URL ADMIN_API_KEY FLY_PG_VOLUME_GB MAKEFLAGS MAKELEVEL MFLAGS

fail() {
  echo "fly-test: $*" >&2
  sed 's/^/  called: /' "$work/calls" >&2
  sed 's/^/  said: /' "$work/said" >&2
  exit 1
}

# Makes a temporary repository with copies of the Makefile and the scripts, so that nothing in this repository is changed.
make_repository() {
  git init -q "$work/repository"
  cd "$work/repository"
  mkdir -p deploy/bin deploy/image ops-cli/target
  cp "$ROOT/deploy/image/Dockerfile" deploy/image/
  cp "$ROOT/Makefile" "$ROOT/fly.toml" "$ROOT/.gitignore" "$ROOT/.env.production.example" .
  cp "$ROOT/deploy/bin/fly.sh" "$ROOT/deploy/bin/build.sh" deploy/bin/
  mkdir -p api/target/quarkus-app
  for module in . common api ops-cli deploy/dev-database deploy/checks; do
    mkdir -p "$module/target"
    touch "$module/pom.xml"
  done
  touch ops-cli/target/altops.jar api/target/quarkus-app/quarkus-run.jar deploy/dev-database/target/dev-database.jar target/built
  stand_in "$work/bin/fly" 'cat >"$WORK/input"; [[ $1 != "${FLY_FAILS:-}" ]]'
  # Every target first asks for the version of fly. This call is not logged.
  sed -i '2i [[ $1 != version ]] || { echo "${FLYCTL-fly v0.4.80 linux/amd64 Commit: 0 BuildDate: 2026-08-07}"; exit 0; }' "$work/bin/fly"
  stand_in "$work/bin/curl" 'printf "%s" "${HEALTH:-{\"ok\":true\}}"'
  # toolchain.sh gets a whole command line, such as java -jar … smoke --url …
  # When the service checks the settings, the stand-in keeps the environment: it must have only the values of the file.
  cat >deploy/bin/toolchain.sh <<END
#!/usr/bin/env bash
echo "toolchain.sh \$*" >>"$work/calls"
env >"$work/environment"
[[ \$* != *--check-settings ]] || cp "$work/environment" "$work/checked"
[[ \$* != *--check-settings || \$CORS_ALLOWED_ORIGINS != *refused* ]] ||
  { echo 'altcontext: CORS_ALLOWED_ORIGINS must be origins' >&2; exit 1; }
END
  chmod +x deploy/bin/toolchain.sh
  stand_in deploy/bin/test.sh ''
}

# stand_in FILE WHAT-IT-DOES
stand_in() {
  mkdir -p "$(dirname "$1")"
  printf '#!/usr/bin/env bash\necho "%s $*" >>"$WORK/calls"\n%s\n' "$(basename "$1")" "$2" >"$1"
  chmod +x "$1"
}

# target NAME [VARIABLE=VALUE…]: runs make fly-NAME; answers its status.
target() {
  : >"$work/calls"
  : >"$work/environment"
  : >"$work/input"
  env WORK="$work" PATH="$work/bin:$PATH" HEALTH_PAUSE=0 HEALTH_TRIES=3 "${@:2}" \
    make -s --no-print-directory "fly-$1" >"$work/said" 2>&1 </dev/null
}

done_by() { # TARGET [VARIABLE=VALUE…] -- COMMAND…: runs these commands and no others, in this order
  local name=$1 variables=()
  shift
  while [[ $1 != -- ]]; do
    variables+=("$1")
    shift
  done
  shift
  target "$name" "${variables[@]}" || fail "make fly-$name ended with $?"
  [[ $(grep -v '^make' "$work/calls") == "$(printf '%s\n' "$@")" ]] || fail "make fly-$name did not call fly with: $*"
  # Each command of fly is printed before it is run.
  local command
  for command in "$@"; do
    [[ $command != fly* ]] || grep -qF "+ $command" "$work/said" || fail "make fly-$name did not print: $command"
  done
  cases=$((cases + 1))
}

refused() { # WORDS TARGET [VARIABLE=VALUE…]
  if target "${@:2}"; then fail "make fly-$2 was not refused, for: $1"; fi
  grep -qF -- "$1" "$work/said" || fail "make fly-$2 did not say: $1"
  cases=$((cases + 1))
}

make_repository
done_by launch -- 'fly apps create altcontext' 'fly status --app altcontext'
done_by launch FLY_APP=other -- 'fly apps create other' 'fly status --app other'
done_by pg-create -- \
  'fly postgres create --name altcontext-db --region yyz --vm-size shared-cpu-1x --initial-cluster-size 1 --volume-size 10'
done_by pg-attach FLY_PG_APP=pg -- 'fly postgres attach pg --app altcontext --superuser=false' 'fly secrets list --app altcontext'
done_by mpg-create -- 'fly mpg create --name altcontext-db --region yyz --plan basic --pg-major-version 17 --volume-size 10'
done_by mpg-attach FLY_CLUSTER=abc123 -- 'fly mpg attach abc123 --app altcontext' 'fly secrets list --app altcontext'
refused "FLY_CLUSTER is not set: the cluster's id" mpg-attach
woken='curl -fsS -m 10 https://altcontext.fly.dev/v1/healthz'
done_by deploy-only -- "$woken" 'fly deploy --app altcontext --config fly.toml --remote-only --ha=false'
done_by logs -- 'fly logs --app altcontext'
done_by ssh -- "fly console --app altcontext --image $(grep -o 'debian:trixie-slim@sha256:[0-9a-f]*' "$ROOT/deploy/image/Dockerfile")"
done_by status -- 'fly status --app altcontext'
done_by checks -- "$woken" 'fly checks list --app altcontext'
done_by checks HEALTH=asleep FLYCTL='flyctl v0.5.0 linux/amd64' -- "$woken" 'fly checks list --app altcontext'
done_by scale-2 -- 'fly scale count 2 --app altcontext --region yyz'

# An older fly counts the check of a sleeping machine as passed.
refused 'fly is 0.4.79, and 0.4.80 or newer is needed' status FLYCTL='fly v0.4.79 linux/amd64 Commit: 0'
refused 'fly is 0.3.108, and 0.4.80 or newer is needed' deploy-only FLYCTL='flyctl v0.3.108 linux/amd64'
refused 'shows no version' status FLYCTL=
done_by status FLYCTL='fly v0.4.107 linux/amd64' -- 'fly status --app altcontext'

# Migrating.
jar='toolchain.sh java -jar ops-cli/target/altops.jar'
refused 'DATABASE_URL is not set' migrate
done_by migrate DATABASE_URL=postgres://u@h/d -- \
  "$jar migrate --fly-app altcontext-db" "$jar migrate verify --fly-app altcontext-db"
done_by migrate DATABASE_URL=postgres://u@h/d FLY_CLUSTER=abc -- \
  "$jar migrate --fly-cluster abc" "$jar migrate verify --fly-cluster abc"

# Secrets.
refused '.env.production is not there' secrets
cp .env.production.example .env.production
refused 'gives no value for IP_HASH_PEPPER ADMIN_API_KEY CORS_ALLOWED_ORIGINS PRIVACY_CONTACT_EMAIL' secrets
{
  echo 'IP_HASH_PEPPER=sixteen-letters-and-more'
  echo 'ADMIN_API_KEY=twenty-four-letters-and-more'
  echo 'CORS_ALLOWED_ORIGINS=https://site.example,https://other.example'
  echo 'PRIVACY_CONTACT_EMAIL=privacy@site.example'
} >.env.production
git add -f .env.production
refused 'git tracks .env.production' secrets
git rm -q --cached .env.production
checked="toolchain.sh java -XX:TieredStopAtLevel=1 -jar $work/repository/api/target/quarkus-app/quarkus-run.jar --check-settings"
done_by secrets RATE_LIMIT_EVENTS=of-the-operator -- "$checked" 'fly secrets import --stage --app altcontext'
for value in IP_HASH_PEPPER=sixteen-letters-and-more CORS_ALLOWED_ORIGINS=https://site.example,https://other.example \
  FLY_APP_NAME=altcontext PORT=3000 MANAGEMENT_PORT=9091 DATABASE_URL=postgres://attached@database.internal/service; do
  grep -qxF "$value" "$work/checked" || fail "the settings were checked without $value"
done
if grep -q of-the-operator "$work/checked"; then fail "the settings were checked with a variable of the operator's environment"; fi
diff "$work/input" .env.production >&2 || fail "fly did not get exactly the secrets of the file"
if grep -qF 'letters' "$work/said" "$work/calls"; then fail "a secret was printed or is an argument"; fi
sed 's/^CORS.*/CORS_ALLOWED_ORIGINS=https:\/\/refused.example\/path/' .env.production >short.env
refused 'CORS_ALLOWED_ORIGINS must be origins' secrets SECRETS_FILE=short.env
grep -q 'nothing was sent' "$work/said" || fail "it does not say that nothing was sent"
if grep -q '^fly' "$work/calls"; then fail "fly was called although the service refuses the values"; fi
sed 's/^PRIVACY.*/&#1/; s/^CORS.*/CORS_ALLOWED_ORIGINS="https:\/\/site.example"/' .env.production >short.env
refused 'quotes or a # in the value of CORS_ALLOWED_ORIGINS PRIVACY_CONTACT_EMAIL' secrets SECRETS_FILE=short.env
sed 's/^ADMIN.*/&\r/' .env.production >short.env
refused 'short.env has carriage returns' secrets SECRETS_FILE=short.env
echo 'GEOIP_DATABASE=/opt/countries.mmdb' >>.env.production
done_by secrets -- "$checked" 'fly secrets import --stage --app altcontext'
if grep -q GEOIP "$work/checked"; then fail "the settings were checked with GEOIP_DATABASE, whose file is only in the image"; fi
sed -i '$d' .env.production

# Targets that run the output of the build first build again if that output is older than the sources.
built='toolchain.sh mvn -B package -DskipTests'
touch -d '1 hour ago' target/built
done_by secrets -- "$built" "$checked" 'fly secrets import --stage --app altcontext'
touch -d '1 hour ago' target/built
done_by migrate DATABASE_URL=postgres://u@h/d -- "$built" \
  "$jar migrate --fly-app altcontext-db" "$jar migrate verify --fly-app altcontext-db"
touch -d '1 hour ago' target/built
done_by smoke SMOKE_ORIGIN=https://a.example -- "$built" "$jar smoke --url https://altcontext.fly.dev --origin https://a.example"
echo 'export A=b' >>.env.production
refused 'neither NAME=value nor comments' secrets
sed -i '$d' .env.production
git check-ignore -q .env.production || fail "git does not ignore .env.production"

# A deploy starts with the audit and the tests. After it come the public health check, and the smoke test with the key from the file.
deployed=('test.sh ' "$woken" 'fly deploy --app altcontext --config fly.toml --remote-only --ha=false'
  "$woken" 'fly checks list --app altcontext'
  "$jar smoke --url https://altcontext.fly.dev --origin https://site.example")
done_by deploy -- "${deployed[@]}"
grep -q 'ADMIN_API_KEY=twenty-four' "$work/environment" || fail "the smoke test had no admin key"
refused 'does not answer {"ok":true}' deploy HEALTH='{"ok":false}'
done_by smoke FLY_URL=https://events.example SMOKE_ORIGIN=https://a.example -- \
  "$jar smoke --url https://events.example --origin https://a.example"
if target deploy FLY_FAILS=deploy; then fail "it went on after a deploy that failed"; fi
[[ $(tail -n 1 "$work/calls") == 'fly deploy'* ]] || fail "it went on after a deploy that failed"
printf '#!/bin/sh\necho "test.sh $*" >>"$WORK/calls"\nexit 1\n' >deploy/bin/test.sh
if target deploy; then fail "it deployed although the tests failed"; fi
if grep -q '^fly' "$work/calls"; then fail "fly was called although the tests failed"; fi
cases=$((cases + 1))
echo "fly-test: $cases cases"
