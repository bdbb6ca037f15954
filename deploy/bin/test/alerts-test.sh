#!/usr/bin/env bash
# Checks and plays through the alerts with promtool. If it is not available, this says so; AlertsTest still checks them.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
promtool=$("$ROOT/deploy/bin/tool.sh" promtool promtool usr/bin/promtool) ||
  { echo "alerts-test: SKIPPED: the rules were NOT played through" >&2; exit 0; }
cd "$ROOT/deploy"
"$promtool" check config --syntax-only prometheus.yml
"$promtool" check rules --lint-fatal alerts.yml
"$promtool" test rules alerts-test.yml
