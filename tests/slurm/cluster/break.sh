#!/usr/bin/env bash
# Breaks a part of the cluster, or mends it:
#
#   break.sh node N          as a power cut: everything on node N is killed, and Slurm is told that the node is down
#   break.sh controller      stops slurmctld; start-controller starts it
#   break.sh mend            starts what is missing, and waits until every node is idle
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=settings.sh
. "$here/settings.sh"
one_at_a_time "${BASH_SOURCE[0]}" "$@"
unset SFLOWC_SLURM_LOCKED

node() { # <number>
  local pids
  mapfile -t pids < <(ip netns pids "$(namespace_of "$1")")
  kill -KILL "${pids[@]}"
  scontrol update NodeName="node$1" State=DOWN Reason="power cut"
}

controller() {
  local pid
  read -r pid <"$STATE/slurmctld.pid"
  kill "$pid"
  while [[ -e /proc/$pid && $(<"/proc/$pid/stat") != *') Z '* ]]; do sleep 0.05; done
}

start-controller() { # and waits until it answers
  answers || slurmctld
  until answers; do sleep 0.1; done
}

has_slurmd() { # <node's number>: steps may outlive it
  local pid
  for pid in $(ip netns pids "$(namespace_of "$1")"); do
    [[ $(cat "/proc/$pid/comm" 2>/dev/null) != slurmd ]] || return 0
  done
  return 1
}

answers() {
  timeout 5 scontrol ping 2>/dev/null | grep -q ' is UP'
}

mend() {
  local i tries
  start-controller
  for ((i = 1; i <= NODES; i++)); do
    has_slurmd "$i" || start_node "$i"
  done
  for ((tries = 300; tries; tries--)); do
    [[ $(timeout 5 sinfo -h -p gpu -N -o %t | grep -cx idle) != "$NODES" ]] || return 0
    for ((i = 1; i <= NODES; i++)); do
      [[ $(sinfo -h -p gpu -n "node$i" -o %t) != down* ]] || scontrol update NodeName="node$i" State=RESUME
    done
    ((tries % 25)) || scontrol reconfigure # of a node that is said not to answer Slurm would hear in some minutes only
    sleep 0.2
  done
  sinfo -N -l >&2
  return 1
}

"$@"
