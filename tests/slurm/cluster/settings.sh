# shellcheck shell=bash
# What up.sh and down.sh agree on. Every name and address is the cluster's own, so that nothing else is touched.
NODES=${SFLOWC_SLURM_NODES:-4}
STATE=${SFLOWC_SLURM_STATE:-/var/tmp/sflowc-slurm}
BRIDGE=sflowc0
NETWORK=10.77.0
GPUS=8

export NODES STATE BRIDGE NETWORK GPUS
node_namespace() { printf 'sflowc-node%s' "$1"; }
