# shellcheck shell=bash
# checker: processes that make checks, one after another, so that a check costs no fork. Each has a process group of its own: a check that
# hangs ends with its checker and holds up no other. A command, which may leave something behind, gets a checker for each check; a log
# one for all its checks, which keeps it open.
# requires: bus timer prober_round

sf_checker_assign() { # <probe> <serial> <seconds> <note> <kind> -> SF_CHECK_PID[probe]
  local n=''
  if [[ $5 == log_watch ]]; then
    n=${SF_CHECKER_KEPT[$1]-}
  else
    for n in "${!SF_CHECKER_IDLE[@]}"; do break; done
  fi
  if [[ $5 == exec ]] || { [[ ! $n ]] && ! sf_checker_start; }; then # a command, or no descriptor is left for a pipe
    SF_CHECKER_OF[$1]=
    set -m # makes it the leader of a process group
    sf_checker_once "${@:1:4}" &
    set +m
    SF_CHECK_PID[$1]=$!
  else
    sf_checker_tell "${n:-$SF_CHECKER_NEW}" "$@"
  fi
}

sf_checker_tell() { # <checker> <probe> <serial> <seconds> <note> <kind> -> SF_CHECK_PID[probe]
  if [[ $6 == log_watch ]]; then SF_CHECKER_KEPT[$2]=$1; fi
  unset -v "SF_CHECKER_IDLE[$1]"
  SF_CHECKER_OF[$2]=$1
  SF_CHECK_PID[$2]=${SF_CHECKER_PID[$1]}
  printf '%s\n' "${*:2:4}" >&"${SF_CHECKER_PIPE[$1]}"
}

sf_checker_start() { # -> SF_CHECKER_NEW
  local -i n=${SF_CHECKER_NEW:-0}+1
  sf_bus_open "SF_CHECKER_PIPE[n]" || return
  set -m
  sf_checker_serve "${SF_CHECKER_PIPE[n]}" &
  set +m
  SF_CHECKER_PID[n]=$!
  SF_CHECKER_NEW=$n
}

sf_checker_serve() { # <descriptor of its pipe>: probe, serial, seconds and note a line
  local fd pipe probe serial seconds note
  exec {pipe}<"/dev/fd/$1"
  for fd in "${SF_CHECKER_PIPE[@]}" "$SF_BUS"; do exec {fd}>&-; done # the end of its pipe is its end
  trap '' TERM
  while read -r -u "$pipe" probe serial seconds note; do sf_checker_once "$probe" "$serial" "$seconds" "$note"; done
}

sf_checker_once() { # <probe or round> <serial> <seconds it may take> [<note, or the probes of the round>]
  local status
  # shellcheck disable=SC2034 # for the check
  SF_DETAIL='' SF_NOTE=${4-} SF_SECONDS=$3
  trap '' PIPE TERM # a peer that closes early is an answer, not an end; a signal to all of a job is not for this process
  if (($1 >= ${#SF_PROBE_TASK[@]})); then
    # shellcheck disable=SC2086 # the numbers of its probes
    sf_round_check "$1" "$2" $4
    return
  fi
  "probe_$1"
  status=$?
  printf 'checked %s %s %s %s %.300s\n' "$1" "$2" "$status" "${SF_NOTE:--}" "${SF_DETAIL//[[:cntrl:]]/?}" >&"$SF_CHECKS" # one line, short
}

sf_checker_free() { # <probe>: its check is over
  local n=${SF_CHECKER_OF[$1]-}
  if [[ ! $n ]]; then
    sf_checker_kill "$1" # with what it has left behind
  elif [[ ${SF_CHECKER_KEPT[$1]-} != "$n" ]]; then
    SF_CHECKER_IDLE[n]=1
  fi
  SF_CHECK_PID[$1]=
}

sf_checker_kill() { # <probe>: its checker, and all that it has started
  local n=${SF_CHECKER_OF[$1]-} fd
  kill -s KILL -- "-${SF_CHECK_PID[$1]}" 2>/dev/null || :
  wait "${SF_CHECK_PID[$1]}" 2>/dev/null || :
  if [[ $n ]]; then
    fd=${SF_CHECKER_PIPE[n]}
    exec {fd}>&-
    unset -v "SF_CHECKER_PIPE[n]" "SF_CHECKER_PID[n]" "SF_CHECKER_KEPT[$1]"
  fi
  SF_CHECK_PID[$1]=
}

sf_checker_forget() { # [<probe>...]: the checkers that are kept for them, with the logs that they have open
  local p
  for p; do
    [[ ${SF_CHECKER_KEPT[p]-} ]] || continue
    SF_CHECKER_OF[p]=${SF_CHECKER_KEPT[p]}
    SF_CHECK_PID[p]=${SF_CHECKER_PID[${SF_CHECKER_KEPT[p]}]}
    sf_checker_kill "$p"
    sf_timer_clear "slow:$p"
  done
}

sf_checker_end() { # nothing that still checks is left behind
  local pid
  for pid in ${SF_CHECK_PID[@]+"${SF_CHECK_PID[@]}"} ${SF_CHECKER_PID[@]+"${SF_CHECKER_PID[@]}"}; do
    [[ ! $pid ]] || kill -s KILL -- "-$pid" 2>/dev/null
  done
  :
}
