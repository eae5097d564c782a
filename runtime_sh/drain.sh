# shellcheck shell=bash
# drain: the workflow's own script for the time limit (on_timeout), before tasks are stopped. It has the seconds that are left, less
# those that stopping takes, and no more. What ends meanwhile has ended; nothing new starts.
# requires: document local schedule timer console run

sf_drain_run() { # when the run is about to be stopped
  local -i left
  sf_drain_left || return 0 # -> left
  if ((left < 1)); then
    sf_console_warn 'on_timeout is left out: what time is left is needed to stop the tasks'
    return
  fi
  SF_QUEUE=()
  sf_drain_start "$left"
  while [[ ${SF_DRAIN-} ]]; do sf_schedule_next; done
  sf_run_trap
  if ((! SF_OPEN)); then SF_EXIT=''; fi # all that was left to do is done: no limit was in its way
}

sf_drain_left() { # -> left of the caller: seconds; status 1 when it is not for want of time that the run is stopped
  local -i stop=$((SF_GRACE / 100 + 5))
  local SF_SECONDS=''
  if [[ $SF_RUN_STATE == TIMEOUT && ! ${SF_BLAMED-} ]]; then
    ! declare -F sf_time_left >/dev/null || sf_time_left || :
    left=$((${SF_SECONDS:-${SF_SIGNAL_LEAD:-$((SF_LEAD / 100 + stop))}} - stop))
    if [[ $SF_REASON == 'the workflow'* ]] && ((! ${#SF_SECONDS} || left > SF_LEAD / 100)); then left=$((SF_LEAD / 100)); fi
  elif [[ $SF_REASON == SIGTERM || ${SF_STATUS[${SF_BLAMED:-0}]-} == 143 ]] && # or Slurm has sent it to a task alone
    declare -F sf_time_preempted >/dev/null && sf_time_preempted; then
    SF_REASON="the job was preempted ($SF_REASON)"
    left=$((SF_SECONDS - stop))
  else
    return 1
  fi
}

sf_drain_start() { # <seconds> -> SF_DRAIN: the process group in which it runs
  local signal
  sf_document_text on_timeout:0
  printf '%s' "$SF_TEXT" >"$SF_RUN/on_timeout.sh"
  sf_console_say "on_timeout has $1 s"
  set -m # makes it the leader of a process group
  sf_drain_serve "$1" </dev/null >>"$SF_RUN/on_timeout.log" 2>&1 &
  set +m
  SF_DRAIN=$! SF_DRAIN_BEGAN=$SF_NOW SF_DRAIN_OVER=''
  sf_timer_set drain:0 "$(($1 * 100))"
  for signal in HUP INT QUIT TERM; do # from now on they end it
    # shellcheck disable=SC2064 # the signal's name, now
    trap "printf 'hurry %s\n' $signal >&$SF_BUS" "$signal"
  done
}

sf_drain_serve() { # <seconds>: a process of its own, whose word on the bus is its end
  local fd
  trap : HUP INT QUIT TERM USR1 USR2 # a handler, not '': what it starts must not ignore them
  # As long as it holds SF_LIFE the watchdog does not look there.
  { printf '+%s\n' "$BASHPID" >&"$SF_GROUPS"; } 2>/dev/null
  for fd in "${SF_RUNNER_PIPE[@]}" "$SF_LIFE" "$SF_EVENTS" "$SF_LOG" ${SF_CHECKS-}; do exec {fd}>&-; done
  (
    exec {SF_BUS}>&- {SF_GROUPS}>&-
    workflow_environment
    if declare -F on_timeout_environment >/dev/null; then on_timeout_environment; fi
    SF_BUILTINS=(
      "SFLOW_WORKSPACE_DIR=$SF_WORKSPACE"
      "SFLOW_OUTPUT_DIR=$SF_OUTPUT"
      "SFLOW_WORKFLOW_OUTPUT_DIR=$SF_RUN"
      "SFLOW_RUN_ID=$SF_RUN_ID"
      "SFLOW_SECONDS_LEFT=$1"
    )
    sf_local_become "$BASH" "$SF_RUN/on_timeout.sh" "$1"
  )
  printf 'drained %s\n' "$?" >&"$SF_BUS"
}

sf_schedule_drained() { # <exit status>: from the process that runs it
  [[ ${SF_DRAIN-} ]] || return 0
  sf_timer_clear drain:0
  [[ $SF_DRAIN_OVER ]] || wait "$SF_DRAIN"
  kill -s KILL -- "-$SF_DRAIN" 2>/dev/null # what it left behind
  wait "$SF_DRAIN" 2>/dev/null
  printf -- '-%s\n' "$SF_DRAIN" >&"$SF_GROUPS"
  SF_DRAIN=''
  if [[ $SF_DRAIN_OVER ]]; then
    sf_console_warn "on_timeout was ended: $SF_DRAIN_OVER"
  elif (($1)); then
    sf_console_warn "on_timeout has failed with exit status $1, see $SF_RUN/on_timeout.log"
  fi
}

sf_schedule_hurry() { # <signal>: to this script while it runs; one that comes at once is the first, sent to the whole process group too
  if [[ ${SF_DRAIN-} ]] && ((SF_NOW - SF_DRAIN_BEGAN > 100)); then sf_drain_end "SIG$1"; fi
}

sf_drain_end() { # <why>: TERM, and KILL two seconds later
  if [[ $SF_DRAIN_OVER ]]; then return 0; fi
  SF_DRAIN_OVER=$1
  kill -s TERM -- "-$SF_DRAIN" 2>/dev/null
  sf_timer_set drain:0 200
}

sf_timer_due_drain() {
  if [[ $SF_DRAIN_OVER ]]; then
    sf_schedule_drained 137
  else
    sf_drain_end 'its time is over'
  fi
}
