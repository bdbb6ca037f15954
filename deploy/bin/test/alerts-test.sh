#!/usr/bin/env bash
# Checks the alert rules with promtool and runs their tests. Without promtool, it only says so; AlertsTest still checks the rules.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
promtool=$("$ROOT/deploy/bin/tool.sh" promtool promtool usr/bin/promtool) ||
  { echo "alerts-test: SKIPPED: there is no promtool here; the rules were NOT tested" >&2; exit 0; }
cd "$ROOT/deploy"
"$promtool" check config --syntax-only prometheus.yml
"$promtool" check rules --lint-fatal alerts.yml
"$promtool" test rules alerts-test.yml
