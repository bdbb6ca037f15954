#!/usr/bin/env bash
# make test: all checks and all tests, in one run.
#
#   TEST_DATABASE_URL   run the tests against this server instead of an embedded one; its user makes and drops databases
#   CHROMIUM            the browser for the tests that need one, if it is not on the PATH
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

find_browser() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [[ -n $name ]] && command -v "$name"; then return; fi
  done
}

# The scripts use these. Each package has the name of its program, except for pgrep.
missing=()
for program in curl git pgrep; do
  command -v "$program" >/dev/null || missing+=("${program/pgrep/procps}")
done
[[ ${#missing[@]} -eq 0 ]] || deploy/bin/install.sh "${missing[@]}"

deploy/bin/check-scripts.sh
deploy/bin/check-workflows.sh
deploy/bin/secret-scan.sh
deploy/bin/test/toolchain-test.sh
deploy/bin/test/secret-scan-test.sh
deploy/bin/test/fly-test.sh
deploy/bin/test/alerts-test.sh
deploy/bin/test/compose-test.sh

CHROMIUM=$(find_browser)
[[ -n $CHROMIUM ]] || { deploy/bin/install.sh chromium && CHROMIUM=$(find_browser); } || true
[[ -n $CHROMIUM ]] || { echo "test: a browser is needed: install chromium, or name one in CHROMIUM" >&2; exit 1; }
export CHROMIUM

deploy/bin/toolchain.sh mvn -B --no-transfer-progress -Paudit verify
mkdir -p target && touch target/built # make build has nothing to do
deploy/bin/toolchain.sh node --test packages/tracker/test/
deploy/bin/test/altops-test.sh
deploy/bin/test/run-test.sh
deploy/bin/test/jobs-test.sh
deploy/bin/test/smoke-test.sh
deploy/bin/test/limits-test.sh
deploy/bin/test/backup-test.sh
deploy/bin/test/operations-test.sh
deploy/image/root.sh target/image-root
TRAIN_SECONDS=3 deploy/image/train.sh target/image-root
deploy/bin/test/image-root-test.sh
