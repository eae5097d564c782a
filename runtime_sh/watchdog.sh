# shellcheck shell=bash
# watchdog: takes the tasks down when this script is killed with SIGKILL, and what left its process group with them.
# It reads a pipe of which only the script holds the other end: end of file means that the script is gone. Which process
# groups there are stands in a file, so that the watchdog sleeps while tasks come and go.
# requires: local aftermath owner console straggler clock bus

sf_watchdog_start() { # in a process group of its own: who kills all of the script's must not take it along
  sf_watchdog_begin
  exec {SF_GROUPS}>"$SF_RUN/.groups" # now there is somebody to remove it
}

sf_watchdog_begin() { # -> SF_LIFE, SF_WATCHER
  local pipe
  sf_bus_open pipe
  exec {SF_LIFE}>"/dev/fd/$pipe"
  set -m
  sf_watchdog_attend &
  set +m
  SF_WATCHER=$!
  exec {pipe}>&-
}

sf_watchdog_attend() { # pipe of the caller: becomes the watchdog, which holds no end of the pipe but the one that it reads
  exec <"/dev/fd/$pipe" {pipe}>&- {SF_LIFE}>&-
  sf_watchdog_serve
}

sf_watchdog_keep() { # somebody may kill the watchdog, too: then there is another one
  ! kill -0 "$SF_WATCHER" 2>/dev/null || return 0
  sf_console_warn "the watchdog was killed; another one takes its place"
  exec {SF_LIFE}>&-
  sf_watchdog_begin
}

sf_watchdog_serve() { # waits for the end of its pipe, or "over"; "bye": the run has ended in order; else why it has not
  local fd word status reason
  SF_ENDING=(FAILED 137 "the script was killed")
  trap '' HUP INT QUIT TERM USR1 USR2 PIPE
  sf_owner_sign watchdog "$BASHPID"
  for fd in "$SF_EVENTS" "$SF_LOG" ${SF_GROUPS-} ${SF_BUS-} ${SF_CHECKS-} ${SF_RUNNER_PIPE[@]+"${SF_RUNNER_PIPE[@]}"}; do exec {fd}>&-; done
  exec >/dev/null 2>&1
  if declare -F sf_guard_start >/dev/null; then sf_guard_start; fi
  while read -r word status reason && [[ $word != over ]]; do
    if [[ $word == bye ]]; then
      [[ ! ${SF_GUARD-} ]] || printf 'bye\n' >&"$SF_GUARD"
      read -r -t 2 # until the script is gone, which has tidied up, unless it was killed just then; who resumes the run waits for this watchdog
      sf_owner_alive script || ! sf_owner_alive watchdog || [[ $SF_OWNER != "$BASHPID" ]] || sf_watchdog_tidy
      return 0
    fi
    SF_ENDING=("$word" "$status" "$reason")
  done
  sf_watchdog_clear
}

sf_watchdog_clear() { # the script is gone: ends the tasks, then the books; SF_ENDING is how
  local -i until
  SF_GROUP=()
  exec {SF_LIST}<"$SF_RUN/.groups" || exec {SF_LIST}</dev/null
  sf_watchdog_groups
  trap sf_watchdog_finish EXIT # bash ends at once when there can be no more processes
  sf_watchdog_signal TERM
  if [[ ${SLURM_JOB_ID-} ]] && declare -F sf_srun_hurry >/dev/null; then sf_srun_hurry; fi
  sf_clock_now && until=$((SF_NOW + SF_GRACE)) # until then; to look for them may take a while
  while ((SF_NOW < until)) && sf_watchdog_groups TERM && sf_straggler_alive; do
    sleep 0.2 && sf_clock_now
  done
}

sf_watchdog_groups() { # [<signal>] -> SF_GROUP: what has come to SF_LIST since it was read, which gets the signal
  local word
  while read -r word _; do                                       # +pid: a process group began; -pid: it ended
    if [[ ! $word =~ ^[+-][0-9]+$ ]]; then continue; fi          # nothing that this script has written
    [[ $word == -* || ! ${1-} ]] || kill -s "$1" -- "-${word#+}" # a task that its runner had only just been told to begin
    if [[ $word == +* ]]; then SF_GROUP[${word#+}]=1; else unset -v "SF_GROUP[${word#-}]"; fi
  done <&"$SF_LIST"
}

sf_watchdog_finish() { # what has not ended until now is killed; the books are brought to an end
  trap - EXIT
  sf_watchdog_signal KILL
  sf_straggler_sweep
  sf_aftermath_settle "${SF_ENDING[@]}"
  sf_watchdog_tidy
}

sf_watchdog_signal() { # <signal>: to the process groups, steps and containers, and what left its group; once to each: two mean impatience
  local pid kind
  for pid in "${!SF_GROUP[@]}"; do kill -s "$1" -- "-$pid" 2>/dev/null; done # first: this needs no process
  for kind in $SF_LAUNCHERS; do
    if declare -F "sf_${kind}_signal_run" >/dev/null; then "sf_${kind}_signal_run" "$1"; fi
  done
  sf_straggler_find
  sf_watchdog_groups "$1" # who is among those, and has begun meanwhile
  for pid in ${SF_STRAGGLER[@]+"${SF_STRAGGLER[@]}"}; do
    if [[ $1 == KILL ]] || ! sf_straggler_known "/proc/$pid/stat"; then kill -s "$1" "$pid" 2>/dev/null; fi
  done
}

sf_watchdog_note() { # <state> <exit status> <reason>: what the run is called should this script be killed from here on
  trap '' PIPE       # nobody may be there to read it
  { printf '%s\n' "$*" >&"$SF_LIFE"; } 2>/dev/null
}

sf_watchdog_tell() { # <state> <exit status> <reason>: this script will end without having ended the run; returns when the tasks are gone
  # Nothing comes before this line: when a fork has failed, bash waits after the next simple command for the last process that it
  # has started, whatever that is. It may be a task, which only the watchdog ends.
  { printf '%s\nover\n' "$*" >&"$SF_LIFE"; } 2>/dev/null || { sf_watchdog_keep && sf_watchdog_note "$@"; } # it does not hear
  local fd
  for fd in "$SF_LIFE" ${SF_RUNNER_PIPE[@]+"${SF_RUNNER_PIPE[@]}"}; do exec {fd}>&-; done
  wait "$SF_WATCHER"
}

sf_watchdog_end() { # all is done and written down; the watchdog goes with this script
  sf_watchdog_note bye
  sf_watchdog_tidy
}

sf_watchdog_tidy() { # files that are only there while a run lasts; a writer that was killed, or could not go on, leaves its own
  rm -f -- "$SF_RUN/.groups" "$SF_RUN/.owner" "$SF_RUN"/{status.json.*,run.json,*/outputs.json}.new
}
