#!/usr/bin/env bash
# Looks for secrets in the files of a git repository (this one unless another is named), including files that are not yet committed. It uses
# secretlint with its recommended rules, and patterns for what these do not know (Fly.io's tokens, the service's own secrets, file names). A
# line that ends in "secretlint-disable-line" is skipped.
#
#   deploy/bin/secret-scan.sh [DIRECTORY]          exit 1 if there are any
#
# secretlint comes from npm, in the versions of secretlint/package-lock.json. It needs Node 20 and npm, which root on Debian gets
# installed; without them the scan fails.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOOL=$HERE/../../target/tools/secretlint
LOCK=$HERE/secretlint/package-lock.json

has_node() {
  command -v npm >/dev/null &&
    node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null
}

fetch() {
  rm -rf "$TOOL"
  mkdir -p "$TOOL"
  cp "$HERE/secretlint/package.json" "$LOCK" "$TOOL"
  (cd "$TOOL" && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --silent)
  touch "$TOOL/complete"
}

list() {
  if git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard
  else # a source archive
    find . -type f ! -path '*/target/*' ! -path './.data/*' -print0
  fi
}

has_node || "$HERE/install.sh" nodejs npm || true
if ! has_node; then
  echo "secret-scan: Node 20 or newer and npm are needed: install them (Debian 13: apt-get install nodejs npm;" \
    "anywhere: https://nodejs.org)" >&2
  exit 1
fi
if ! [[ -e $TOOL/complete ]] || ! cmp -s "$LOCK" "$TOOL/package-lock.json"; then fetch; fi
TOOL=$(cd "$TOOL" && pwd)
cd "${1:-$HERE/../..}"
files=()
while IFS= read -r -d '' file; do [[ ! -f $file ]] || files+=("$file"); done < <(list)
report=$(mktemp) # holds what was found, until it is read
trap 'rm -f "$report"' EXIT
# With --output it exits with 0 whatever it found.
node "$TOOL/node_modules/secretlint/bin/secretlint.js" --no-glob --no-maskSecrets --format json --output "$report" \
  --secretlintrc "$HERE/secretlint/rules.json" "${files[@]}"
node "$HERE/secretlint/report.mjs" "$report"
