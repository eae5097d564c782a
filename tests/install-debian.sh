#!/usr/bin/env bash
# Installs the Debian packages that the tests use: a Slurm cluster, the services of the end-to-end test, shells and tools.
# Needs root. Does nothing when all are there. No service is started: the tests start their own.
set -euo pipefail

packages=(
  bats busybox-static curl gawk iproute2 mawk original-awk procps strace util-linux wget
  fish git groff zsh
  libpmix2 libpmix-dev munge slurm-wlm
  gcc libc6-dev libslurm-dev
  chromium fonts-dejavu-core graphviz
  etcd-client etcd-server nats-server nginx-light
  openssh-client openssh-server
  containerd docker.io iptables runc
)

# dpkg-query fails when it does not know one of them; what it prints for the others counts all the same.
installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || :)
missing=()
for package in "${packages[@]}"; do
  [[ $'\n'$installed$'\n' == *$'\n'"installed $package"$'\n'* ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

# A package's own scripts ask policy-rc.d whether they may start their service.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
options=(-o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
apt-get "${options[@]}" update -q
apt-get "${options[@]}" install -qy --no-install-recommends "${missing[@]}"
