# shellcheck shell=bash
# task: one attempt at a task, in a process group of its own; its exit status comes back on the bus.
# requires: document runner

sf_task_attempt() { # <task index> <attempt>: in a runner
  local -i i=$1
  local directory=$SF_RUN/${SF_TASK[$1]}
  local log=$directory/${SF_TASK[$1]}.log
  sf_document_text "task_script:$i"
  if ! { sf_document_put "${log%log}sh" && : >>"$log"; }; then # half a script may end well
    printf 'unable %s %s its script and its log cannot be written\n' "$i" "$2" >&"$SF_BUS"
    return
  fi
  SF_ATTEMPTED="$i $2"
  sf_task_environment "$i" "$directory"
  SF_COMMAND=("$BASH")
  if [[ ${SF_SETUP[i]-} ]]; then "setup_$i"; fi
  sf_task_run "$i" "$directory" "$2"
  if declare -F "sf_${SF_LAUNCH[i]-}_over" >/dev/null; then "sf_${SF_LAUNCH[i]}_over" "$i" "$directory" "$2"; fi
  [[ ! -p $directory/.keeper ]] || rm -f -- "$directory/.keeper"
  printf 'exit %s %s %s\n' "$i" "$2" "$SF_CHILD_STATUS" >&"$SF_BUS"
  SF_ATTEMPTED=''
  printf -- '-%s %s\n' "$SF_CHILD" "$i" >&"$SF_GROUPS"
}

sf_task_run() { # <task index> <its directory> <attempt> -> SF_CHILD, SF_CHILD_STATUS
  set -m        # makes what follows the leader of a process group
  sf_task_begin "$@" </dev/null >>"$2/${SF_TASK[$1]}.log" 2>&1 &
  SF_CHILD=$!
  set +m
  sf_runner_wait
}

sf_task_begin() { # <task index> <its directory> <attempt>: becomes the task, once it is written down: until here a signal would be lost
  printf '+%s %s\n' "$BASHPID" "$1" >&"$SF_GROUPS"
  "sf_${SF_LAUNCH[$1]:-local}_launch" "$@"
}

sf_task_environment() { # <task index> <its directory> -> SF_ENV: NAME=value, the later one counts
  local -i i=$1
  local node names='' addresses=''
  for node in ${SF_NODES[i]}; do
    names+=,${SF_NODE_NAME[node]} addresses+=,${SF_NODE_IP[node]}
  done
  SF_ENV=()
  workflow_environment
  SF_BUILTINS=(
    "SFLOW_WORKSPACE_DIR=$SF_WORKSPACE"
    "SFLOW_OUTPUT_DIR=$SF_OUTPUT"
    "SFLOW_WORKFLOW_OUTPUT_DIR=$SF_RUN"
    "SFLOW_TASK_OUTPUT_DIR=$2"
    "SFLOW_TASK_ASSIGNED_NODE_NAMES=${names#,}"
    "SFLOW_TASK_ASSIGNED_NODE_IPS=${addresses#,}"
    "SFLOW_REPLICA_INDEX=${SF_REPLICA[i]:-0}"
    "SFLOW_RUN_ID=$SF_RUN_ID"
  )
  if [[ ${SF_GPUS[i]-} ]]; then SF_BUILTINS+=("CUDA_VISIBLE_DEVICES=${SF_GPUS[i]}"); fi
}
