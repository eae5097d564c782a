#!/usr/bin/env bash
# Installs the Debian packages that the tests use: a Slurm cluster, the services of the end-to-end test, shells and tools.
# Needs root. Does nothing when all are there. No service is started: the tests start their own.
set -euo pipefail

packages=(
  bats busybox-static curl iproute2 mawk procps
  libpmix2 libpmix-dev munge slurm-wlm
  etcd-server nats-server nginx-light
)

missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == 'install ok installed' ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

# A package's own scripts ask policy-rc.d whether they may start their service.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -qy --no-install-recommends "${missing[@]}"
