#!/usr/bin/env bash
# make audit: what can be said about the code without running it against a database.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
deploy/bin/check-scripts.sh
deploy/bin/check-workflows.sh
deploy/bin/secret-scan.sh
deploy/bin/test/secret-scan-test.sh
# The architecture's rules are tests; those of a module that has none yet are not missed.
deploy/bin/toolchain.sh mvn -B --no-transfer-progress -Paudit test \
  -Dtest='*Architecture*' -Dsurefire.failIfNoSpecifiedTests=false
