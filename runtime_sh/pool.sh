# shellcheck shell=bash
# pool: the scheduler's side of the runners: which of them makes which attempt.
# requires: bus runner timer owner

sf_pool_assign() { # <task index> <attempt> -> SF_PID[index]: an idle runner makes the attempt, else a new one
  local n
  for n in "${!SF_RUNNER_IDLE[@]}"; do
    unset -v "SF_RUNNER_IDLE[n]"
    if [[ -e /proc/${SF_RUNNER_PID[n]} ]]; then
      sf_pool_tell "$n" "$@"
      return
    fi
    sf_pool_retire "$n" # somebody killed it
  done
  sf_pool_limit
  if ((${#SF_RUNNER_PIPE[@]} < SF_RUNNER_MOST)) && sf_pool_start; then
    sf_pool_tell "$SF_RUNNER_NEW" "$@"
  else
    sf_pool_once "$@"
  fi
}

sf_pool_limit() { # -> SF_RUNNER_MOST: how many runners may have a pipe; half of the descriptors that there are, none of the first ones
  local most
  [[ ! ${SF_RUNNER_MOST-} ]] || return 0
  most=$(ulimit -n)
  SF_RUNNER_MOST=32
  if [[ $most == [0-9]* ]] && ((most < 80)); then SF_RUNNER_MOST=$(((most - 16) / 2)); fi
}

sf_pool_once() { # <task index> <attempt> -> SF_PID[index]: descriptors are scarce: a runner that ends with its task
  set -m         # makes it the leader of a process group
  sf_runner_once "$@" &
  set +m
  SF_PID[$1]=$!
  unset -v "SF_RUNNER_OF[$1]"
}

sf_pool_tell() { # <runner> <task index> <attempt>
  printf '%s %s\n' "$2" "$3" >&"${SF_RUNNER_PIPE[$1]}"
  SF_PID[$2]=${SF_RUNNER_PID[$1]}
  SF_RUNNER_OF[$2]=$1
}

sf_pool_start() { # -> SF_RUNNER_NEW
  local -i n=$((SF_RUNNER_NEW + 1))
  sf_bus_open "SF_RUNNER_PIPE[n]" || return
  set -m
  sf_runner_serve "${SF_RUNNER_PIPE[n]}" &
  set +m
  SF_RUNNER_PID[n]=$!
  SF_RUNNER_NEW=$n
}

sf_pool_free() { # <task index>: its attempt is over
  local pid=${SF_PID[$1]} n=${SF_RUNNER_OF[$1]-}
  unset -v "SF_PID[$1]"
  if [[ ${SF_OWED[$1]-} ]]; then sf_timer_clear "owed:$1"; fi
  if [[ ! $n ]]; then # it is about to exit: reaped next time
    [[ ! $SF_RUNNER_LAST ]] || wait "$SF_RUNNER_LAST" 2>/dev/null
    SF_RUNNER_LAST=$pid
    printf -- '-%s\n' "$pid" >&"$SF_GROUPS"
  elif [[ ${SF_VERDICT[$1]-} ]]; then # a signal may still be on its way to it
    sf_pool_retire "$n"
  else
    SF_RUNNER_IDLE[n]=1
  fi
}

sf_pool_retire() { # <runner>: the end of its pipe is its end
  local fd=${SF_RUNNER_PIPE[$1]}
  exec {fd}>&-
  unset -v "SF_RUNNER_PIPE[$1]"
  printf -- '-%s\n' "${SF_RUNNER_PID[$1]}" >&"$SF_GROUPS"
}

sf_pool_close() { # at the end of the run; a runner that cannot get rid of its task is not waited for
  local n
  for n in "${!SF_RUNNER_IDLE[@]}"; do sf_pool_retire "$n"; done
  for n in "${!SF_RUNNER_IDLE[@]}"; do sf_owner_await "${SF_RUNNER_PID[n]}" 200; done
}

sf_pool_signal() { # <signal> <task index>...: to the process groups of the tasks, which they write down when they begin
  local word index i
  local -a group
  while read -r word index; do
    if [[ $word$index == *[!0-9+-]* || ! $index ]]; then
      continue # a runner's own, or nothing that this script has written
    elif [[ $word == +* ]]; then
      group[index]=${word#+}
    elif [[ ${group[index]-} == "${word#-}" ]]; then
      group[index]=''
    fi
  done <"/dev/fd/$SF_GROUPS" # its name may be gone
  for i in "${@:2}"; do
    if [[ ${group[i]-} ]]; then
      kill -s "$1" -- "-${group[i]}" 2>/dev/null
    else # it is about to begin
      SF_OWED[i]=$1
      sf_timer_set "owed:$i" 1
    fi
  done
}

sf_timer_due_owed() { # <task index>: a signal that its task was not there for
  [[ ! ${SF_PID[$1]-} ]] || sf_pool_signal "${SF_OWED[$1]}" "$1"
}
