#!/usr/bin/env bash
# Plants secrets in a repository of its own and sees each of them found, and what only looks like one let through.
# The secrets are put together here: written out, the scan would find them in this file.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git init -q "$work"
cases=0

fail() {
  echo "secret-scan-test: $*" >&2
  exit 1
}

# drawn N: the same letters and digits every time, but no pattern in them.
drawn() {
  printf '%s' 'q7Xw2Lr9Tz4Kd8Vb3Nm6Hs5Jf1Pg0Yc8Rk2Wt7Bx4Zl9Dv6Qn3Mh5Sj1Fg' | cut -c "1-$1"
}

scan() {
  "$HERE/../secret-scan.sh" "$work" >"$work/.git/found" 2>&1
}

finds() { # NAME RULE CONTENT
  printf '%s\n' "$3" >"$work/$1"
  if scan; then fail "not found: $2"; fi
  grep -q "$2" "$work/.git/found" || fail "found, but not as $2: $(cat "$work/.git/found")"
  if grep -qF "$(drawn 12)" "$work/.git/found"; then fail "the secret itself was printed ($2)"; fi
  rm "$work/$1"
  cases=$((cases + 1))
}

lets_through() { # CONTENT
  printf '%s\n' "$1" >"$work/file"
  scan || fail "wrongly found: $1 ($(cat "$work/.git/found"))"
  rm "$work/file"
  cases=$((cases + 1))
}

finds key.txt 'a private key' "-----BEGIN RSA PRIVATE"" KEY-----"
finds a.sh 'a Fly.io token' "export T='Fly""V1 fm2_$(drawn 30)'"
finds a.sh 'a Fly.io token' "fo""1_$(drawn 40)"
finds a.sh 'an AWS key' "AKI""AQ7XW2LR9TZ4KD8VB"
finds a.sh 'a GitHub token' "gh""p_$(drawn 36)"
finds a.yml 'a value for IP_HASH_PEPPER' "IP_HASH_PEPPER: $(drawn 24)"
finds a.env 'a value for ADMIN_API_KEY' "ADMIN_API_KEY=\"$(drawn 32)\""
finds a.java "a database's address" "postgres://app:$(drawn 16)@db.prod.internal:5432/app"
finds .env 'by its name' 'A=b'
finds deep.p12 'by its name' 'x'

lets_through "postgres://app:$(drawn 16)@127.0.0.1:5432/app"
lets_through 'postgres://user:password@host:5432/database'
# shellcheck disable=SC2016 # a variable's name is what a file would hold
lets_through 'ADMIN_API_KEY=${{ secrets.ADMIN_API_KEY }}'
lets_through 'ADMIN_API_KEY=not-a-secret-of-anyone-either'
lets_through 'IP_HASH_PEPPER=change-me-before-use'
lets_through "ADMIN_API_KEY=$(drawn 32) # secret-scan:allow a fixture"

git -C "$work" add -A
echo "FLY_API_TOKEN=$(drawn 30)" >"$work/staged"
git -C "$work" add staged
if scan; then fail "a tracked file was not read"; fi
echo "secret-scan-test: $cases cases"
