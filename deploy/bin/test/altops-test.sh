#!/usr/bin/env bash
# Tests the launcher of altops. It finds the jar and a Java that is new enough, and passes on arguments and exit codes. Whatever the
# state of its AOT cache, altops works the same. The test needs the jar of make build.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
LAUNCHER=$ROOT/deploy/bin/altops
JDK=$("$ROOT/deploy/bin/toolchain.sh" printenv JAVA_HOME)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache JAVA_HOME=$work/jdk
unset ALTOPS_CACHE ALTOPS_JAR DATABASE_URL

fail() {
  echo "altops-test: $*" >&2
  exit 1
}

# A JDK that logs how it is called.
mkdir -p "$JAVA_HOME/bin"
cp "$JDK/release" "$JAVA_HOME/release"
printf '#!/bin/sh\necho "$*" >>"%s/calls"\nexec "%s/bin/java" "$@"\n' "$work" "$JDK" >"$JAVA_HOME/bin/java"
chmod +x "$JAVA_HOME/bin/java"

# version LAUNCHER: expects that altops prints one line with its version, and nothing else.
version() {
  local said
  said=$("$1" --version 2>&1)
  [[ $said =~ ^altops\ [0-9][^[:space:]]*$ ]] || fail "expected a version: $said"
}

caches() {
  find "$XDG_CACHE_HOME" -name '*.aot' -size +1M 2>/dev/null
}

# A launcher that makes a cache holds a lock meanwhile.
is_locked() {
  compgen -G "$XDG_CACHE_HOME/altcontext/*.lock" >/dev/null
}

# The first run makes no cache, since the machine may be used only once. The second run makes one in the background, at the lowest
# priority. On a busy machine that may take long, so the wait for its end has no limit.
version "$LAUNCHER"
[[ $(wc -l <"$work/calls") -eq 1 ]] || fail "the first run started Java more than once: $(<"$work/calls")"
version "$LAUNCHER"
for ((i = 0; i < 1200; i++)); do
  if is_locked || [[ -n $(caches) ]]; then break; fi
  sleep 0.1
done
while is_locked; do sleep 0.1; done
cache=$(caches)
[[ -n $cache && $cache != *$'\n'* ]] || fail "the second run made no cache: $(ls -R "$XDG_CACHE_HOME")"
version "$LAUNCHER"
[[ $(tail -n 1 "$work/calls") == *"-XX:AOTCache=$cache "* ]] || fail "the third run did not use the cache"

# A broken cache, the cache of another jar, no cache, and no directory for one.
echo 'this is no cache' >"$cache"
version "$LAUNCHER"
cp "$ROOT/ops-cli/target/altops.jar" "$work/altops.jar"
cp "$LAUNCHER" "$work/altops"
version "$work/altops"
ALTOPS_CACHE=off version "$LAUNCHER"
XDG_CACHE_HOME=/dev/null version "$LAUNCHER"
env -u HOME -u XDG_CACHE_HOME "$LAUNCHER" --version >/dev/null || fail "it needs a home directory"

# For an image, ALTOPS_CACHE=make makes the cache at once.
rm -rf "$XDG_CACHE_HOME"
[[ -z $(ALTOPS_CACHE='make' "$LAUNCHER") ]] || fail "making a cache is not silent"
[[ -n $(caches) ]] || fail "no cache was made"

# It is called by another name and from another directory. It passes on everything, exit codes too.
mkdir "$work/elsewhere"
ln -s "$LAUNCHER" "$work/link"
ln -s ../link "$work/elsewhere/ops"
(cd / && version "$work/elsewhere/ops")
status=0
"$LAUNCHER" 'no such command' >"$work/out" 2>"$work/err" || status=$?
[[ $status -eq 2 && ! -s $work/out && $(<"$work/err") == "altops: no such command"* ]] ||
  fail "$status: $(cat "$work/out" "$work/err")"

# Arguments may have characters outside ASCII, even without a locale, as under cron. Only the launcher makes that possible.
# Without it, altops refuses them.
said=$(env -u LANG LC_ALL=POSIX "$LAUNCHER" 'à propos' 2>&1) && fail "an unknown command was accepted"
[[ $said != *'cannot be read'* ]] || fail "$said"
status=0
said=$(env -u LANG LC_ALL=POSIX "$JAVA_HOME/bin/java" -jar "$ROOT/ops-cli/target/altops.jar" goal add docs about --path /à-propos 2>&1) ||
  status=$?
[[ $status -eq 2 && $said == 'altops: an argument has a character that cannot be read'* ]] || fail "$status: $said"

# Without standard input, Java would open a file of its own in its place, and altops would read an address from that.
status=0
said=$("$LAUNCHER" lead delete --yes --email - 2>&1 <&-) || status=$?
[[ $status -eq 2 && $said == 'altops: standard input could not be read — '* ]] || fail "$status: $said"

# A Java that is too old is not used. A missing jar is an error.
sed -i 's/^JAVA_VERSION=.*/JAVA_VERSION="17.0.9"/' "$JAVA_HOME/release"
: >"$work/calls"
PATH=$JDK/bin:$PATH version "$LAUNCHER"
[[ ! -s $work/calls ]] || fail "Java 17 was used"
said=$(ALTOPS_JAR=$work/nothing "$LAUNCHER" --version 2>&1) && fail "it ran without a jar"
[[ $said == 'altops: ALTOPS_JAR names no file — '* ]] || fail "$said"
echo "altops-test: done"
