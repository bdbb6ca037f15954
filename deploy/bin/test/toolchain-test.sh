#!/usr/bin/env bash
# Tests which Maven the build uses: the one on the PATH if it is new enough, or else the wrapper, which needs unzip.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "toolchain-test: $*" >&2
  [[ ! -f $work/said ]] || cat "$work/said" >&2
  exit 1
}
program() { # NAME TEXT: a program that prints the text and its arguments
  printf '#!%s\necho "%s $*"\n' "$(command -v sh)" "$2" >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}
build() {
  PATH=$work/bin HOME=$work "$BASH" "$work/deploy/bin/toolchain.sh" mvn verify >"$work/said" 2>&1
}

mkdir -p "$work/bin" "$work/deploy/bin"
cp "$ROOT/deploy/bin/toolchain.sh" "$work/deploy/bin/"
JAVA_HOME=$("$ROOT/deploy/bin/toolchain.sh" printenv JAVA_HOME)
export JAVA_HOME
for each in sh dirname readlink sed head grep id cat; do ln -s "$(command -v $each)" "$work/bin/$each"; done
for stand_in in "$work/mvnw:wrapper" "$work/deploy/bin/install.sh:installs"; do
  printf '#!%s\necho "%s $*"\n' "$(command -v sh)" "${stand_in##*:}" >"${stand_in%:*}"
  chmod +x "${stand_in%:*}"
done
program npm 11
printf '#!%s\necho v24.0.0\n' "$(command -v sh)" >"$work/bin/node"
chmod +x "$work/bin/node"

build || fail "it fails without Maven"
[[ $(<"$work/said") == $'installs unzip\nwrapper verify' ]] || fail "without Maven and unzip, it does not install unzip and then run the wrapper"
program unzip unzip
build || fail "it fails without Maven"
[[ $(<"$work/said") == 'wrapper verify' ]] || fail "unzip is installed although it is already there"
program mvn 'Apache Maven 3.8.7'
build || fail "it fails with an old Maven"
[[ $(<"$work/said") == 'wrapper verify' ]] || fail "it uses a Maven that is too old"
program mvn 'Apache Maven 3.9.0'
build || fail "it fails with a new Maven"
[[ $(<"$work/said") == 'Apache Maven 3.9.0 verify' ]] || fail "it does not use a Maven that is new enough"
echo "toolchain-test: done"
