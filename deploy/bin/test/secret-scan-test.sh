#!/usr/bin/env bash
# Plants secrets in a temporary repository. Each must be found; what only looks like a secret must not be.
# The secrets are written in parts that are put together here. Otherwise the scan would find them in this file.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git init -q "$work"
cases=0
expected=()
harmless=()

fail() {
  echo "secret-scan-test: $*" >&2
  exit 1
}

# drawn N: prints N letters and digits that look random, the same every time.
drawn() {
  printf '%s' 'q7Xw2Lr9Tz4Kd8Vb3Nm6Hs5Jf1Pg0Yc8Rk2Wt7Bx4Zl9Dv6Qn3Mh5Sj1Fg' | cut -c "1-$1"
}

finds() { # NAME RULE CONTENT
  cases=$((cases + 1))
  mkdir "$work/$cases"
  printf '%s\n' "$3" >"$work/$cases/$1"
  expected+=("$cases/$1:1: $2")
}

lets_through() { # NAME CONTENT
  cases=$((cases + 1))
  mkdir "$work/$cases"
  printf '%s\n' "$2" >"$work/$cases/$1"
  harmless+=("$cases/$1:")
}

finds key.txt 'a private key' "-----BEGIN RSA PRIVATE"" KEY-----"
finds a.sh 'a Fly.io token' "export T='Fly""V1 fm2_$(drawn 30)'"
finds a.sh 'a Fly.io token' "fo""1_$(drawn 40)"
finds a.sh 'an AWS key' "AKI""AQ7XW2LR9TZ4KD8VB"
finds a.sh 'GITHUB_TOKEN' "gh""p_$(drawn 36)"
finds a.sh 'SLACK_TOKEN' "xo""xb-123456789012-1234567890123-$(drawn 24)"
finds a.js 'a payment key' "sk""_live_$(drawn 24)"
finds a.yml 'a random value of a secret' "IP_HASH_PEPPER: $(drawn 24)"
finds a.env 'a random value of a secret' "ADMIN_API_KEY=\"$(drawn 32)\""
finds a.java 'PostgreSQLConnection' "postgres://app:$(drawn 16)@db.prod.internal:5432/app"
finds .env 'a file that holds secrets by its name' 'A=b'
finds .env.local 'a file that holds secrets by its name' 'A=b'
finds deep.p12 'a file that holds secrets by its name' 'x'
finds id_ed25519 'a file that holds secrets by its name' 'x'

lets_through file "postgres://app:$(drawn 16)@127.0.0.1:5432/app"
lets_through file 'postgres://user:password@host:5432/database'
# shellcheck disable=SC2016 # a variable's name is what a file would hold
lets_through file 'ADMIN_API_KEY=${{ secrets.ADMIN_API_KEY }}'
lets_through file 'ADMIN_API_KEY=not-a-secret-of-anyone-either'
lets_through file 'IP_HASH_PEPPER=change-me-before-use'
lets_through file "ADMIN_API_KEY=$(drawn 32) # secretlint-disable-line -- a fixture"
lets_through .env.example 'A=b'
lets_through .env.production.example 'A=b'

git -C "$work" add -A
git -C "$work" reset -q -- 1 # files that were not added are scanned as well
status=0
"$HERE/../secret-scan.sh" "$work" >"$work/.git/found" 2>&1 || status=$?
[[ $status -eq 1 ]] || fail "it ended with $status: $(cat "$work/.git/found")"
for line in "${expected[@]}"; do
  grep -qxF "$line" "$work/.git/found" || fail "not found: $line ($(cat "$work/.git/found"))"
done
for name in "${harmless[@]}"; do
  if grep -F "$name" "$work/.git/found"; then fail "what only looks like a secret was reported"; fi
done
if grep -qF "$(drawn 12)" "$work/.git/found"; then fail "a secret itself was printed"; fi

rm -r "${work:?}"/[0-9]*
echo 'nothing' >"$work/file"
"$HERE/../secret-scan.sh" "$work" | grep -qx 'secret-scan: 1 files, no secret' || fail "a repository without a secret was refused"
# Without Node it fails, and says what to install.
mkdir "$work/.git/bin"
for tool in bash dirname id; do ln -s "$(command -v "$tool")" "$work/.git/bin"; done
if PATH=$work/.git/bin "$HERE/../secret-scan.sh" "$work" >"$work/.git/found" 2>&1; then fail "it passed without Node"; fi
grep -q 'Node 20 or newer and npm are needed' "$work/.git/found" || fail "it did not say what is missing: $(cat "$work/.git/found")"
echo "secret-scan-test: $cases cases"
