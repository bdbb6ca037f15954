#!/usr/bin/env bash
# Tests what the scheduled workflows run: altops with its answer as a table, the wait for the result of another workflow, and the
# encryption of a backup. It needs the output of make build, jq and gpg.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
if [[ -z ${ALTCONTEXT_TOOLCHAIN:-} ]]; then
  export ALTCONTEXT_TOOLCHAIN=found
  exec "$ROOT/deploy/bin/toolchain.sh" "$ROOT/deploy/bin/test/jobs-test.sh" "$@"
fi
for tool in jq gpg; do
  command -v $tool >/dev/null || "$ROOT/deploy/bin/install.sh" $tool || { echo "jobs-test: $tool is needed" >&2; exit 1; }
done
work=$(mktemp -d)
# shellcheck source=deploy/bin/throwaway-database.sh
source "$ROOT/deploy/bin/throwaway-database.sh"
trap 'stop_database; rm -rf "$work"' EXIT
unset FLY_PG_APP FLY_CLUSTER

fail() {
  echo "jobs-test: $*" >&2
  cat "$work/said" "$work/summary" >&2 2>/dev/null || true
  exit 1
}

# job STATUS COMMAND…: runs it like a step of a job, and expects this exit code.
job() {
  local status=0
  rm -f "$work/summary"
  GITHUB_STEP_SUMMARY=$work/summary DATABASE_URL=$DATABASE_URL "$ROOT/deploy/bin/scheduled.sh" "${@:2}" >"$work/said" 2>&1 || status=$?
  [[ $status -eq $1 ]] || fail "altops ${*:2} ended with $status, not $1"
}

shows() {
  grep -qxF -- "$1" "$work/summary" || fail "the summary has no line: $1"
}

start_database "$work"
job 0 migrate verify
shows '### altops migrate verify: all is well'
shows '| ok | true |'
job 0 migrate status
shows '**migrations**'
shows '| version | description | state | appliedAt |'

DATABASE_URL=$DATABASE_URL "$ROOT/deploy/bin/sql.sh" "UPDATE flyway_schema_history SET checksum = checksum + 1 WHERE version = '1'" >/dev/null
job 3 migrate verify
shows '### altops migrate verify: check failed'
shows '**differences**'

DATABASE_URL=postgres://unknown@127.0.0.1:1/nothing job 1 migrate verify
shows '| ok | false |'
job 2 migrate --no-such-option
grep -q '^### altops migrate --no-such-option: failed (2)' "$work/summary" || fail "wrong usage is not reported"

# If an application or a cluster is named, altops goes through fly proxy. The stand-in for fly fails, which must be reported.
mkdir "$work/bin"
printf '#!/bin/sh\necho "$*" >%s\nexit 1\n' "$work/fly" >"$work/bin/fly"
chmod +x "$work/bin/fly"
PATH=$work/bin:$PATH FLY_PG_APP=pg job 1 migrate verify
grep -qE '^proxy [0-9]+:5432 -a pg$' "$work/fly" || fail "fly was called with: $(cat "$work/fly")"
PATH=$work/bin:$PATH FLY_PG_APP=pg FLY_CLUSTER=abc job 1 migrate verify
grep -q '^mpg proxy abc ' "$work/fly" || fail "fly was called with: $(cat "$work/fly")"

# sql.sh takes the addresses that altops takes, and no argument of a program shows them to other users of the machine.
hidden="COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; ! cat /proc/[0-9]*/cmdline 2>/dev/null | grep -qa seen[-]by-others'"
DATABASE_URL="$DATABASE_URL&pgbouncer=true&ApplicationName=seen-by-others" "$ROOT/deploy/bin/sql.sh" "$hidden" >"$work/said" 2>&1 ||
  fail "an argument shows the address, or it is refused"
status=0
(unset DATABASE_URL && "$ROOT/deploy/bin/sql.sh" "$hidden" >"$work/said" 2>&1) || status=$?
[[ $status -eq 2 && $(<"$work/said") == 'usage: DATABASE_URL='* ]] || fail "without an address it ended with $status"

