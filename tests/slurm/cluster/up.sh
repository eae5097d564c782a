#!/usr/bin/env bash
# Brings up a real Slurm cluster on this machine: a slurmctld, and slurmd's that each live in a network, host name and mount
# namespace of their own, with GPUs that are only device files. Needs root and the packages of tests/install-debian.sh.
# Does nothing when the cluster is up; what a killed run left behind is taken down first. settings.sh has the parameters.
#
# The nodes are node1, node2 ... at 10.77.0.11, 10.77.0.12 ...; this host is 10.77.0.1. They share this host's files.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=settings.sh
. "$here/settings.sh"
one_at_a_time "${BASH_SOURCE[0]}" "$@"

is_up() { # nodes of which Slurm has not heard for a while have a star behind their state
  [[ -f $STATE/settings && $(<"$STATE/settings") == "$SETTINGS" ]] || return 1
  [[ $(timeout 5 sinfo -h -N -p gpu -o %t 2>/dev/null | grep -cxE 'idle|alloc|mix|comp') == "$NODES" ]]
}

network() { # a bridge, and on it a namespace for each node
  local i namespace
  ip link add "$BRIDGE" type bridge
  ip addr add "$NETWORK.1/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  for ((i = 1; i <= NODES; i++)); do
    namespace=$(namespace_of "$i")
    ip netns add "$namespace"
    ip link add "sflowc-v$i" type veth peer name eth0 netns "$namespace"
    ip link set "sflowc-v$i" master "$BRIDGE" up
    ip -n "$namespace" addr add "$NETWORK.$((10 + i))/24" dev eth0
    ip -n "$namespace" link set eth0 up
    ip -n "$namespace" link set lo up
    printf '%s node%d # sflowc\n' "$NETWORK.$((10 + i))" "$i" >>/etc/hosts
  done
}

authentication() {
  ! munge --no-input >/dev/null 2>&1 || return 0 # not pgrep: it finds one that has ended and waits to be reaped, too
  install -d -o munge -g munge /run/munge /var/log/munge /var/lib/munge
  [[ -f /etc/munge/munge.key ]] || /usr/sbin/mungekey --create
  chown munge: /etc/munge/munge.key
  runuser -u munge -- /usr/sbin/munged --pid-file=/run/munge/sflowc.pid
  cp /run/munge/sflowc.pid "$STATE/munged.pid"
}

configuration() {
  local gpu
  cat >"$CONFIGURATION/slurm.conf" <<CONF
ClusterName=$CLUSTER
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
MpiDefault=none
PlugStackConfig=$STATE/plugstack.conf
GresTypes=gpu
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
# Nodes with more CPUs than this machine has; a busy machine may take its time to answer.
SlurmdParameters=config_overrides
MessageTimeout=60
ReturnToService=2
# A job starts when it is submitted, not at the next look at the queue.
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
KillWait=$KILL_WAIT
InactiveLimit=0
NodeName=node[1-$NODES] CPUs=$CPUS Boards=1 SocketsPerBoard=1 CoresPerSocket=$CPUS ThreadsPerCore=1 RealMemory=4000 Gres=gpu:$GPUS State=UNKNOWN
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=gpu Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES PriorityTier=2 PreemptMode=OFF
# Its jobs are told when a job of the other partition needs their nodes, and have so many seconds to end.
PartitionName=spare Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=CANCEL GraceTime=30
CONF
  printf 'AutoDetect=off\nName=gpu File=/dev/sflowc-gpu[0-%d]\n' "$((GPUS - 1))" >"$CONFIGURATION/gres.conf"
  printf 'PMIxCliTmpDirBase=/var/spool/pmix\n' >"$CONFIGURATION/mpi.conf"
  for ((gpu = 0; gpu < GPUS; gpu++)); do
    mknod "/dev/sflowc-gpu$gpu" c 1 3 # as /dev/null
  done
}

daemons() {
  local i
  unset SFLOWC_SLURM_LOCKED
  if ! mountpoint -q /sys/fs/cgroup; then
    mount -t cgroup2 none /sys/fs/cgroup
    : >"$STATE/cgroup"
  fi
  slurmctld
  for ((i = 1; i <= NODES; i++)); do start_node "$i"; done
}

if is_up; then exit 0; fi
if ! is_ours; then
  printf 'up.sh: %s/slurm.conf is of another cluster; it stays as it is\n' "$CONFIGURATION" >&2
  exit 1
fi
bash "$here/down.sh"
mkdir -p "$STATE/control" "$CONFIGURATION" /var/spool/pmix
network
authentication
configuration
printf '%s\n' "$SETTINGS" >"$STATE/settings"
daemons
for ((tries = 150; tries; tries--)); do
  if is_up; then exit 0; fi
  sleep 0.2
done
sinfo -N -l >&2 || :
tail -n 20 "$STATE"/*.log >&2
exit 1
