# shellcheck shell=bash
# slurm_nodes: names and addresses of the nodes of a Slurm job, asked for once.
# requires: console

sf_slurm_nodes() { # <first node> <count that the plan needs> <node list> [<component of a heterogeneous job>]
  local -i first=$1 n
  local -a names
  local job='the job' said
  [[ ! ${4-} ]] || job="component $4 of the job"
  if [[ ! $3 ]]; then
    if [[ ${4-} && ${SLURM_JOB_ID-} ]]; then
      SF_MISSING+=("no component $4 in this Slurm job: submit this script with sbatch, which asks for a heterogeneous job")
    elif [[ ! ${4#0} ]]; then
      SF_MISSING+=("not inside a Slurm job: submit this script with sbatch, or run it under salloc")
    fi
    return
  fi
  said=$(timeout 30 scontrol show hostnames "$3") || {
    SF_MISSING+=("scontrol show hostnames $3: exit status $?")
    return
  }
  mapfile -t names <<<"$said"
  if ((${#names[@]} < $2)); then
    SF_MISSING+=("the plan needs $2 nodes, $job has ${#names[@]}: ${names[*]}")
    return
  fi
  for ((n = 0; n < $2; n++)); do
    SF_NODE_NAME[first + n]=${names[n]}
  done
  sf_slurm_addresses "$@"
}

sf_slurm_addresses() { # as sf_slurm_nodes -> SF_NODE_IP: by scontrol (Slurm 23), else by the resolver, else by asking the nodes
  local -i first=$1 n
  local -A address=()
  local name ip _
  while read -r name ip _; do
    ip=${ip%:*}
    address[${name%:}]=${ip//[][]/}
  done < <(timeout 30 scontrol getaddrs "$3" 2>/dev/null)
  for ((n = 0; n < $2; n++)); do
    name=${SF_NODE_NAME[first + n]}
    if [[ ! ${address[$name]-} ]] && command -v getent >/dev/null; then
      read -r ip _ < <(getent ahostsv4 "$name" || getent ahosts "$name") && address[$name]=$ip
    fi
    [[ ${address[$name]-} && ${address[$name]} != 127.* ]] || break
  done
  if ((n < $2)); then
    while read -r name ip _; do
      [[ ! $name ]] || address[$name]=$ip
    done < <(sf_slurm_ask "$2" ${4:+"--het-group=$4"})
  fi
  for ((n = 0; n < $2; n++)); do
    name=${SF_NODE_NAME[first + n]}
    SF_NODE_IP[first + n]=${address[$name]-}
    [[ ${address[$name]-} ]] || SF_MISSING+=("no address found for node $name")
  done
}

sf_slurm_requeued() { # a job that Slurm started again goes on with its own run: what had completed is not run again
  local run
  if [[ ! ${SF_RESUME-} ]] && [[ ${SLURM_RESTART_COUNT-} == [1-9]* ]]; then
    for run in "$SF_OUTPUT/$SLURM_JOB_ID"-*/; do
      [[ ! -d $run ]] || SF_RESUME=${run%/}
    done
  fi
}

sf_slurm_ask() { # <nodes> [<srun option>...]: every node says its name and its first address
  # shellcheck disable=SC2016 # for the nodes to expand
  timeout 120 srun "${@:2}" --overlap --nodes="$1" --ntasks="$1" --ntasks-per-node=1 \
    bash -c 'printf "%s %s\n" "$SLURMD_NODENAME" "$(hostname -i)"'
}
