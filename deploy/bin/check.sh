#!/usr/bin/env bash
# make check: for the inner loop. The formatter, the compiler with all its checks, and the tests that need no running service:
# those of common, ops-cli and, without Quarkus, packaged jar or browser, of api. Tests with the tag "slow" are left to make test.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# Two modules at once, as soon as common is done, and two processes with tests for each.
deploy/bin/toolchain.sh mvn -B --no-transfer-progress -q -T 2 -DforkCount=2 -Paudit test -pl common,ops-cli,api -am \
  -DexcludedGroups='slow | io.quarkus.test.junit.QuarkusTest'
echo "check: the code is formatted and compiles, and the tests without a running service pass; make test runs the rest"
