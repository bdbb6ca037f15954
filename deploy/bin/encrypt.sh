#!/usr/bin/env bash
# Encrypts a file for a public key and removes the original. Only the private key can decrypt it.
#
#   BACKUP_PUBLIC_KEY="$(gpg --armor --export NAME)" deploy/bin/encrypt.sh FILE FILE.gpg
#   gpg --decrypt FILE.gpg >FILE
set -euo pipefail

[[ $# -eq 2 && -n ${BACKUP_PUBLIC_KEY:-} ]] || { echo "usage: BACKUP_PUBLIC_KEY=… deploy/bin/encrypt.sh FILE FILE.gpg" >&2; exit 2; }
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
printf '%s\n' "$BACKUP_PUBLIC_KEY" >"$home/key.asc"
# Under another name until it is whole, so that nobody takes half a file for a backup.
rm -f "$2.part"
gpg --homedir "$home" --batch --quiet --no-autostart --trust-model always --recipient-file "$home/key.asc" --output "$2.part" --encrypt "$1"
mv "$2.part" "$2"
rm -f "$1"
