#!/usr/bin/env bash
# Looks for secrets in the files of a git repository (this one unless another is named), those not yet committed included.
#
#   deploy/bin/secret-scan.sh [DIRECTORY]          exit 1 when there is one
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:-$HERE/../..}"
list() {
  if git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard
  else # a source archive
    find . -type f ! -path '*/target/*' ! -path './.data/*' -print0
  fi
}
list | "$HERE/toolchain.sh" java "$HERE/SecretScan.java"
