#!/usr/bin/env bash
# Brings up a real Slurm cluster on this machine: a slurmctld, and slurmd's that each live in a network, host name and mount
# namespace of their own, with eight GPUs that are only device files. Needs root and the packages of tests/install-debian.sh.
# Quick when it is up already; what a killed run left behind is taken down first.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=settings.sh
. "$here/settings.sh"

idle() { sinfo -h -t idle,alloc,mix -o %D 2>/dev/null; }

if [[ -f $STATE/slurmctld.pid && $(idle) == "$NODES" ]]; then exit 0; fi
bash "$here/down.sh"

network() { # a bridge, and on it a namespace for each node
  local i namespace
  ip link add "$BRIDGE" type bridge
  ip addr add "$NETWORK.1/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  for ((i = 1; i <= NODES; i++)); do
    namespace=$(node_namespace "$i")
    ip netns add "$namespace"
    ip link add "sflowc-v$i" type veth peer name eth0 netns "$namespace"
    ip link set "sflowc-v$i" master "$BRIDGE" up
    ip -n "$namespace" addr add "$NETWORK.$((10 + i))/24" dev eth0
    ip -n "$namespace" link set eth0 up
    ip -n "$namespace" link set lo up
    grep -q "[[:space:]]node$i # sflowc$" /etc/hosts || printf '%s node%s # sflowc\n' "$NETWORK.$((10 + i))" "$i" >>/etc/hosts
  done
}

authentication() {
  mkdir -p /run/munge
  [[ -f /etc/munge/munge.key ]] || /usr/sbin/mungekey --create
  chown munge: /etc/munge/munge.key /run/munge /var/log/munge /var/lib/munge
  pgrep -x munged >/dev/null || runuser -u munge -- /usr/sbin/munged
}

configuration() {
  mkdir -p "$STATE/control" /etc/slurm /var/spool/pmix
  cat >/etc/slurm/slurm.conf <<CONF
ClusterName=sflowc
SlurmctldHost=$(hostname)($NETWORK.1)
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=$STATE/control
SlurmdSpoolDir=$STATE/spool.%n
SlurmctldPidFile=$STATE/slurmctld.pid
SlurmdPidFile=$STATE/slurmd.%n.pid
SlurmctldLogFile=$STATE/slurmctld.log
SlurmdLogFile=$STATE/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
GresTypes=gpu
MpiDefault=none
KillWait=5
InactiveLimit=0
NodeName=node[1-$NODES] CPUs=8 Boards=1 SocketsPerBoard=1 CoresPerSocket=8 ThreadsPerCore=1 RealMemory=4000 Gres=gpu:$GPUS State=UNKNOWN
PartitionName=gpu Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES
CONF
  printf 'AutoDetect=off\nName=gpu File=/dev/sflowc-gpu[0-%s]\n' "$((GPUS - 1))" >/etc/slurm/gres.conf
  printf 'PMIxCliTmpDirBase=/var/spool/pmix\n' >/etc/slurm/mpi.conf
  local gpu
  for ((gpu = 0; gpu < GPUS; gpu++)); do
    [[ -e /dev/sflowc-gpu$gpu ]] || mknod "/dev/sflowc-gpu$gpu" c 1 3 # as /dev/null
  done
}

daemons() {
  local i
  mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
  slurmctld
  for ((i = 1; i <= NODES; i++)); do
    mkdir -p "$STATE/spool.node$i"
    # nsenter, not `ip netns exec`: that mounts another /sys over the cgroups that slurmd insists on.
    # shellcheck disable=SC2016 # for the inner shell
    nsenter --net="/run/netns/$(node_namespace "$i")" unshare --uts --mount --propagation private \
      bash -c 'hostname "$1"; mount -t tmpfs none /var/spool/pmix; exec slurmd -N "$1"' bash "node$i"
  done
}

network
authentication
configuration
daemons
for ((tries = 150; tries; tries--)); do
  [[ $(idle) != "$NODES" ]] || exit 0
  sleep 0.2
done
sinfo -N -l >&2
exit 1
