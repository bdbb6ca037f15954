#!/usr/bin/env bash
# Runs the scheduled jobs of altops (hours in UTC), or altops once with the given arguments.
#
#   DATABASE_URL_FILE=… schedule.sh                     forever: rollups four times a day, once a backup, a purge and due reports
#   DATABASE_URL_FILE=… schedule.sh COMMAND …           altops COMMAND …, once
#   DATABASE_URL_FILE=… schedule.sh at HOUR             what is due at that hour, now
#
# Some commands also need IP_HASH_PEPPER_FILE, UNSUBSCRIBE_SECRET_FILE and BACKUP_PUBLIC_KEY_FILE. The next run catches up a missed
# job. A failed job is logged and leaves /tmp/failed, by which the container counts as unhealthy until the same hour's jobs have
# succeeded again.
set -uo pipefail

ALTOPS=${ALTOPS:-/opt/java/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m -jar /opt/altops/altops.jar}
BACKUPS=${BACKUPS:-/backups}
ENCRYPT=${ENCRYPT:-/opt/altops/encrypt.sh}
FAILED=${FAILED:-/tmp/failed}
for name in DATABASE_URL IP_HASH_PEPPER UNSUBSCRIBE_SECRET BACKUP_PUBLIC_KEY; do
  file=${name}_FILE
  [[ -n ${!file:-} ]] || continue
  value=$(cat "${!file}") || exit 1
  export "$name=$value"
done

altops() {
  # shellcheck disable=SC2086 # the program and its flags
  $ALTOPS "$@"
}

job() {
  altops "$@" --json && return
  echo "schedule: altops $* failed ($?)" >&2
  return 1
}

backup() {
  local file
  file=$BACKUPS/altcontext-$(date -u +%Y%m%dT%H%M%SZ).dump
  # Removes unencrypted backups of an interrupted run or an earlier release.
  find "$BACKUPS" -name 'altcontext-*.dump*' ! -name '*.dump.gpg' -delete
  job backup --to "$file" || return
  "$ENCRYPT" "$file" "$file.gpg" || {
    rm -f "$file" "$file.gpg"
    echo "schedule: the backup could not be encrypted, and was not kept" >&2
    return 1
  }
  # Purged and erased data must not stay in backups for long.
  find "$BACKUPS" -name 'altcontext-*.dump.gpg' -mtime "+${BACKUP_DAYS:-14}" -delete
}

# due HOUR: runs the jobs of an hour, from 0 to 23. A failure does not keep the others from running.
due() {
  local ok=0
  case $1 in
    1 | 7 | 13 | 19) job rollup && job rollup check || ok=1 ;;
    2) backup || ok=1 ;;
    4) job rollup && job retention purge ${KEEP_SUBMISSIONS:+--keep-submissions "$KEEP_SUBMISSIONS"} || ok=1 ;;
    8) job report send || ok=1 ;;
    *) return 0 ;;
  esac
  if ((ok == 0)); then
    [[ ! -f $FAILED ]] || sed -i "/^$1\$/d" "$FAILED"
    [[ -s $FAILED ]] || rm -f "$FAILED"
  else
    grep -qsx "$1" "$FAILED" || echo "$1" >>"$FAILED"
  fi
  return "$ok"
}

forever() {
  local now
  trap 'exit 0' INT TERM
  while true; do
    now=$(date -u +%s)
    # Until the next minute 23. In the background, so that a stop does not wait for the sleep.
    sleep $((3600 - (now + 37 * 60) % 3600)) &
    wait $!
    due "$(date -u +%-H)"
  done
}

case ${1:-} in
  '') forever ;;
  at) due "$2" ;;
  *) altops "$@" ;;
esac