# The step that checks the rollups, as GitHub runs it. A row that arrived since the rollup is no failure: a second rollup counts it.
mkdir -p "$work/steps/deploy/bin"
cat >"$work/steps/deploy/bin/scheduled.sh" <<END
#!/bin/sh
echo "\$*" >>$work/said
[ "\$*" != 'rollup check' ] || [ "\$(grep -c check $work/said)" -gt "\$DIFFERENCES" ] || exit "\$STATUS"
END
chmod +x "$work/steps/deploy/bin/scheduled.sh"
check_step() { # EXPECTED-STATUS DIFFERENCES STATUS-OF-A-DIFFERENCE COMMANDS
  local status=0 step
  step=$(sed -n 's/^ *- run: \(.*rollup check.*\)$/\1/p' "$ROOT/.github/workflows/rollup.yml")
  : >"$work/said"
  (cd "$work/steps" && DIFFERENCES=$2 STATUS=$3 bash -e -c "$step") || status=$?
  [[ $status -eq $1 && $(tr '\n' ';' <"$work/said") == "$4" ]] || fail "after $2 differences the step ended with $status"
}
check_step 0 0 3 'rollup check;'
check_step 0 1 3 'rollup check;rollup;rollup check;'
check_step 3 2 3 'rollup check;rollup;rollup check;'
check_step 1 1 1 'rollup check;'

# The result of the other workflow. A request to GitHub may fail.
verdict() { # STATUS STATE…: the answers of gh, one after another; for an empty one, gh fails
  local status=0
  printf '%s\n' "${@:2}" >"$work/states"
  cat >"$work/bin/gh" <<GH
#!/bin/sh
state=\$(sed -n 1p $work/states)
sed -i 1d $work/states
[ -n "\$state" ] && echo "\$state"
GH
  chmod +x "$work/bin/gh"
  PATH=$work/bin:$PATH PAUSE=0 TRIES=3 "$ROOT/deploy/bin/await-ci.sh" ci.yml abc >"$work/said" 2>&1 || status=$?
  [[ $status -eq $1 ]] || fail "after ${*:2} it ended with $status"
}
verdict 0 'queued ' 'in_progress ' 'completed success'
verdict 0 'in_progress ' '' 'completed success'
verdict 1 'queued ' 'completed failure'
verdict 1 'completed cancelled'
verdict 1 'none ' 'none ' 'none '

# The repository must be private, so that only its members can read the artifacts.
private() { # STATUS WHAT-GH-ANSWERS
  local status=0
  printf '#!/bin/sh\n[ "$*" = "api repos/owner/name --jq .private" ] && echo %s\n' "$2" >"$work/bin/gh"
  PATH=$work/bin:$PATH GITHUB_REPOSITORY=owner/name "$ROOT/deploy/bin/private-repository.sh" >"$work/said" 2>&1 || status=$?
  [[ $status -eq $1 ]] || fail "a repository that is private: $2 ended with $status"
}
private 0 true
private 1 false
private 1 null
private 1 ''

# A backup can be read with the private key, but not without it.
gpg_as() {
  gpg --homedir "$work/$1" --batch --quiet --pinentry-mode loopback --passphrase '' "${@:2}"
}
mkdir -m 700 "$work/owner" "$work/stranger"
gpg_as owner --quick-generate-key backup@example.ca future-default default never 2>/dev/null
echo 'what is held about people' >"$work/dump"
BACKUP_PUBLIC_KEY=$(gpg_as owner --armor --export) "$ROOT/deploy/bin/encrypt.sh" "$work/dump" "$work/dump.gpg"
[[ ! -e $work/dump ]] || fail "the backup was left unencrypted beside the encrypted one"
if grep -q people "$work/dump.gpg"; then fail "the backup is not encrypted"; fi
[[ $(gpg_as owner --decrypt "$work/dump.gpg" 2>/dev/null) == 'what is held about people' ]] || fail "the owner of the key cannot read the backup"
if gpg_as stranger --decrypt "$work/dump.gpg" >/dev/null 2>&1; then fail "a stranger can read the backup"; fi

# A backup that cannot be written completely is removed, and the original stays.
head -c 200000 /dev/urandom >"$work/dump"
if (ulimit -f 64 && BACKUP_PUBLIC_KEY=$(gpg_as owner --armor --export) "$ROOT/deploy/bin/encrypt.sh" "$work/dump" "$work/half.gpg") 2>/dev/null; then
  fail "a file that is too large was written"
fi
[[ -s $work/dump && ! -e $work/half.gpg ]] || fail "an incomplete backup was left, or the original was removed"
for home in owner stranger; do gpgconf --homedir "$work/$home" --kill all; done
echo "jobs-test: done"
