# shellcheck shell=bash disable=SC2154 # run.sh sources this: its variables are the other files' too
# Measures the tracker in a browser on a slow processor.

print_tracker() {
  local browser name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [[ -n $name ]] && browser=$(command -v "$name"); then break; fi
  done
  if [[ -z ${browser:-} ]]; then
    echo "  tracker: NOT measured, since there is no chromium"
    return 0
  fi
  echo
  echo "  tracker, evaluated by a new visitor's browser at a sixth of this processor's speed, median of nine loads: $(
    timeout 120 node "$HERE/tracker.mjs" "$browser" "$ROOT/api/target/browser/tracker/classes/com/altcontext/api/telemetry.js.gz"
  ) ms"
}
