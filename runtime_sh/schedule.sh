# shellcheck shell=bash
# schedule: starts a task when all that it waits for is done or ready, and waits for what happens next. Nothing is polled:
# runners, the prober and signal handlers each write a line to the bus, and the loop blocks until a line or a timer.
# requires: bus timer task lifecycle verdict stop event status console sweep

sf_schedule_open() { # the bus, the state of every task, and the limit of the whole
  local limit
  sf_bus_open SF_BUS
  if ((${#SF_STATE[@]})); then
    sf_schedule_count
  else # as it was compiled
    SF_STATE=("${SF_TASK[@]/*/INITIATED}") SF_LEFT=("${SF_WAITS[@]}") SF_OPEN=${#SF_TASK[@]}
  fi
  if [[ ${SF_LIMIT-} ]]; then
    sf_clock_parse "$SF_LIMIT" limit
    sf_timer_set run:0 "$((limit - ${SF_LEAD:-0}))"
  fi
  sf_timer_set sweep:0 "$SF_SWEEP"
}

sf_schedule_count() { # of a resumed or a selected run, which has settled some tasks: what is left to do, and what each waits for
  local -i i
  local before
  SF_OPEN=0 SF_FIRST=()
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    [[ ! ${SF_STATE[i]-} ]] || continue
    SF_STATE[i]=INITIATED
    SF_OPEN=$((SF_OPEN + 1))
  done
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    SF_LEFT[i]=0
    for before in ${SF_AFTER[i]-}; do
      if [[ ${SF_STATE[before]} == INITIATED ]]; then SF_LEFT[i]=$((SF_LEFT[i] + 1)); fi
    done
    if ((! SF_LEFT[i])) && [[ ${SF_STATE[i]} == INITIATED ]]; then SF_FIRST+=("$i"); fi
  done
}

sf_schedule_first() { # starts one task that waits for nothing
  SF_QUEUE=("${SF_FIRST[@]}")
  if ((SF_OPEN)) && [[ ! ${SF_EXIT-} ]]; then sf_schedule_next; fi
}

sf_schedule_run() { # until every task is done or ready, or one has failed
  while ((SF_OPEN)) && [[ ! ${SF_EXIT-} ]]; do sf_schedule_next; done
}

sf_schedule_next() { # one line of the bus, else one task of the queue, else waits; then what is due
  if ((SF_QUEUE_HEAD < ${#SF_QUEUE[@]})) && ! read -r -t 0 -u "$SF_BUS"; then
    sf_clock_tick
    sf_task_start "${SF_QUEUE[SF_QUEUE_HEAD++]}"
  else
    sf_timer_wait
    if sf_bus_read "$SF_BUS" "$SF_WAIT"; then
      sf_clock_tick
      "sf_schedule_${SF_WORDS[0]}" "${SF_WORDS[@]:1}"
    else
      sf_clock_tick
    fi
  fi
  sf_timer_fire
  sf_schedule_write
}

sf_schedule_write() { # tells what has happened since the last time
  [[ ! $SF_SAID ]] || sf_console_write
}

sf_schedule_ahead() { # starts the next task of the queue before the books on the last one are kept: they can wait, it cannot
  ((SF_QUEUE_HEAD < ${#SF_QUEUE[@]})) || return 0
  SF_AHEAD=${SF_QUEUE[SF_QUEUE_HEAD++]}
  sf_task_launch "$SF_AHEAD"
}

sf_schedule_exit() { # <task index> <attempt> <exit status>: from the task's runner
  if [[ ${SF_ATTEMPT[$1]} != "$2" || ! ${SF_PID[$1]-} ]]; then return 0; fi
  if [[ ${SF_LAUNCH[$1]-} == srun ]] && sf_srun_hold "$@"; then return 0; fi
  sf_task_ended "$1" "$3"
}

sf_schedule_ready() { # <task index> <attempt> <word>...: from the prober
  if [[ ${SF_STATE[$1]} != RUNNING || ${SF_ATTEMPT[$1]} != "$2" || ${SF_VERDICT[$1]-} ]]; then return 0; fi
  sf_timer_clear "ready:$1"
  local after
  sf_clock_format "$((SF_NOW - SF_SINCE[$1]))" after
  sf_task_enter "$1" READY "after $after: ${*:3}"
  sf_schedule_release "$1"
}

sf_schedule_unhealthy() { # <task index> <attempt> <word>...: its failure probe, from the prober
  if [[ ${SF_ATTEMPT[$1]} == "$2" ]]; then sf_task_condemn "$1" FAILED "failure probe: ${*:3}"; fi
}

sf_schedule_signal() { # <signal>: a signal to this script, from its trap
  if [[ $1 == TERM && ${SLURM_JOB_ID-} ]] && declare -F sf_srun_hurry >/dev/null; then sf_srun_hurry; fi
  case $1 in
    USR1 | USR2) sf_run_fail TIMEOUT 124 "the job's time limit is near (SIG$1)" ;;
    *) sf_run_fail CANCELLED "$((128 + $(kill -l "$1")))" "SIG$1" ;;
  esac
  # A second signal means no more patience; but one that comes at once is the first, sent to the whole process group too.
  if [[ ${SF_STOPPING-} ]] && ((SF_NOW - SF_STOPPING > 100)); then SF_HURRY=1; fi
}

sf_schedule_release() { # <task index>: it is done or ready; whoever waited for it alone starts now
  local next
  SF_OPEN=$((SF_OPEN - 1))
  [[ ! ${SF_EXIT-} ]] || return 0
  for next in ${SF_FEEDS[$1]-}; do
    SF_LEFT[next]=$((SF_LEFT[next] - 1))
    if ((! SF_LEFT[next])) && [[ ${SF_STATE[next]} == INITIATED ]]; then SF_QUEUE+=("$next"); fi
  done
}

sf_timer_due_run() {
  ((SF_OPEN)) || return 0 # all is done, in the same moment
  sf_run_fail TIMEOUT 124 "the workflow's time limit of $SF_LIMIT s is ${SF_LEAD:+nearly }over"
}
