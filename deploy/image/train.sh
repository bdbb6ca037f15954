#!/usr/bin/env bash
# Trains the image's AOT cache: runs its service with its runtime on a temporary database, and sends it requests.
#
#   deploy/image/train.sh DIRECTORY        what deploy/image/root.sh made; TRAIN_SECONDS as for train-aot.sh
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ -z ${ALTCONTEXT_TOOLCHAIN:-} ]]; then
  export ALTCONTEXT_TOOLCHAIN=found
  exec "$ROOT/deploy/bin/toolchain.sh" "$ROOT/deploy/image/train.sh" "$@"
fi

[[ $# -eq 1 && -x $1/opt/java/bin/java ]] || { echo "usage: deploy/image/train.sh DIRECTORY" >&2; exit 2; }
out=$(cd "$1" && pwd)
work=$(mktemp -d)
# shellcheck source=deploy/bin/throwaway-database.sh
source "$ROOT/deploy/bin/throwaway-database.sh"
trap 'stop_database; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_database "$work"
JAVA_HOME=$out/opt/java DATABASE_URL=$DATABASE_URL "$ROOT/deploy/bin/train-aot.sh" "$out/opt/altcontext" \
  "$out/opt/altcontext/app.aot"
chmod a+r "$out/opt/altcontext/app.aot"
rm -f "$out/opt/java/lib/jspawnhelper" # the service starts no process
# The changed files get the same fixed time as all others.
touch -r "$out/opt/altcontext/quarkus-run.jar" "$out/opt/altcontext" "$out/opt/altcontext/app.aot" "$out/opt/java/lib"
echo "image root: $out, $(du -sm "$out" | cut -f1) MB"
