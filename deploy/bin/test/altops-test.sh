#!/usr/bin/env bash
# Tests the launcher: it finds its jar and a Java that is new enough, passes everything through, and no state of its class cache
# changes what altops does. It needs the jar that make build leaves.
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

# A JDK that writes down how it is called.
mkdir -p "$JAVA_HOME/bin"
cp "$JDK/release" "$JAVA_HOME/release"
printf '#!/bin/sh\necho "$*" >>"%s/calls"\nexec "%s/bin/java" "$@"\n' "$work" "$JDK" >"$JAVA_HOME/bin/java"
chmod +x "$JAVA_HOME/bin/java"

# version LAUNCHER: the line that altops says its version in, and nothing else.
version() {
  local said
  said=$("$1" --version 2>&1)
  [[ $said =~ ^altops\ [0-9][^[:space:]]*$ ]] || fail "expected a version: $said"
}

caches() {
  find "$XDG_CACHE_HOME" -name '*.aot' -size +1M 2>/dev/null
}

# The first use makes nothing, since the machine may be thrown away. The second makes a cache, and does not wait for it.
version "$LAUNCHER"
[[ $(wc -l <"$work/calls") -eq 1 ]] || fail "the first use did more than was asked: $(<"$work/calls")"
version "$LAUNCHER"
for ((i = 0; i < 1200; i++)); do
  [[ -z $(caches) ]] || break
  sleep 0.1
done
cache=$(caches)
[[ -n $cache && $cache != *$'\n'* ]] || fail "the second use made no cache: $(ls -R "$XDG_CACHE_HOME")"
version "$LAUNCHER"
[[ $(tail -n 1 "$work/calls") == *"-XX:AOTCache=$cache "* ]] || fail "the third use did not use the cache"

# A cache of another jar, a broken one, and no place for one.
echo 'this is no cache' >"$cache"
version "$LAUNCHER"
cp "$ROOT/ops-cli/target/altops.jar" "$work/altops.jar"
cp "$LAUNCHER" "$work/altops"
version "$work/altops"
ALTOPS_CACHE=off version "$LAUNCHER"
XDG_CACHE_HOME=/dev/null version "$LAUNCHER"
env -u HOME -u XDG_CACHE_HOME "$LAUNCHER" --version >/dev/null || fail "it needs a home directory"

# At once, for an image.
rm -rf "$XDG_CACHE_HOME"
[[ -z $(ALTOPS_CACHE='make' "$LAUNCHER") ]] || fail "making a cache is not silent"
[[ -n $(caches) ]] || fail "no cache was made"

# Called by another name, from another place. It passes everything through, exit codes too.
mkdir "$work/elsewhere"
ln -s "$LAUNCHER" "$work/link"
ln -s ../link "$work/elsewhere/ops"
(cd / && version "$work/elsewhere/ops")
status=0
"$LAUNCHER" 'no such command' >"$work/out" 2>"$work/err" || status=$?
[[ $status -eq 2 && ! -s $work/out && $(<"$work/err") == "altops: no such command"* ]] ||
  fail "$status: $(cat "$work/out" "$work/err")"

# Arguments may have characters outside ASCII, even without a locale, as under cron. Only the launcher can do that;
# without it, they are refused.
said=$(env -u LANG LC_ALL=POSIX "$LAUNCHER" 'à propos' 2>&1) && fail "an unknown command was accepted"
[[ $said != *'cannot be read'* ]] || fail "$said"
status=0
said=$(env -u LANG LC_ALL=POSIX "$JAVA_HOME/bin/java" -jar "$ROOT/ops-cli/target/altops.jar" goal add docs about --path /à-propos 2>&1) ||
  status=$?
[[ $status -eq 2 && $said == 'altops: an argument has a character that cannot be read'* ]] || fail "$status: $said"

# A Java that is too old is not used, and neither is a missing jar.
sed -i 's/^JAVA_VERSION=.*/JAVA_VERSION="17.0.9"/' "$JAVA_HOME/release"
: >"$work/calls"
PATH=$JDK/bin:$PATH version "$LAUNCHER"
[[ ! -s $work/calls ]] || fail "Java 17 was used"
said=$(ALTOPS_JAR=$work/nothing "$LAUNCHER" --version 2>&1) && fail "it ran without a jar"
[[ $said == 'altops: ALTOPS_JAR names no file — '* ]] || fail "$said"
echo "altops-test: done"
