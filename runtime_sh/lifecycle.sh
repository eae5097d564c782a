# shellcheck shell=bash
# lifecycle: what becomes of one task: RUNNING, READY, and then COMPLETED, FAILED, TIMEOUT or CANCELLED.
# requires: timer clock event status console

sf_task_enter() { # <task index> <state> <text for people>
  SF_STATE[$1]=$2
  SF_WHY[$1]=$3
  sf_event_state "$1" "$2" "$3"
  sf_console_state "$1" "$2" "$3"
  sf_status_touch
}

sf_task_start() { # <task index>: launches the next attempt
  local -i i=$1 attempt=${SF_ATTEMPT[$1]:-0}+1
  local where=${SF_WHERE[i]-} limit
  SF_ATTEMPT[i]=$attempt
  SF_STATUS[i]=
  SF_VERDICT[i]=
  sf_clock_now
  SF_SINCE[i]=$SF_NOW
  sf_clock_stamp
  SF_STARTED[i]=$SF_STAMP
  if ((attempt > 1)); then
    sf_retry_rule "$i" "$attempt"
    where="attempt $attempt${where:+, $where}"
  fi
  set -m # makes the wrapper the leader of a process group
  sf_task_attempt "$i" "$attempt" &
  set +m
  SF_PID[i]=$!
  printf '+%s\n' "$!" >&"$SF_LIFE"
  sf_task_enter "$i" RUNNING "$where"
  if [[ ${SF_TIMEOUT[i]-} ]]; then
    sf_clock_parse "${SF_TIMEOUT[i]}" limit
    sf_timer_set "limit:$i" "$limit"
  fi
  if [[ ${SF_PROBES_OF[i]-} ]]; then sf_probe_start "$i" "$attempt"; fi
}

sf_task_ended() { # <task index> <exit status>: the attempt is over
  local -i i=$1
  local was=${SF_STATE[i]} state why
  wait "${SF_PID[i]}" 2>/dev/null
  printf -- '-%s\n' "${SF_PID[i]}" >&"$SF_LIFE"
  unset -v "SF_PID[i]"
  sf_timer_clear "limit:$i"
  sf_timer_clear "ready:$i"
  sf_timer_clear "kill:$i"
  if [[ ${SF_PROBES_OF[i]-} ]]; then sf_probe_stop "$i"; fi
  SF_STATUS[i]=$2
  sf_clock_stamp
  SF_FINISHED[i]=$SF_STAMP
  sf_task_judge "$i" "$2" "$was"
  if [[ $state == COMPLETED && ! ${SF_VERDICT[i]-} ]]; then
    printf '%s\n' "${SF_FINGERPRINT[i]-}" 2>/dev/null >"$SF_RUN/${SF_TASK[i]}/.done"
  elif [[ ${SF_RETRY[i]-} && $was != READY && ! ${SF_EXIT-} ]] && sf_retry_later "$i" "$why"; then
    return
  fi
  sf_task_enter "$i" "$state" "$why"
  case $state in
    COMPLETED) [[ $was == READY ]] || sf_schedule_release "$i" ;;
    FAILED | TIMEOUT) sf_run_blame "$i" "$was" ;;
  esac
}

sf_task_judge() { # <task index> <exit status> <state so far> -> state, why of the caller
  local -i i=$1
  local after
  sf_clock_now
  sf_clock_format "$((SF_NOW - SF_SINCE[i]))" after
  if [[ ${SF_VERDICT[i]-} ]]; then # this script ended it, and knows why
    state=${SF_VERDICT[i]%% *}
    why=${SF_VERDICT[i]#* }
  elif (($2 > 128 && $2 < 193)); then
    state=FAILED
    why="killed by SIG$(kill -l "$2") after $after"
  elif (($2)); then
    state=FAILED
    why="exit status $2 after $after"
  elif [[ $3 == READY ]] && sf_task_needed "$i"; then
    state=FAILED
    why="the service ended (exit status 0) while ${SF_TASK[SF_NEEDED_BY]} still needs it"
  else
    state=COMPLETED
    why="after $after"
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

sf_task_lost() { # <task index>: its wrapper is gone
  [[ ${SF_VERDICT[$1]-} ]] || SF_VERDICT[$1]="FAILED its wrapper was killed"
  sf_local_signal KILL "$1"
  sf_task_ended "$1" 137
}

sf_timer_due_limit() { # <task index>
  sf_task_condemn "$1" TIMEOUT "ran longer than its time limit of ${SF_TIMEOUT[$1]} s"
}

sf_timer_due_ready() { # <task index>
  sf_task_condemn "$1" FAILED "not ready within ${SF_READY_WITHIN[$1]} s"
}
