#!/usr/bin/env bash
# make audit: everything that can be checked without running the code against a database.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
deploy/bin/check-scripts.sh
deploy/bin/check-workflows.sh
deploy/bin/secret-scan.sh
deploy/bin/test/secret-scan-test.sh
# The architecture's rules are tests; a module need not have any.
deploy/bin/toolchain.sh mvn -B --no-transfer-progress -Paudit test \
  -Dtest='*Architecture*' -Dsurefire.failIfNoSpecifiedTests=false
