# shellcheck shell=bash disable=SC2034 # variables for the scripts that source this
# What up.sh and down.sh agree on. Every name and address is the cluster's own, so that nothing else is touched.
NODES=${SFLOWC_SLURM_NODES:-4}
GPUS=${SFLOWC_SLURM_GPUS:-8}           # a node, device files only
CPUS=${SFLOWC_SLURM_CPUS:-8}           # a node, whatever the machine has
KILL_WAIT=${SFLOWC_SLURM_KILL_WAIT:-5} # seconds from TERM to KILL; Slurm's own default is 30
STATE=${SFLOWC_SLURM_STATE:-/var/tmp/sflowc-slurm}
CONFIGURATION=/etc/slurm
CLUSTER=sflowc
BRIDGE=sflowc0
NETWORK=10.77.0
LOCK=/run/sflowc-slurm.lock

SETTINGS=3/$NODES/$GPUS/$CPUS/$KILL_WAIT # another cluster when one of these is another; 3: the version of slurm.conf

one_at_a_time() { # <script> <argument>...: the script anew, under a lock that its daemons do not inherit
  [[ ! ${SFLOWC_SLURM_LOCKED-} ]] || return 0
  SFLOWC_SLURM_LOCKED=1 exec flock --close "$LOCK" bash "$@"
}

namespace_of() { # <node's number>
  printf 'sflowc-node%d' "$1"
}

is_ours() { # whether the host's Slurm configuration is this cluster's, or none
  [[ ! -e $CONFIGURATION/slurm.conf ]] || grep -qx "ClusterName=$CLUSTER" "$CONFIGURATION/slurm.conf"
}

start_node() { # <node's number>: its slurmd, in namespaces of its own
  [[ -d $STATE/spool.node$1 ]] || mkdir "$STATE/spool.node$1"
  # nsenter, not `ip netns exec`: that mounts another /sys over the cgroups that slurmd insists on.
  # shellcheck disable=SC2016 # for the inner shell
  nsenter --net="/run/netns/$(namespace_of "$1")" unshare --uts --mount --propagation private \
    bash -c 'hostname "$1"; mount -t tmpfs none /var/spool/pmix; exec slurmd -N "$1"' bash "node$1"
}
