# shellcheck shell=bash
# task: one attempt at a task, in a process group of its own; its exit status comes back on the bus.
# requires: document clock

sf_task_attempt() { # <task index> <attempt>: the wrapper; runs in the background and outlives what it reports on
  local -i i=$1
  local directory=$SF_RUN/${SF_TASK[$1]} status
  trap : HUP INT QUIT TERM USR1 USR2 # a handler, not '': what the wrapper starts must not ignore them
  exec 2>/dev/null {SF_LIFE}>&- {SF_GROUPS}>&- {SF_EVENTS}>&- {SF_LOG}>&-
  if [[ ${SF_CHECKS-} ]]; then exec {SF_CHECKS}>&-; fi
  sf_document_text "task_script:$i"
  printf '%s' "$SF_TEXT" >"$directory/${SF_TASK[i]}.sh"
  sf_task_environment "$i" "$directory"
  SF_COMMAND=("$BASH")
  if [[ ${SF_SETUP[i]-} ]]; then "setup_$i"; fi
  "sf_${SF_LAUNCH[i]:-local}_launch" "$i" "$directory"
  status=$?
  printf 'exit %s %s %s\n' "$i" "$2" "$status" >&"$SF_BUS"
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
