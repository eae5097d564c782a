# shellcheck shell=bash
# checker: processes that make checks, one after another, so that a check costs no fork. Each has a process group of its own: a check that
# hangs ends with its checker and holds up no other. What depends on more than the workflow's data, or leaves something behind, gets
# a checker of its own.
# requires: bus

sf_checker_assign() { # <probe> <serial> <seconds> <note> <kind> -> SF_CHECK_PID[probe]
  local n
  SF_CHECKER_OF[$1]=
  if [[ $5 == @(log_watch|exec) ]]; then
    set -m # makes it the leader of a process group
    sf_checker_once "${@:1:4}" &
    set +m
    SF_CHECK_PID[$1]=$!
    return
  fi
  for n in "${!SF_CHECKER_IDLE[@]}"; do break; done
  if [[ ! ${n-} ]]; then
    sf_checker_start
    n=$SF_CHECKER_NEW
  fi
  unset -v "SF_CHECKER_IDLE[n]"
  SF_CHECKER_OF[$1]=$n
  SF_CHECK_PID[$1]=${SF_CHECKER_PID[n]}
  printf '%s\n' "${*:1:3}" >&"${SF_CHECKER_PIPE[n]}"
}

sf_checker_start() { # -> SF_CHECKER_NEW
  local -i n=${SF_CHECKER_NEW:-0}+1
  sf_bus_open "SF_CHECKER_PIPE[n]"
  set -m
  sf_checker_serve "${SF_CHECKER_PIPE[n]}" &
  set +m
  SF_CHECKER_PID[n]=$!
  SF_CHECKER_NEW=$n
}

sf_checker_serve() { # <descriptor of its pipe>: probe, serial and seconds a line
  local fd pipe probe serial seconds
  exec {pipe}<"/dev/fd/$1"
  for fd in "${SF_CHECKER_PIPE[@]}" "$SF_BUS"; do exec {fd}>&-; done # the end of its pipe is its end
  while read -r -u "$pipe" probe serial seconds; do sf_checker_once "$probe" "$serial" "$seconds"; done
}

sf_checker_once() { # <probe> <serial> <seconds it may take> [<note>]
  local status
  # shellcheck disable=SC2034 # for the check
  SF_DETAIL='' SF_NOTE=${4-} SF_SECONDS=$3
  trap '' PIPE TERM # a peer that closes early is an answer, not an end; a signal to all of a job is not for this process
  "probe_$1"
  status=$?
  printf 'checked %s %s %s %s %.300s\n' "$1" "$2" "$status" "${SF_NOTE:--}" "${SF_DETAIL//[[:cntrl:]]/?}" >&"$SF_CHECKS" # one line, short
}

sf_checker_free() { # <probe>: its check is over
  if [[ ${SF_CHECKER_OF[$1]-} ]]; then
    SF_CHECKER_IDLE[${SF_CHECKER_OF[$1]}]=1
  else
    sf_checker_kill "$1" # with what it has left behind
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
    unset -v "SF_CHECKER_PIPE[n]" "SF_CHECKER_PID[n]"
  fi
  SF_CHECK_PID[$1]=
}

sf_checker_end() { # nothing that still checks is left behind
  local pid
  for pid in ${SF_CHECK_PID[@]+"${SF_CHECK_PID[@]}"} ${SF_CHECKER_PID[@]+"${SF_CHECKER_PID[@]}"}; do
    [[ ! $pid ]] || kill -s KILL -- "-$pid" 2>/dev/null
  done
  :
}
