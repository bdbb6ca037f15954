# shellcheck shell=bash
# Ports for a service that a script starts. Scripts source this.

# free_ports COUNT: prints so many different ports on one line. Two calls may print the same port, since nothing listens on it yet. The
# ports are below those that Linux gives to outgoing connections, so that none of them takes one meanwhile.
free_ports() {
  local port ports=()
  while ((${#ports[@]} < $1)); do
    port=$((RANDOM % 12000 + 20000))
    [[ " ${ports[*]} " == *" $port "* ]] || (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || ports+=("$port")
  done
  echo "${ports[@]}"
}

free_port() {
  free_ports 1
}
