#!/usr/bin/env bash
# Takes down what up.sh brought up, and nothing else: daemons by their pid files, what runs on the nodes by their network
# namespaces, everything else by its name. Does nothing when there is nothing.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=settings.sh
. "$here/settings.sh"
one_at_a_time "${BASH_SOURCE[0]}" "$@"

on_nodes() { # everything that runs in the nodes' namespaces: slurmd's, steps, and what steps left
  local namespace
  for namespace in $(namespaces); do ip netns pids "$namespace" 2>/dev/null; done
}

namespaces() {
  ip netns list 2>/dev/null | awk '$1 ~ /^sflowc-node[0-9]+$/ { print $1 }'
}

are_gone() { # <pid>...: a zombie is gone, too
  local pid state
  for pid; do
    read -r state < <(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null) || continue
    [[ $state == Z ]] || return 1
  done
}

stop() { # <pid>...: TERM, and KILL for what is still there after five seconds
  local -i tries
  (($#)) || return 0
  kill "$@" 2>/dev/null
  for ((tries = 50; tries; tries--)); do
    are_gone "$@" && return 0
    sleep 0.1
  done
  kill -KILL "$@" 2>/dev/null
}

pid_in() { # <pid file> <name>: its process, if that is still the one that wrote it
  local pid
  [[ -f $1 ]] && read -r pid <"$1" || return 0
  [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$2" ]] && printf '%s\n' "$pid"
}

# shellcheck disable=SC2046 # pids
stop $(pid_in "$STATE/slurmctld.pid" slurmctld) $(on_nodes)
# shellcheck disable=SC2046 # a pid
stop $(pid_in "$STATE/munged.pid" munged)
for namespace in $(namespaces); do
  ip link del "sflowc-v${namespace#sflowc-node}" 2>/dev/null
  ip netns del "$namespace"
done
ip link del "$BRIDGE" 2>/dev/null
if grep -q ' # sflowc$' /etc/hosts; then
  kept=$(grep -v ' # sflowc$' /etc/hosts)
  printf '%s\n' "$kept" >/etc/hosts # in place: in a container it may be a mount of its own
fi
if is_ours; then rm -f "$CONFIGURATION"/{slurm,gres,mpi}.conf; fi
if [[ -f $STATE/cgroup ]]; then umount /sys/fs/cgroup 2>/dev/null; fi
rm -f /dev/sflowc-gpu[0-9]*
rmdir /var/spool/pmix 2>/dev/null
rm -rf "$STATE"
exit 0
