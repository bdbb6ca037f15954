# shellcheck shell=bash disable=SC2034 # scripts source this: FLAGS is theirs
# How a script starts the service: with production's JVM flags, on a port of its own.

# production_flags FILE: leaves in FLAGS what deploy/jvm.options, or a file like it, says; without those that name an AOT
# cache: which one is used is for the caller to say.
production_flags() {
  mapfile -t FLAGS < <(sed -e 's/[[:space:]]*$//' -e '/^[[:space:]]*\(#.*\)\{0,1\}$/d' "$1" |
    grep -v -e '^-XX:AOTCache' -e '^-XX:AOTMode')
}

# Below those that Linux gives to connections that go out, so that none of them takes it meanwhile.
free_port() {
  local port
  while
    port=$((RANDOM % 12000 + 20000))
    (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
  do :; done
  echo "$port"
}
