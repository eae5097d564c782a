# shellcheck shell=bash
# prober_round: services that are well are checked together, once an interval: one line to a checker, and one line back when all are
# as they were. A round that takes long is broken up, and its probes are checked one by one again, so that one which hangs holds up
# no other. To timers and checkers a round is a probe like any other: its number is its interval in centiseconds, past those of the
# probes.
# requires: timer clock checker

sf_round_consider() { # <probe>: it is well; may it be checked with others from now on?
  local -i p=$1 interval round
  local -a times
  # shellcheck disable=SC2206 # numbers
  times=(${SF_PROBE_TIMES[p]})
  if [[ ! ${SF_CHECK_ATTEMPT[p]} || ${SF_PROBE_ROLE[p]} == *' exec' || ${times[2]} == 0* ]]; then return 0; fi
  sf_clock_now
  if ((SF_NOW > SF_CHECK_SINCE[p] + 5 || SF_NOW < ${SF_ROUND_SHUN[p]:-0})); then return 0; fi # it is slow, or may be
  sf_clock_parse "${times[1]}" interval
  round=$((${#SF_PROBE_TASK[@]} + interval))
  [[ ! ${SF_CHECK_PID[round]-} ]] || return 0 # what is under way must not tell anything of it
  sf_timer_clear "check:$p"
  SF_ROUND_OF[p]=$round
  SF_ROUND[round]+=" $p "
  [[ ${SF_TIMER["round:$round"]-} ]] || sf_timer_set "round:$round" "$interval"
}

sf_round_leave() { # <probe>
  local round=${SF_ROUND_OF[$1]-}
  [[ $round ]] || return 0
  SF_ROUND_OF[$1]=
  SF_ROUND[round]=${SF_ROUND[round]/" $1 "/}
}

sf_timer_due_round() { # <round>: has the checks of all its probes made
  [[ ${SF_ROUND[$1]} ]] || return 0
  sf_timer_set "round:$1" "$(($1 - ${#SF_PROBE_TASK[@]}))"
  [[ ! ${SF_CHECK_PID[$1]-} ]] || return 0 # the one before is still at it
  SF_CHECK_SERIAL[$1]=$((${SF_CHECK_SERIAL[$1]:-0} + 1))
  sf_checker_assign "$1" "${SF_CHECK_SERIAL[$1]}" - "${SF_ROUND[$1]}" round
  sf_timer_set "late:$1" 50
}

sf_timer_due_late() { # <round>: one of its checks takes long; which, the probes find out each by itself
  local p
  [[ ${SF_CHECK_PID[$1]-} ]] || return 0
  sf_checker_kill "$1"
  for p in ${SF_ROUND[$1]}; do
    sf_round_leave "$p"
    SF_ROUND_SHUN[p]=$((SF_NOW + 6000))
    sf_timer_set "check:$p" 0
  done
}

sf_prober_ill() { # <probe> <round> <serial> <detail>...: from the checker: it is not well
  local interval=${SF_PROBE_TIMES[$1]#* }
  if [[ ${SF_ROUND_OF[$1]-} != "$2" || ${SF_CHECK_SERIAL[$2]} != "$3" || ! ${SF_CHECK_PID[$2]} ]]; then return 0; fi
  sf_round_leave "$1"
  sf_clock_parse "${interval%% *}" interval
  sf_timer_set "check:$1" "$interval"
  sf_prober_note "$1" 1 - "${@:4}"
}

sf_prober_rounded() { # <round> <serial>: from the checker: it has been through
  [[ $2 == "${SF_CHECK_SERIAL[$1]}" && ${SF_CHECK_PID[$1]} ]] || return 0
  sf_checker_free "$1"
  sf_timer_clear "late:$1"
}

sf_round_check() { # <round> <serial> <probe>...: in a checker; it tells only of those that are not well
  local p
  local -a times
  for p in "${@:3}"; do
    # shellcheck disable=SC2206 # numbers
    times=(${SF_PROBE_TIMES[p]})
    # shellcheck disable=SC2034 # for the check
    SF_DETAIL='' SF_NOTE='' SF_SECONDS=${times[2]}
    "probe_$p" || printf 'ill %s %s %s %.300s\n' "$p" "$1" "$2" "${SF_DETAIL//[[:cntrl:]]/?}" >&"$SF_CHECKS"
  done
  printf 'rounded %s %s\n' "$1" "$2" >&"$SF_CHECKS"
}
