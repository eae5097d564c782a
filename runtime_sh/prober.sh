# shellcheck shell=bash
# prober: one process runs all checks, each as a child that it can kill, and tells the scheduler only what matters: a task is
# ready, or unhealthy, or a check has found something else than the one before. Lines on its pipe: start, stop and end from the
# scheduler, checked from its children.
# requires: bus timer clock prober_term prober_verdict

sf_prober_serve() {
  sf_prober_trap
  for pid in "$SF_EVENTS" "$SF_LOG" "$SF_LIFE" "$SF_GROUPS" "${SF_RUNNER_PIPE[@]}"; do exec {pid}>&-; done
  # shellcheck disable=SC2034 # for an exec check
  SF_LOCALE=${LC_ALL-}
  LC_ALL=C SF_TIMER=() SF_TIMER_NEXT=0 SF_PARTIAL=''
  while kill -0 "$$"; do # without its script it has nobody to tell
    sf_clock_now
    sf_timer_wait
    if sf_bus_read "$SF_CHECKS" "$SF_WAIT"; then
      [[ ${SF_WORDS[0]} != end ]] || break
      "sf_prober_${SF_WORDS[0]}" "${SF_WORDS[@]:1}"
    fi
    sf_clock_now
    sf_timer_fire
  done
  sf_prober_end
}

sf_prober_end() { # nothing that still checks is left behind
  local pid
  for pid in ${SF_CHECK_PID[@]+"${SF_CHECK_PID[@]}"}; do
    [[ ! $pid ]] || kill -s KILL -- "-$pid"
  done
  :
}

sf_prober_start() { # <probe> <attempt> <first byte of the attempt's log>
  local -a times
  local delay
  read -r -a times <<<"${SF_PROBE_TIMES[$1]}"
  SF_CHECK_ATTEMPT[$1]=$2
  SF_CHECK_ROW[$1]=0
  SF_CHECK_LIVE[$1]=
  SF_CHECK_NOTE[$1]=
  SF_CHECK_SAID[$1]=
  # shellcheck disable=SC2034 # for a log_watch check
  SF_CHECK_FROM[${SF_PROBE_TASK[$1]}]=$3
  sf_clock_parse "${times[0]}" delay
  sf_timer_set "check:$1" "$delay"
}

sf_prober_stop() { # <probe>
  SF_CHECK_ATTEMPT[$1]=
  sf_timer_clear "check:$1"
}

sf_timer_due_check() { # <probe>: runs one check beside the loop
  local -a times       # delay, interval, timeout, success threshold, failure threshold
  local interval limit
  read -r -a times <<<"${SF_PROBE_TIMES[$1]}"
  sf_clock_parse "${times[1]}" interval
  sf_timer_set "check:$1" "$interval"
  [[ ! ${SF_CHECK_PID[$1]-} ]] || return 0 # the one before is still at it
  SF_CHECK_SERIAL[$1]=$((${SF_CHECK_SERIAL[$1]:-0} + 1))
  set -m
  sf_prober_check "$1" "${SF_CHECK_SERIAL[$1]}" "${times[2]}" &
  set +m
  SF_CHECK_PID[$1]=$!
  sf_clock_parse "${times[2]}" limit
  sf_timer_set "slow:$1" "$((limit < 6000 ? limit : 6000))"
}

sf_prober_check() { # <probe> <serial> <seconds it may take>: a child of the prober
  local status
  # shellcheck disable=SC2034 # for the check
  SF_DETAIL='' SF_NOTE=${SF_CHECK_NOTE[$1]} SF_SECONDS=$3
  trap '' PIPE # a peer that closes early is an answer, not an end
  "probe_$1"
  status=$?
  printf 'checked %s %s %s %s %.300s\n' "$1" "$2" "$status" "${SF_NOTE:--}" "${SF_DETAIL//[[:cntrl:]]/?}" >&"$SF_CHECKS" # one line, short
}

sf_timer_due_slow() { # <probe>: a check that takes too long has failed
  [[ ${SF_CHECK_PID[$1]-} ]] || return 0
  kill -s KILL -- "-${SF_CHECK_PID[$1]}"
  sf_prober_checked "$1" "${SF_CHECK_SERIAL[$1]}" 1 "${SF_CHECK_NOTE[$1]:--}" no answer in time
}

sf_prober_checked() { # <probe> <serial> <status> <note> <detail>...: from the child that made the check
  local -i p=$1
  [[ $2 == "${SF_CHECK_SERIAL[p]}" && ${SF_CHECK_PID[p]} ]] || return 0
  kill -s KILL -- "-${SF_CHECK_PID[p]}" 2>/dev/null || : # with what it has left behind
  wait "${SF_CHECK_PID[p]}" || :
  SF_CHECK_PID[p]=
  sf_timer_clear "slow:$p"
  [[ ${SF_CHECK_ATTEMPT[p]} ]] || return 0
  SF_CHECK_NOTE[p]=${4#-}
  sf_prober_weigh "$p" "$3" "${*:5}"
}
