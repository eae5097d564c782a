# shellcheck shell=bash
# probe_tcp: is a port open?
# requires:

sf_probe_tcp() { # <port> <host>...: on every host
  local host port=$1 connection
  shift
  for host; do
    SF_DETAIL="$host:$port is closed"
    { exec {connection}<>"/dev/tcp/$host/$port"; } 2>/dev/null || return 1
    exec {connection}>&-
  done
  SF_DETAIL="port $port is open"
}
