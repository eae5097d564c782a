# shellcheck shell=bash
# runner: a small process that makes attempts at tasks, one after another, so that a task costs one fork and one exec. It blocks
# until its task is over, and says so on the bus. Signals are for tasks: it is disturbed by none.
# requires: task

sf_runner_serve() { # <descriptor of its pipe>: a task index and an attempt a line
  local index attempt
  exec <"/dev/fd/$1"
  sf_runner_settle
  while read -r index attempt; do sf_task_attempt "$index" "$attempt"; done
}

sf_runner_once() { # <task index> <attempt>
  sf_runner_settle
  sf_task_attempt "$@"
}

sf_runner_settle() { # keeps what a runner needs of the script's, and no end of a pipe whose closing means something
  local fd
  exec 2>/dev/null
  SF_RUNNER=$BASHPID
  printf '+%s\n' "$SF_RUNNER" >&"$SF_GROUPS" # as long as it holds SF_LIFE the watchdog does not look there
  for fd in "${SF_RUNNER_PIPE[@]}" "$SF_LIFE" "$SF_EVENTS" "$SF_LOG" ${SF_CHECKS-}; do exec {fd}>&-; done
  trap : HUP INT QUIT TERM USR1 USR2 # a handler, not '': what a runner starts must not ignore them
  trap sf_runner_unable EXIT
}

sf_runner_unable() { # when a fork fails bash ends at once, with 254: so does the attempt, if there is one
  # A task that is killed in its first moments runs its parent's trap too.
  [[ ${SF_ATTEMPTED-} && $SF_RUNNER == "$BASHPID" ]] || return 0
  printf 'exit %s 254\n' "$SF_ATTEMPTED" >&"$SF_BUS"
}

sf_runner_wait() { # [<what wait has said>] -> SF_CHILD_STATUS: of SF_CHILD, once it has ended
  local -i status before=${1:--1}
  while :; do # a signal makes `wait` return a status of its own: what it says of a process that is gone, and says twice, counts
    wait "$SF_CHILD"
    status=$?
    if (((status == 127 || status < 0) && before >= 0)); then status=$before; fi # this bash says it once; bash 5.2 may say -1
    if ((status == before)) && ! kill -0 "$SF_CHILD"; then break; fi
    before=$status
  done
  SF_CHILD_STATUS=$status
}
