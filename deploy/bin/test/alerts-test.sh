#!/usr/bin/env bash
# The alerts, read and played through by promtool. Where that cannot be had, this says so; AlertsTest still reads them.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
promtool=$("$ROOT/deploy/bin/tool.sh" promtool promtool usr/bin/promtool) ||
  { echo "alerts-test: SKIPPED: the rules were NOT played through" >&2; exit 0; }
cd "$ROOT/deploy"
"$promtool" check config --syntax-only prometheus.yml
"$promtool" check rules --lint-fatal alerts.yml
"$promtool" test rules alerts-test.yml
