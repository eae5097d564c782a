# shellcheck shell=bash
# run: one run from its directory to its exit status.
# requires: directory facts pool console event status schedule stop watchdog document summary preflight clock

sf_run_main() { # [<task>...]: the tasks that were chosen, all when none was
  sf_run_trap
  sf_select_check "$@"
  sf_preflight_check run || exit 78
  sf_directory_begin
  sf_document_load "$SF_SELF"
  sf_directory_open
  workflow_holes
  sf_select_tasks "$@"
  sf_schedule_open
  sf_console_say "$SF_WORKFLOW: $SF_OPEN of ${#SF_TASK[@]} tasks to run, in $SF_RUN"
  sf_timer_set status:0 5
  sf_run_artifacts
  if declare -F sf_probe_open >/dev/null; then sf_probe_open; fi
  if declare -F sf_ssh_open >/dev/null; then sf_ssh_open; fi
  sf_schedule_first
  sf_facts_start sf_directory_fill
  sf_schedule_run
  sf_run_end
}

sf_run_artifacts() { # what must be there before the first task; not when nothing is left to do
  if ! declare -F workflow_artifacts >/dev/null || ((! SF_OPEN)); then return 0; fi
  sf_facts_start
  workflow_artifacts
  workflow_holes # some were not known before
}

# shellcheck disable=SC2064 # the signal's name and the process, now
sf_run_trap() { # a handler only writes to the bus: `read -t` of bash 5.2 loses its time-out under any other
  local signal
  for signal in HUP INT QUIT TERM USR1 USR2; do
    trap "sf_run_signal $signal" "$signal"
  done
  trap : PIPE # who reads what this script prints may go, and so may the watchdog: no reason to end. Not '': tasks would inherit that
  trap "sf_run_abandon \$? $BASHPID" EXIT
}

sf_run_signal() { # <signal>
  if [[ ${SF_BUS-} ]]; then
    printf 'signal %s\n' "$1" >&"$SF_BUS"
  elif [[ $1 == USR[12] ]]; then # there is no schedule yet that would hear of it
    SF_RUN_STATE=TIMEOUT SF_REASON="the job's time limit is near (SIG$1)"
    exit 124
  else
    SF_RUN_STATE=CANCELLED SF_REASON=SIG$1
    exit "$((128 + $(kill -l "$1")))"
  fi
}

sf_run_fail() { # <state> <exit status> <reason>: ends the run; the first reason counts
  if [[ ${SF_EXIT-} || ${SF_STOPPING-} ]]; then return 0; fi
  SF_RUN_STATE=$1 SF_EXIT=$2 SF_REASON=$3
  sf_console_say "stopping: $3"
}

sf_run_blame() { # <task index>: a task failed for good
  local -i status=${SF_STATUS[$1]:-1}
  [[ ${SF_STATE[$1]} != TIMEOUT ]] || status=124
  if [[ ${SF_VERDICT[$1]-} == "FAILED "* || $status -eq 0 ]]; then status=1; fi
  if [[ ! ${SF_EXIT-} ]]; then SF_BLAMED=$1; fi
  sf_run_fail "${SF_STATE[$1]}" "$status" "${SF_TASK[$1]} ${SF_STATE[$1]}: ${SF_WHY[$1]}"
}

sf_run_end() { # stops what runs, writes the last status, exits
  if [[ ${SF_EXIT-} ]] && declare -F sf_drain_run >/dev/null; then sf_drain_run; fi
  if [[ ${SF_EXIT-} ]]; then
    sf_stop_all CANCELLED "stopped: $SF_REASON"
    sf_run_cancel
  else
    SF_RUN_STATE=COMPLETED SF_EXIT=0 SF_REASON=''
    sf_stop_all COMPLETED "stopped: the workflow is done"
  fi
  if declare -F sf_outputs_finish >/dev/null; then sf_outputs_finish; fi
  if declare -F sf_probe_close >/dev/null; then sf_probe_close; fi
  sf_pool_close
  sf_facts_wait
  sf_straggler_sweep
  sf_watchdog_note "$SF_RUN_STATE" "$SF_EXIT" "$SF_REASON"
  sf_json_quote "$SF_REASON"
  sf_event_run "$SF_RUN_STATE" exit_status "$SF_EXIT" reason "$SF_JSON"
  sf_status_final
  sf_summary_print 2>/dev/null # who reads may be gone
  sf_watchdog_end
  trap - EXIT
  exit "$SF_EXIT"
}

sf_run_cancel() { # what was never started, or waited for another attempt
  local -i i
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    if [[ ${SF_STATE[i]} == INITIATED ]]; then
      SF_STATE[i]=CANCELLED
      SF_WHY[i]="not started: $SF_REASON"
      sf_event_state "$i" CANCELLED "${SF_WHY[i]}"
    fi
  done
}

# A child that is killed in its first moments runs its parent's trap too.
sf_run_abandon() { # <exit status> <its process>: the script is going without having ended the run; the watchdog takes the tasks down
  [[ $2 == "$BASHPID" ]] || return 0
  if [[ ! ${SF_LIFE-} ]]; then
    [[ ! ${SF_OWNED-} ]] || rm -f -- "$SF_RUN/.owner"
    [[ ! ${SF_MAKER-} ]] || sf_directory_drop
    return
  fi
  if [[ $SF_RUN_STATE != RUNNING ]]; then
    sf_watchdog_tell "$SF_RUN_STATE" "$(($1 ? $1 : 70))" "$SF_REASON"
  elif (($1 == 254)); then
    sf_watchdog_tell FAILED 254 "no process can be started any more: fork failed"
  else
    sf_watchdog_tell FAILED "$(($1 ? $1 : 70))" "the script ended unexpectedly"
  fi
}
