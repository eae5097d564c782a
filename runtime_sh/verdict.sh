# shellcheck shell=bash
# verdict: how an attempt ends, and what that means for the task: COMPLETED, FAILED, TIMEOUT, CANCELLED, or another attempt.
# requires: lifecycle pool timer clock event console stop

sf_task_ended() { # <task index> <exit status>: the attempt is over
  local -i i=$1
  local was=${SF_STATE[i]} state why
  sf_task_judge "$i" "$2" "$was"
  sf_pool_free "$i"
  SF_AHEAD=''
  if [[ $state == COMPLETED && $was == RUNNING && ! ${SF_OUTPUTS[i]-} ]]; then
    SF_STATE[i]=COMPLETED
    sf_schedule_release "$i"
    [[ ${SF_EXIT-} ]] || sf_schedule_ahead
  fi
  [[ ! ${SF_TIMEOUT[i]-}${SF_READY_WITHIN[i]-}${SF_VERDICT[i]-} ]] || sf_timer_clear "limit:$i" "ready:$i" "kill:$i" "reap:$i"
  if [[ ${SF_PROBES_OF[i]-} ]]; then sf_probe_stop "$i"; fi
  SF_STATUS[i]=$2
  SF_FINISHED[i]=$SF_STAMP
  if [[ $state == COMPLETED ]]; then
    if [[ ${SF_OUTPUTS[i]-} ]] && ! sf_outputs_start "$i" "$was" "$why"; then return 0; fi
    sf_task_record "$i"
  elif [[ ${SF_RETRY[i]-} && $was != READY && ! ${SF_EXIT-} ]] && sf_retry_later "$i" "$why"; then
    return
  elif [[ ${SF_OUTPUTS[i]-} ]]; then
    sf_outputs_rescue "$i" "$state"
  fi
  sf_task_enter "$i" "$state" "$why"
  [[ ! $SF_AHEAD ]] || sf_task_announce "$SF_AHEAD"
  if [[ $state == FAILED || $state == TIMEOUT ]]; then sf_run_blame "$i"; fi
}

sf_task_record() { # <task index>: a resumed run need not do it again, unless it was this script that ended it
  [[ ${SF_VERDICT[$1]-} ]] || printf '%s %s\n' "${SF_FINGERPRINT[$1]-}" "${SF_TASK[$1]}" 2>/dev/null >>"$SF_RUN/completed.txt"
}

sf_task_judge() { # <task index> <exit status> <state so far> -> state, why of the caller
  local after
  sf_clock_format "$((SF_NOW - SF_SINCE[$1]))" after
  state=COMPLETED why="after $after"
  if [[ $2 != 0 || $3 == READY || ${SF_VERDICT[$1]-} ]]; then sf_task_explain "$@"; fi
}

sf_task_explain() { # as sf_task_judge: an end that is not simply the success of a task
  local -i i=$1
  if [[ ${SF_VERDICT[i]-} ]]; then # this script ended it, and knows why
    state=${SF_VERDICT[i]%% *}
    why=${SF_VERDICT[i]#* }
  elif [[ $3 == READY && ${SF_OPTIONAL[i]-} ]]; then
    state=COMPLETED
    why="the service ended (exit status $2); it is not critical"
  elif (($2 > 128 && $2 < 193)); then
    state=FAILED
    why="killed by SIG$(kill -l "$2") after $after"
  elif (($2)); then
    state=FAILED
    why="exit status $2 after $after"
    if declare -F "sf_${SF_LAUNCH[i]-}_why" >/dev/null; then "sf_${SF_LAUNCH[i]}_why" "$i" "$2"; fi
  elif [[ $3 == READY ]] && sf_task_needed "$i"; then
    state=FAILED
    why="the service ended (exit status 0) while ${SF_TASK[SF_NEEDED_BY]} still needs it"
  fi
}

sf_task_needed() { # <task index>: does anything that is still to finish depend on it? -> SF_NEEDED_BY
  local todo=("${SF_FEEDS[$1]-}") seen=" " next
  while ((${#todo[@]})); do
    # shellcheck disable=SC2206 # lists of indices
    todo=(${todo[@]})
    set -- "${todo[@]}"
    todo=()
    for next; do
      [[ $seen != *" $next "* ]] || continue
      seen+="$next "
      if [[ ${SF_STATE[next]} == INITIATED || ${SF_STATE[next]} == RUNNING ]]; then
        SF_NEEDED_BY=$next
        return 0
      fi
      [[ ! ${SF_FEEDS[next]-} ]] || todo+=("${SF_FEEDS[next]}")
    done
  done
  return 1
}

sf_task_condemn() { # <task index> <state> <reason>: stops a task that runs, and says what it is to be called
  if [[ ! ${SF_PID[$1]-} || ${SF_VERDICT[$1]-} ]]; then return 0; fi
  SF_VERDICT[$1]="$2 $3"
  sf_stop_task "$1"
}

sf_task_lost() { # <task index>: its runner is gone
  [[ ${SF_VERDICT[$1]-} ]] || SF_VERDICT[$1]="FAILED its runner was killed"
  [[ ${SF_LAUNCH[$1]:-local} == local ]] || "sf_${SF_LAUNCH[$1]}_signal" KILL "$1"
  sf_pool_signal KILL "$1"
  sf_task_ended "$1" 137
}

sf_schedule_unable() { # <task index> <attempt> <word>...: from its runner, which could not even begin
  if [[ ${SF_ATTEMPT[$1]} != "$2" || ! ${SF_PID[$1]-} ]]; then return 0; fi
  [[ ${SF_VERDICT[$1]-} ]] || SF_VERDICT[$1]="FAILED ${*:3}"
  sf_task_ended "$1" 126
}

sf_timer_due_limit() { # <task index>
  sf_task_condemn "$1" TIMEOUT "ran longer than its time limit of ${SF_TIMEOUT[$1]} s"
}

sf_timer_due_ready() { # <task index>
  sf_task_condemn "$1" FAILED "not ready within ${SF_READY_WITHIN[$1]} s${SF_PROBED[$1]:+: ${SF_PROBED[$1]}}"
}
