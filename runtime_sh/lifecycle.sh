# shellcheck shell=bash
# lifecycle: how a task begins: INITIATED, RUNNING. How it ends is in the unit verdict.
# requires: timer clock event status console pool

sf_task_enter() { # <task index> <state> <text for people>: an event, a line, and soon a new status.json
  local line
  SF_STATE[$1]=$2
  SF_WHY[$1]=$3
  sf_event_state "$1" "$2" "$3"
  SF_PLAIN=$3
  [[ $3 != *[![:print:]]* ]] || sf_console_plain "$3"
  printf -v line '%-*s  %-9s%s' "$SF_NAME_WIDTH" "${SF_TASK[$1]}" "$2" "${SF_PLAIN:+  $SF_PLAIN}"
  sf_console_note "$line" "$2"
  [[ ${SF_TIMER["status:0"]-} ]] || sf_timer_set status:0 100
}

sf_task_start() { # <task index>: the next attempt
  sf_task_launch "$1"
  sf_task_announce "$1"
}

sf_task_launch() { # <task index>: a runner makes the next attempt
  local -i i=$1 attempt=${SF_ATTEMPT[$1]:-0}+1
  SF_ATTEMPT[i]=$attempt
  SF_STATUS[i]=
  SF_VERDICT[i]=
  SF_SINCE[i]=$SF_NOW
  if ((attempt > 1)); then sf_retry_rule "$i" "$attempt"; fi
  sf_pool_assign "$i" "$attempt"
}

sf_task_announce() { # <task index>: says that it runs, sets its limit, starts its probes
  local -i i=$1 attempt=${SF_ATTEMPT[$1]}
  local limit
  SF_STARTED[i]=$SF_STAMP SF_PLACE=''
  if ((${#SF_NODE_NAME[@]} > 1)) || [[ ${SF_GPUS[i]-} ]]; then sf_task_place "$i"; fi
  if ((attempt > 1)); then SF_PLACE="attempt $attempt${SF_PLACE:+, $SF_PLACE}"; fi
  sf_task_enter "$i" RUNNING "$SF_PLACE"
  if [[ ${SF_TIMEOUT[i]-} ]]; then
    sf_clock_parse "${SF_TIMEOUT[i]}" limit
    sf_timer_set "limit:$i" "$limit"
  fi
  if [[ ${SF_PROBES_OF[i]-} ]]; then sf_probe_start "$i" "$attempt"; fi
}

sf_task_place() { # <task index> -> SF_PLACE: its nodes and GPUs in a few words, nothing where there is one node and no GPU
  local node nodes=''
  SF_PLACE=''
  if ((${#SF_NODE_NAME[@]} > 1)); then
    for node in ${SF_NODES[$1]}; do nodes+=,${SF_NODE_NAME[node]}; done
    SF_PLACE=${nodes#,}
    if ((${#SF_PLACE} > 40)); then SF_PLACE="${SF_PLACE:0:37}..."; fi
  fi
  if [[ ${SF_GPUS[$1]-} ]]; then SF_PLACE+="${SF_PLACE:+, }GPU ${SF_GPUS[$1]}"; fi
}
