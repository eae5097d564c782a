# shellcheck shell=bash
# prober: one process has all checks made, by checkers that it can kill, and tells the scheduler only what matters: a task is
# ready, or unhealthy, or a check has found something else than the one before. Lines on its pipe: start, stop and end from the
# scheduler, checked, ill and rounded from its checkers.
# requires: bus timer clock checker prober_term prober_verdict prober_round

sf_prober_serve() {
  sf_prober_trap
  printf '+%s\n' "$BASHPID" >&"$SF_GROUPS" # as long as it holds SF_LIFE the watchdog does not look there
  for pid in "$SF_EVENTS" "$SF_LOG" "$SF_LIFE" "$SF_GROUPS" "${SF_RUNNER_PIPE[@]}"; do exec {pid}>&-; done
  # shellcheck disable=SC2034 # for an exec check
  SF_LOCALE=${LC_ALL-}
  LC_ALL=C SF_TIMER=() SF_TIMER_NEXT=0 SF_CHECKER_PIPE=() SF_ROUND=() SF_ROUND_OF=() SF_ROUND_SHUN=()
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
  sf_checker_end
}

sf_prober_start() { # <probe> <attempt> <first byte of the attempt's log>
  local delay
  SF_CHECK_ATTEMPT[$1]=$2
  SF_CHECK_ROW[$1]=0
  SF_CHECK_LIVE[$1]=
  SF_CHECK_NOTE[$1]=
  SF_CHECK_SAID[$1]=
  if [[ ${SF_CHECK_FROM[${SF_PROBE_TASK[$1]}]:-0} != "$3" ]]; then # those that watch the log have to know
    sf_checker_forget "${!SF_CHECKER_KEPT[@]}"
    SF_CHECK_FROM[${SF_PROBE_TASK[$1]}]=$3
  fi
  sf_clock_parse "${SF_PROBE_TIMES[$1]%% *}" delay
  sf_timer_set "check:$1" "$delay"
}

sf_prober_stop() { # <probe>
  SF_CHECK_ATTEMPT[$1]=
  sf_round_leave "$1"
  sf_timer_clear "check:$1"
  sf_checker_forget "$1"
}

sf_timer_due_check() { # <probe>: has one check made beside the loop
  local -i p=$1 limit interval
  local -a times # delay, interval, timeout, success threshold, failure threshold
  # shellcheck disable=SC2206 # numbers
  times=(${SF_PROBE_TIMES[p]})
  sf_clock_parse "${times[1]}" interval
  ((interval < 100)) || interval+=-SF_NOW%10 # what is due about now is due together the next time
  sf_timer_set "check:$p" "$interval"
  [[ ! ${SF_CHECK_PID[p]-} ]] || return 0 # the one before is still at it
  SF_CHECK_SERIAL[p]=$((${SF_CHECK_SERIAL[p]:-0} + 1))
  SF_CHECK_SINCE[p]=$SF_NOW
  sf_checker_assign "$p" "${SF_CHECK_SERIAL[p]}" "${times[2]}" "${SF_CHECK_NOTE[p]}" "${SF_PROBE_ROLE[p]#* }"
  sf_clock_parse "${times[2]}" limit
  sf_timer_set "slow:$p" "$((limit < 6000 ? limit : 6000))"
}

sf_timer_due_slow() { # <probe>: a check that takes too long has failed
  [[ ${SF_CHECK_PID[$1]-} ]] || return 0
  sf_checker_kill "$1"
  sf_prober_note "$1" 1 "${SF_CHECK_NOTE[$1]:--}" no answer in time
}

sf_prober_checked() { # <probe> <serial> <status> <note> <detail>...: from the checker
  [[ $2 == "${SF_CHECK_SERIAL[$1]}" && ${SF_CHECK_PID[$1]} ]] || return 0
  sf_checker_free "$1"
  sf_timer_clear "slow:$1"
  sf_prober_note "$1" "${@:3}"
  if [[ $3 == 0 && ${SF_CHECK_LIVE[$1]} ]]; then sf_round_consider "$1"; fi
}

sf_prober_note() { # <probe> <status> <note> <detail>...: a check is over
  [[ ${SF_CHECK_ATTEMPT[$1]} ]] || return 0
  SF_CHECK_NOTE[$1]=${3#-}
  sf_prober_weigh "$1" "$2" "${*:4}"
}
