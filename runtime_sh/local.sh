# shellcheck shell=bash
# local: tasks that run on this host, as a child of their wrapper.
# requires:

sf_local_launch() { # <task index> <its directory>; from SF_COMMAND, SF_ENV, SF_BUILTINS
  local name=${SF_TASK[$1]}
  # The names of the exported variables are the user's: after the export nothing of ours is read but "$@".
  (
    exec {SF_BUS}>&-
    set -- "${SF_COMMAND[@]}" "$2/$name.sh"
    export ${SF_ENV[@]+"${SF_ENV[@]}"} "${SF_BUILTINS[@]}"
    exec "$@"
  ) </dev/null >>"$2/$name.log" 2>&1
}

sf_local_signal() { # <signal> <task index>...: to everything in the process groups of the tasks
  local signal=$1 i
  shift
  for i; do kill -s "$signal" -- "-${SF_PID[i]}" 2>/dev/null; done
}

sf_local_killed() { # <task index>: after KILL nobody is left to report
  sf_schedule_exit "$1" "${SF_ATTEMPT[$1]}" 137
}

sf_local_nodes() { # <first node> <count>: a local backend's nodes are all this host
  local -i n
  for ((n = 0; n < $2; n++)); do
    SF_NODE_NAME[$1 + n]=localhost
    ((! n)) || SF_NODE_NAME[$1 + n]=localhost-$n
    SF_NODE_IP[$1 + n]=127.0.0.1
  done
}
