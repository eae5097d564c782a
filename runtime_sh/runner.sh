# shellcheck shell=bash
# runner: a small process that makes attempts at tasks, one after another, so that a task costs one fork and one exec. It blocks
# until its task is over, and says so on the bus. USR2 asks it to send TERM to the task, USR1 to send KILL.
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
  for fd in "${SF_RUNNER_PIPE[@]}" "$SF_LIFE" "$SF_EVENTS" "$SF_LOG" ${SF_CHECKS-}; do exec {fd}>&-; done
  exec 2>/dev/null
  trap SF_INTERRUPTED=1 HUP INT QUIT TERM # a handler, not '': what a runner starts must not ignore them
  trap 'sf_runner_forward TERM' USR2
  trap 'sf_runner_forward KILL' USR1
}

sf_runner_forward() { # <signal>: to the task, once there is one
  if [[ ${SF_CHILD-} ]]; then
    SF_INTERRUPTED=1
    kill -s "$1" -- "-$SF_CHILD"
  else
    SF_PENDING=$1
  fi
}

sf_runner_wait() { # -> SF_CHILD_STATUS: of SF_CHILD, once it has ended
  local -i status
  SF_CHILD_STATUS=
  if [[ ${SF_PENDING-} ]]; then kill -s "$SF_PENDING" -- "-$SF_CHILD"; fi
  SF_PENDING=
  while :; do # a signal interrupts `wait`
    SF_INTERRUPTED=
    wait "$SF_CHILD"
    status=$?
    if [[ ! $SF_CHILD_STATUS || $status -ne 127 ]]; then SF_CHILD_STATUS=$status; fi # 127: it had been waited for
    [[ $SF_INTERRUPTED ]] || break
  done
}
