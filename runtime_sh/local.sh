# shellcheck shell=bash
# local: tasks that run on this host, as a child of their runner.
# requires: pool timer

sf_local_become() { # <word>...: becomes that command, with the variables of SF_ENV and SF_BUILTINS
  local assignment
  # The names of the variables are the user's and may be ours: from here on nothing of ours is read but the positions.
  set -- "$#" "$@" ${SF_ENV[@]+"${SF_ENV[@]}"} ${SF_BUILTINS[@]+"${SF_BUILTINS[@]}"}
  for assignment in "${@:$1+2}"; do
    if [[ $assignment == SF_* ]]; then unset -v "${assignment%%=*}"; fi # an array cannot be exported
  done
  (($# == $1 + 1)) || export "${@:$1+2}"
  exec -- "${@:2:$1}"
}

sf_local_signal() { # <signal> <task index>...: to everything in the process groups of the tasks
  sf_pool_signal "$@"
}

sf_local_killed() { # <task index>: its runner reports, unless the kernel cannot end the task
  sf_timer_set "reap:$1" 500
}

sf_timer_due_reap() { # <task index>
  if [[ ${SF_PID[$1]-} ]]; then sf_schedule_exit "$1" "${SF_ATTEMPT[$1]}" 137; fi
}

sf_local_nodes() { # <first node> <count>: a local backend's nodes are all this host
  local -i n
  for ((n = 0; n < $2; n++)); do
    SF_NODE_NAME[$1 + n]=localhost
    ((! n)) || SF_NODE_NAME[$1 + n]=localhost-$n
    SF_NODE_IP[$1 + n]=127.0.0.1
  done
}
