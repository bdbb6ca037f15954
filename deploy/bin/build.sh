#!/usr/bin/env bash
# make build: packages all modules. The first time takes more than a minute, so it says what it does. Maven's output is shown
# if it fails.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

echo "build: packaging; the first time, dependencies are downloaded"
if ! deploy/bin/toolchain.sh mvn -B package -DskipTests 2>&1 | tee "$log" | awk '
    /^\[INFO\] Building [^ ]+.*\[[0-9]+\/[0-9]+\]$/ { sub(/^\[INFO\] Building /, ""); print "build: " $0; fflush() }
    /^(toolchain|install): / { print; fflush() }
    /Downloaded from / { if (++files % 50 == 0) { print "build: " files " files downloaded"; fflush() } }'; then
  grep -E -A 3 '^(\[ERROR\]|\[WARN|toolchain:)' "$log" >&2 || cat "$log" >&2
  exit 1
fi
