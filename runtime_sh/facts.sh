# shellcheck shell=bash
# facts: what a run is made of, for who reads its directory later: run.json (schemas/run.schema.json), plan.txt and env.txt.
# A process beside the schedule writes them once the first task has started.
# requires: json plan console owner facts_tasks facts_environment

sf_facts_start() { # [<command to come before>]: in a process of its own; again when artifacts have got their places
  [[ ! ${SF_FACTS_PID-} ]] || wait "$SF_FACTS_PID" 2>/dev/null
  sf_facts_write "$@" &
  SF_FACTS_PID=$!
}

sf_facts_wait() { # at the end of the run
  [[ ! ${SF_FACTS_PID-} ]] || sf_owner_await "$SF_FACTS_PID" 1000
}

sf_facts_write() { # [<command to come before>]; a run can do without them
  local fd
  trap '' HUP INT QUIT TERM USR1 USR2
  for fd in ${SF_LIFE-} ${SF_GROUPS-} ${SF_CHECKS-}; do exec {fd}>&-; done
  "${1:-:}"
  {
    sf_facts_environment >"$SF_RUN/env.txt"
    sf_plan_print >"$SF_RUN/plan.txt"
    sf_facts_print >"$SF_RUN/run.json.new" && mv -f -- "$SF_RUN/run.json.new" "$SF_RUN/run.json"
  } 2>/dev/null && return
  rm -f -- "$SF_RUN/run.json.new"
  sf_console_warn "cannot write $SF_RUN/run.json; the run goes on without"
}

sf_facts_print() {
  sf_facts_scan # -> SF_FACTS, SF_SOURCES, SF_SAYS
  printf '{"version": 1'
  sf_facts_text run_id "$SF_RUN_ID" workflow "$SF_WORKFLOW" sflowc "${SF_FACTS[sflowc]-}" script "$SF_WORKFLOW.sh"
  sf_facts_text rebuild "${SF_FACTS[rebuild]-}" body "${SF_FACTS[body]-}"
  printf ',\n "sources": [%s]' "${SF_SOURCES#, }"
  sf_facts_deadline # -> SF_DEADLINE
  printf ',\n "started": %s,\n "limit": %s,\n "deadline": %s' "$SF_BEGUN" "${SF_LIMIT:-null}" "${SF_DEADLINE:-null}"
  printf ',\n "grace": %d.%02d,\n "host": {' "$((SF_GRACE / 100))" "$((SF_GRACE % 100))"
  sf_facts_host
  printf '},\n "slurm": '
  sf_facts_slurm
  printf ',\n "nodes": ['
  sf_facts_nodes
  printf '],\n "variables": {'
  sf_facts_variables
  printf '},\n "tasks": ['
  sf_facts_tasks
  printf '\n ]}\n'
}

sf_facts_text() { # [<key> <text>]...: as members of the object that is being printed
  while (($#)); do
    sf_json_quote "$2"
    printf ',\n "%s": %s' "$1" "$SF_JSON"
    shift 2
  done
}

sf_facts_scan() { # -> SF_FACTS, SF_SOURCES, SF_SAYS: what this file says in comments of where it is from and of its probes
  local line comment=''
  declare -gA SF_FACTS=()
  SF_SOURCES='' SF_SAYS=()
  while IFS= read -r line; do
    case $line in
      '#   from     '*'  sha256:'*)
        sf_json_quote "${line:13:${#line}-86}"
        SF_SOURCES+=", {\"file\": $SF_JSON, \"sha256\": \"${line: -64}\"}"
        ;;
      '#   rebuild  '*) SF_FACTS[rebuild]=${line:13} ;;
      '#   body     sha256:'*) SF_FACTS[body]=${line:20:64} ;;
      '# '*'. Compiled by sflowc '*': change '*)
        line=${line#*'. Compiled by sflowc '}
        SF_FACTS[sflowc]=${line%%:*}
        ;;
      '# ---- Scripts '*) break ;;
      '# '*) comment=$line ;;
      'SF_PROBE_TASK['*) SF_SAYS+=("${comment#*: }") ;;
    esac
  done <"$SF_SELF"
}

sf_facts_host() {
  local system='' release='' cpus
  { read -r system </proc/sys/kernel/ostype && read -r release </proc/sys/kernel/osrelease; } 2>/dev/null
  cpus=$(nproc 2>/dev/null)
  sf_json_quote "${HOSTNAME-}"
  printf '"name": %s' "$SF_JSON"
  sf_json_quote "${USER:-${LOGNAME:-$UID}}"
  printf ', "user": %s' "$SF_JSON"
  sf_json_quote "$system $release"
  printf ', "system": %s, "bash": "%s", "cpus": %s' "$SF_JSON" "$BASH_VERSION" "${cpus:-null}"
}

sf_facts_slurm() { # what Slurm says of the job; null outside
  local key name text=''
  for key in JOB_ID JOB_NAME JOB_PARTITION JOB_ACCOUNT JOB_NODELIST JOB_NUM_NODES CLUSTER_NAME SUBMIT_HOST SUBMIT_DIR \
    ARRAY_JOB_ID ARRAY_TASK_ID RESTART_COUNT GPUS_ON_NODE HET_SIZE; do
    name=SLURM_$key
    [[ ${!name-} ]] || continue
    sf_json_quote "${!name}"
    text+=", \"${key,,}\": $SF_JSON"
  done
  if [[ ${SLURM_JOB_ID-} ]]; then printf '{%s}' "${text#, }"; else printf 'null'; fi
}

sf_facts_deadline() { # -> SF_DEADLINE: when the job's time is over, in seconds since the epoch; Slurm before 23.02 has to be asked
  local job
  SF_DEADLINE=${SLURM_JOB_END_TIME//[!0-9]/}
  if [[ ! ${SLURM_JOB_ID-} || $SF_DEADLINE ]]; then return 0; fi
  job=$(scontrol show job "$SLURM_JOB_ID" 2>/dev/null)
  if [[ $job =~ \ EndTime=([0-9-]+)T([0-9:]+) ]]; then SF_DEADLINE=$(date -d "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}" +%s); fi
}
