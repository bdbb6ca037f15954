#!/usr/bin/env bash
# Makes the files that compose.yaml needs: .env, and secrets drawn once. Existing files stay, and must agree.
#
#   ./prepare.sh DOMAIN ALLOWED-ORIGINS CONTACT-EMAIL PUBLIC-KEY-FILE
#   ./prepare.sh events.example.com https://www.example.com privacy@example.com backup-key.asc
#
# Backups are encrypted for the key, made where they are to be read: gpg --quick-generate-key backup@example.com, and
# gpg --armor --export backup@example.com >backup-key.asc. Its private key must not be on this machine.
set -euo pipefail

[[ $# -eq 4 && $1 != *://* && $2 == http*://* && $3 == *@* ]] ||
  { echo "usage: prepare.sh events.example.com https://www.example.com privacy@example.com backup-key.asc" >&2; exit 2; }
key=$(cat "$4") || exit 1
[[ $key == *'BEGIN PGP PUBLIC KEY BLOCK'* && $key != *'PRIVATE KEY'* ]] ||
  { echo "prepare: $4 is not a public key: gpg --armor --export backup@example.com >backup-key.asc" >&2; exit 2; }
cd "${COMPOSE_DIRECTORY:-$(dirname "${BASH_SOURCE[0]}")}"
settings=("DOMAIN=$1" "CORS_ALLOWED_ORIGINS=$2" "PRIVACY_CONTACT_EMAIL=$3")
for setting in "${settings[@]}"; do
  [[ ! -e .env ]] || grep -qxF -- "$setting" .env || { echo "prepare: .env has no line $setting: change it there" >&2; exit 1; }
done
[[ ! -s secrets/backup_public_key || $(<secrets/backup_public_key) == "$key" ]] ||
  { echo "prepare: secrets/backup_public_key has another key: remove it first" >&2; exit 1; }
mkdir -p secrets backups
# The containers' users read the files; no other user of this machine gets into the directory.
chmod 700 secrets
[[ ! -O backups ]] || chmod 700 backups
next='docker compose run --rm ops migrate'
if [[ $EUID -eq 0 ]]; then
  chown 65532:65532 backups
elif [[ -O backups ]]; then
  next="sudo chown 65532:65532 backups, or no backup can be written; then $next"
fi

# keep NAME VALUE
keep() {
  [[ -s secrets/$1 ]] || printf '%s\n' "$2" >"secrets/$1"
  chmod 444 "secrets/$1"
}

drawn() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

keep postgres_password "$(drawn)"
keep ip_hash_pepper "$(drawn)"
keep admin_api_key "$(drawn)"
keep unsubscribe_secret "$(drawn)"
keep database_url "postgres://altcontext:$(<secrets/postgres_password)@db:5432/altcontext?sslmode=disable"
keep backup_public_key "$key"
# Empty until the operator writes the mail server's URL into it.
[[ -e secrets/smtp_url ]] || install -m 644 /dev/null secrets/smtp_url
[[ -e .env ]] || printf '%s\n' "${settings[@]}" >.env
echo "prepare: .env and secrets/ are ready; next: $next"
