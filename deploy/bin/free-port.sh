# shellcheck shell=bash
# A port for a service that a script starts. Scripts source this.

# It is below the ports that Linux gives to outgoing connections, so that none of them takes it meanwhile.
free_port() {
  local port
  while
    port=$((RANDOM % 12000 + 20000))
    (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
  do :; done
  echo "$port"
}
