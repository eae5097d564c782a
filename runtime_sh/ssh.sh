# shellcheck shell=bash
# ssh: tasks that run on another host. What is sent there goes over standard input, so that nothing of it stands in an argument
# list; a keeper on the other side ends the task when the connection is lost.
# requires: keeper schedule timer

sf_ssh_launch() { # <task index> <its directory> <attempt>: becomes ssh; from SF_COMMAND, SF_HOST, SF_ENV, SF_BUILTINS
  exec {SF_BUS}>&- {SF_GROUPS}>&-
  sf_ssh_options
  sf_keeper_start
  rm -f -- "$2/ssh.log"
  sf_keeper_launch "$@" 120 exec "${SF_COMMAND[@]}" "${SF_SSH[@]}" -E "$2/ssh.log" -- "$SF_HOST" "exec bash -c '$SF_KEEPER'"
}

sf_ssh_options() { # -> SF_SSH: after the user's own, of which ssh takes the first: it asks nobody, and waits for nothing for ever
  SF_SSH=(-T -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4)
}

sf_ssh_open() { # signs of life for the keepers of all tasks
  sf_timer_set beat:0 2000
}

sf_timer_due_beat() {
  local i
  for i in "${!SF_PID[@]}"; do
    if [[ ${SF_LAUNCH[i]-} == ssh ]]; then sf_keeper_tell '' "$i"; fi
  done
  sf_ssh_open
}

sf_ssh_signal() { # <signal> <task index>...
  sf_keeper_tell "$@"
}

sf_ssh_killed() { # <task index>: ssh ends with its keeper; if no word reaches that, without it
  sf_timer_set "ssh:$1" 200
}

sf_timer_due_ssh() { # <task index>
  [[ ${SF_PID[$1]-} ]] || return 0
  sf_local_signal KILL "$1"
  sf_local_killed "$1"
}

sf_ssh_why() { # <task index> <exit status> -> why of the caller: when it was ssh that failed, not the task
  local line log=$SF_RUN/${SF_TASK[$1]}
  (($2 == 255)) || return 0
  while IFS= read -r line; do
    line=${line%$'\r'}
    if [[ $line && $line != 'Warning: Permanently added'* ]]; then why="ssh: ${line#ssh: }"; fi
  done < <(
    # Of a connection that breaks ssh may tell on its standard error, which is the task's.
    tail -n 1 "$log/${SF_TASK[$1]}.log" 2>/dev/null | grep -a $'^\\(Connection to\\|Read from\\|client_loop\\).*\r$' || :
    cat "$log/ssh.log" 2>/dev/null
  )
}

sf_ssh_check() { # can the hosts be reached? All are asked at the same time
  local i fd said answers=() known=$'\n'
  for i in "${!SF_LAUNCH[@]}"; do
    [[ ${SF_LAUNCH[i]} == ssh ]] || continue
    "setup_$i"
    [[ $known != *$'\n'"$SF_HOST ${SF_COMMAND[*]}"$'\n'* ]] || continue
    known+="$SF_HOST ${SF_COMMAND[*]}"$'\n'
    sf_ssh_options
    exec {fd}< <(timeout 30 "${SF_COMMAND[@]}" "${SF_SSH[@]}" -- "$SF_HOST" 'bash -c :' 2>&1 </dev/null || echo "status $?")
    answers[i]=$fd
  done
  for i in "${!answers[@]}"; do
    fd=${answers[i]}
    mapfile -t -u "$fd" said
    exec {fd}<&-
    [[ ${said[*]} == *'status '* ]] || continue
    "setup_$i"
    sf_ssh_unreachable "$i" ${said[@]+"${said[@]}"}
  done
}

sf_ssh_unreachable() { # <task index> <line that ssh said>... <its status>: a task that comes first needs its host now
  local words="${*:2:$#-2}"
  words="task ${SF_TASK[$1]}: ssh cannot run bash on $SF_HOST: ${words:-${*:$#}}"
  if [[ ${SF_AFTER[$1]-} ]]; then
    sf_console_warn "$words; it may be there when the task starts"
  else
    SF_MISSING+=("$words")
  fi
}
