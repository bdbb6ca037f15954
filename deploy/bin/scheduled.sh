#!/usr/bin/env bash
# Runs altops unattended: its answer becomes a table in the summary of the job, its exit code that of the job.
#
#   DATABASE_URL=… [FLY_PG_APP=… | FLY_CLUSTER=…] deploy/bin/scheduled.sh COMMAND [ARGUMENT…]
#
#   GITHUB_STEP_SUMMARY    the file that GitHub shows; without it the table is printed
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ALTOPS=${ALTOPS_JAR:-$ROOT/ops-cli/target/altops.jar}

by=()
if [[ -n ${FLY_CLUSTER:-} ]]; then
  by=(--fly-cluster "$FLY_CLUSTER")
elif [[ -n ${FLY_PG_APP:-} ]]; then
  by=(--fly-app "$FLY_PG_APP")
fi

# JSON to Markdown: one table for all single values, and a table for each list.
table() {
  jq -r '
    def cell: if . == null then "" elif type == "object" or type == "array" then tojson else tostring end
      | gsub("\\|"; "\\|") | gsub("[\n\r]"; " ");
    def row: "| " + join(" | ") + " |";
    def list: (map(keys_unsorted) | add | reduce .[] as $k ([]; if index($k) then . else . + [$k] end)) as $columns
      | ($columns | row), ($columns | map("---") | row), (.[] as $one | $columns | map($one[.] | cell) | row);
    ([to_entries[] | select(.value | type != "array")] | if length > 0
      then "| | |", "|---|---|", (.[] | [.key, (.value | cell)] | row), "" else empty end),
    (to_entries[] | select(.value | type == "array" and length > 0)
      | "**\(.key)**", "", (.value | if all(type == "object") then list else .[] | "- " + cell end), "")
  '
}

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
status=0
"$ROOT/deploy/bin/toolchain.sh" java -jar "$ALTOPS" "$@" "${by[@]}" --json >"$answer" || status=$?
summary=${GITHUB_STEP_SUMMARY:-/dev/stdout}
case $status in
  0) verdict='all is well' ;;
  3) verdict='check failed' ;;
  *) verdict="failed ($status)" ;;
esac
{
  echo "### altops $*: $verdict"
  echo
  table <"$answer" 2>/dev/null || { echo '```' && cat "$answer" && echo '```'; }
} >>"$summary"
exit "$status"
