#!/usr/bin/env bash
# Finds a program that only a check needs: on the PATH, else unpacked from its Debian package without installing it.
#
#   deploy/bin/tool.sh promtool promtool usr/bin/promtool     prints its path; exit 1, with a message, if it is not available
set -euo pipefail

[[ $# -eq 3 ]] || { echo "usage: deploy/bin/tool.sh NAME PACKAGE PATH-IN-THE-PACKAGE" >&2; exit 2; }
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/target/tools
if command -v "$1"; then exit; fi
if [[ ! -x $tools/$2/$3 ]]; then
  if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    echo "tool: there is no $1 here" >&2
    exit 1
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && { apt-get download -qq "$2" || { [[ $EUID -eq 0 ]] && apt-get update -qq && apt-get download -qq "$2"; }; }) \
    >"$work/log" 2>&1 || { echo "tool: there is no $1 here, and its package $2 could not be fetched" >&2; exit 1; }
  rm -rf "${tools:?}/$2"
  mkdir -p "$tools"
  dpkg -x "$work/$2"_*.deb "$work/root"
  mv "$work/root" "$tools/$2"
fi
echo "$tools/$2/$3"
