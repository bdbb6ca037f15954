#!/usr/bin/env bash
# Ends with 1 unless this repository is private: anyone who is signed in to GitHub can download the artifacts of a public one. This asks the
# API, since the event of a scheduled run does not always say it.
#
#   GH_TOKEN=… GITHUB_REPOSITORY=owner/name deploy/bin/private-repository.sh
set -euo pipefail

private=$(gh api "repos/$GITHUB_REPOSITORY" --jq .private)
[[ $private == true ]] || {
  echo "private-repository: $GITHUB_REPOSITORY is public, and so are its artifacts: make it private, or back up elsewhere" >&2
  exit 1
}
