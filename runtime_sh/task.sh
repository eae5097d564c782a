# shellcheck shell=bash
# task: one attempt at a task, in a process group of its own; its exit status comes back on the bus.
# requires: document runner

# Everything here is done for every attempt: bash copies a function's body at every call, and a fork has its price by the page
# that is written to before the next one. So there are few functions, and what is rare has its own.

sf_task_attempt() { # <task index> <attempt>: in a runner
  local -i i=$1
  local directory=$SF_RUN/${SF_TASK[$1]}
  local file=$directory/${SF_TASK[$1]}
  SF_TEXT=${SF_TEXTS[SF_DOCUMENT["task_script:$i"]]}
  [[ $SF_TEXT != *"$SF_HOLE_MARK"* ]] || sf_document_fill
  # With many tasks it may come later than this; -p would make what somebody has removed.
  [[ -d $directory ]] || mkdir -- "$directory"
  if ! { sf_document_put "$file.sh" && : >>"$file.log"; }; then # half a script may end well
    printf 'unable %s %s its script and its log cannot be written\n' "$i" "$2" >&"$SF_BUS"
    return
  fi
  SF_ATTEMPTED="$i $2"
  sf_task_environment "$i" "$directory"
  SF_COMMAND=("$BASH")
  [[ ! ${SF_SETUP[i]-} ]] || "setup_$i"
  sf_task_run "$i" "$directory" "$2"
  [[ ! ${SF_LAUNCH[i]-} ]] || sf_task_over "$i" "$directory" "$2"
  printf 'exit %s %s %s\n' "$i" "$2" "$SF_CHILD_STATUS" >&"$SF_BUS"
  printf -- '-%s %s\n' "$SF_CHILD" "$i" >&"$SF_GROUPS"
  SF_ATTEMPTED=''
}

sf_task_over() { # <task index> <its directory> <attempt>: of one that was launched in another way than as a child of its runner
  if declare -F "sf_${SF_LAUNCH[$1]}_over" >/dev/null; then "sf_${SF_LAUNCH[$1]}_over" "$@"; fi
  [[ ! -p $2/.keeper ]] || rm -f -- "$2/.keeper"
}

sf_task_run() { # <task index> <its directory> <attempt> -> SF_CHILD, SF_CHILD_STATUS
  set -m        # makes what follows the leader of a process group
  {             # becomes the task, once that is written down: until here a signal would be lost
    printf '+%s %s\n' "$BASHPID" "$1" >&"$SF_GROUPS"
    [[ ! ${SF_LAUNCH[$1]-} ]] || "sf_${SF_LAUNCH[$1]}_launch" "$@"
    exec {SF_BUS}>&- {SF_GROUPS}>&-
    # The names of the variables are the user's and may be ours: behind `export` nothing of ours is read but the positions.
    set -- "${SF_COMMAND[@]}" "$2/${SF_TASK[$1]}.sh"
    [[ "${SF_ENV[*]-}" != *SF_* ]] || sf_local_become "$@" # an array cannot be exported
    export "${SF_ENV[@]}" "${SF_BUILTINS[@]}"
    exec -- "$@"
  } </dev/null >>"$2/${SF_TASK[$1]}.log" 2>&1 &
  SF_CHILD=$!
  set +m
  wait "$SF_CHILD"
  SF_CHILD_STATUS=$?
  ((SF_CHILD_STATUS >= 0 && SF_CHILD_STATUS < 127)) || sf_runner_wait "$SF_CHILD_STATUS" # maybe a signal's
}

sf_task_environment() { # <task index> <its directory> -> SF_ENV, SF_BUILTINS: NAME=value, the later one counts
  [[ ${SF_NODES[$1]} == "${SF_PLACED-}" ]] || sf_task_nodes "${SF_NODES[$1]}"
  workflow_environment
  SF_BUILTINS=(
    "SFLOW_WORKSPACE_DIR=$SF_WORKSPACE"
    "SFLOW_OUTPUT_DIR=$SF_OUTPUT"
    "SFLOW_WORKFLOW_OUTPUT_DIR=$SF_RUN"
    "SFLOW_TASK_OUTPUT_DIR=$2"
    "SFLOW_TASK_ASSIGNED_NODE_NAMES=$SF_PLACED_NAMES"
    "SFLOW_TASK_ASSIGNED_NODE_IPS=$SF_PLACED_IPS"
    "SFLOW_REPLICA_INDEX=${SF_REPLICA[$1]:-0}"
    "SFLOW_RUN_ID=$SF_RUN_ID"
  )
  [[ ! ${SF_GPUS[$1]-} ]] || SF_BUILTINS+=("CUDA_VISIBLE_DEVICES=${SF_GPUS[$1]}")
}

sf_task_nodes() { # <nodes> -> SF_PLACED_NAMES, SF_PLACED_IPS: with commas; they stay for the next task of the same nodes
  local node
  SF_PLACED=$1 SF_PLACED_NAMES='' SF_PLACED_IPS=''
  for node in $1; do
    SF_PLACED_NAMES+=${SF_PLACED_NAMES:+,}${SF_NODE_NAME[node]}
    SF_PLACED_IPS+=${SF_PLACED_IPS:+,}${SF_NODE_IP[node]}
  done
}
