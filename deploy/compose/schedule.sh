#!/usr/bin/env bash
# Runs the scheduled jobs of altops (hours in UTC), or altops once with the given arguments.
#
#   DATABASE_URL_FILE=… schedule.sh                     forever: rollups four times a day, once a backup, a purge and due reports
#   DATABASE_URL_FILE=… schedule.sh COMMAND …           altops COMMAND …, once
#   DATABASE_URL_FILE=… schedule.sh at HOUR             what is due at that hour, now
#
# Some commands also need IP_HASH_PEPPER_FILE, UNSUBSCRIBE_SECRET_FILE and BACKUP_PUBLIC_KEY_FILE. The next run catches up a missed
# job. A failed job is logged and leaves /tmp/failed, by which the container counts as unhealthy until the same job has
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
  local status=0
  altops "$@" --json || status=$?
  ((status == 0)) || echo "schedule: altops $* failed ($status)" >&2
  return "$status"
}

# A row that arrives between the two makes a difference (3), so both are then tried once more.
rollup() {
  job rollup || return
  job rollup check && return
  [[ $? -eq 3 ]] && job rollup && job rollup check
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
  [[ ${BACKUP_DAYS:-14} =~ ^[1-9][0-9]*$ ]] || { echo "schedule: BACKUP_DAYS must be a number of days" >&2; return 1; }
  # Purged and erased data must not stay in backups for long. One of the same hour counts as that old, though some minutes are missing.
  find "$BACKUPS" -name 'altcontext-*.dump.gpg' -mmin "+$((${BACKUP_DAYS:-14} * 1440 - 60))" -delete
}

# due HOUR: runs the jobs of an hour, from 0 to 23. A failure does not keep the others from running.
due() {
  local ok=0 name=$1
  case $1 in
    1 | 7 | 13 | 19) name=rollup && rollup || ok=1 ;;
    2) backup || ok=1 ;;
    4) job rollup && job retention purge ${KEEP_SUBMISSIONS:+--keep-submissions "$KEEP_SUBMISSIONS"} || ok=1 ;;
    8) job report send || ok=1 ;;
    *) return 0 ;;
  esac
  if ((ok == 0)); then
    [[ ! -f $FAILED ]] || sed -i "/^$name\$/d" "$FAILED"
    [[ -s $FAILED ]] || rm -f "$FAILED"
  else
    grep -qsx "$name" "$FAILED" || echo "$name" >>"$FAILED"
  fi
  return "$ok"
}

forever() {
  local now
  # What an earlier run left is not encrypted. (A .dump may be there to be restored.)
  find "$BACKUPS" -name 'altcontext-*.part' -delete
  # A stop does not wait for the sleep, and ends a job, which removes its unfinished files.
  trap 'kill "$!" 2>/dev/null; wait; exit 0' INT TERM
  while true; do
    now=$(date -u +%s)
    # Until the next minute 23.
    sleep $((3600 - (now + 37 * 60) % 3600)) &
    wait $!
    # A process group of its own, which timeout ends as a whole.
    timeout 3h "${BASH_SOURCE[0]}" at "$(date -u +%-H)" &
    wait $!
  done
}

case ${1:-} in
  '') forever ;;
  at)
    [[ $# -eq 2 && $2 =~ ^(1?[0-9]|2[0-3])$ ]] || { echo "usage: schedule.sh at HOUR, from 0 to 23" >&2; exit 2; }
    # The signal ends the running program, not this script, which logs the failure.
    trap : TERM
    due "$2"
    ;;
  *) altops "$@" ;;
esac
