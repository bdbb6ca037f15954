#!/usr/bin/env bash
# Waits until a workflow has finished for a commit; exit 1 if it failed.
#
#   GH_TOKEN=… deploy/bin/await-ci.sh ci.yml COMMIT        TRIES  240, PAUSE  15 seconds: an hour
set -euo pipefail

[[ $# -eq 2 ]] || { echo "usage: deploy/bin/await-ci.sh WORKFLOW COMMIT" >&2; exit 2; }
for ((i = 0; i < ${TRIES:-240}; i++)); do
  # The newest run counts: one that failed may have been run again. GitHub may fail to answer now and then.
  state=$(gh run list --workflow "$1" --commit "$2" --limit 1 --json status,conclusion \
    --jq '.[0] // {} | "\(.status // "none") \(.conclusion // "")"') || state='no answer'
  case $state in
    'completed success')
      echo "await-ci: $1 passed for $2"
      exit 0
      ;;
    completed*)
      echo "await-ci: $1 ended as ${state#completed } for $2" >&2
      exit 1
      ;;
    *) sleep "${PAUSE:-15}" ;;
  esac
done
echo "await-ci: $1 has not finished for $2 in time (${state:-})" >&2
exit 1
