#!/usr/bin/env bash
# Takes down what up.sh brought up, and nothing else: daemons by their pid files, namespaces and the bridge by their names.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=settings.sh
. "$here/settings.sh"

if [[ -f $STATE/slurmctld.pid ]]; then
  scancel --full --partition=gpu 2>/dev/null
  for ((tries = 20; tries; tries--)); do
    [[ $(squeue -h 2>/dev/null) ]] || break
    sleep 0.1
  done
fi
pids=()
for file in "$STATE"/slurmd.*.pid "$STATE"/slurmctld.pid; do
  if [[ -f $file ]]; then pids+=("$(cat "$file")"); fi
done
if ((${#pids[@]})); then
  kill "${pids[@]}" 2>/dev/null
  for ((tries = 50; tries; tries--)); do
    kill -0 "${pids[@]}" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "${pids[@]}" 2>/dev/null
fi
for namespace in $(ip netns list 2>/dev/null | awk '$1 ~ /^sflowc-node/ { print $1 }'); do
  ip link del "sflowc-v${namespace#sflowc-node}" 2>/dev/null
  ip netns del "$namespace"
done
ip link del "$BRIDGE" 2>/dev/null
if grep -q ' # sflowc$' /etc/hosts; then
  kept=$(grep -v ' # sflowc$' /etc/hosts)
  printf '%s\n' "$kept" >/etc/hosts
fi
rm -f /dev/sflowc-gpu[0-9]
rm -rf "$STATE"
exit 0
