#!/usr/bin/env bash
# Installs packages of the distribution if that is possible without asking: as root, with apt-get.
#
#   deploy/bin/install.sh PACKAGE…       exit 1, with a message, if it is not
set -euo pipefail

if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
  echo "install: please install $* (Debian: apt-get install $*)" >&2
  exit 1
fi
echo "install: installing $*" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
  tail -n 5 "$log" >&2
  echo "install: apt-get could not install $*" >&2
  exit 1
fi
