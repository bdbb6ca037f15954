#!/usr/bin/env bash
# Checks the shell scripts with shellcheck. Without it, bash checks the syntax only.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts=(.ci/run deploy/bin/altops deploy/bin/*.sh deploy/bin/test/*.sh deploy/bench/*.sh deploy/image/*.sh
  deploy/compose/*.sh)
for script in "${scripts[@]}"; do bash -n "$script"; done
command -v shellcheck >/dev/null || deploy/bin/install.sh shellcheck ||
  echo "check-scripts: without shellcheck, only the syntax was checked" >&2
if command -v shellcheck >/dev/null; then shellcheck -x "${scripts[@]}"; fi
echo "check-scripts: ${#scripts[@]} scripts"
