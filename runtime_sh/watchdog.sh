# shellcheck shell=bash
# watchdog: takes the tasks down when this script is killed with SIGKILL, and finds what left its process group.
# It reads a pipe of which only the script holds the other end: end of file means that the script is gone. Which process
# groups there are stands in a file, so that the watchdog sleeps while tasks come and go.
# requires: local aftermath owner console writer clock

sf_watchdog_start() { # in a process group of its own: who kills all of the script's must not take it along
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  sf_watchdog_begin
}

sf_watchdog_begin() { # -> SF_LIFE, SF_WATCHER
  set -m
  coproc SF_WATCHDOG { sf_watchdog_serve; }
  set +m
  SF_WATCHER=$SF_WATCHDOG_PID # bash forgets the coprocess when it has ended
  exec {SF_LIFE}>&"${SF_WATCHDOG[1]}"
}

sf_watchdog_keep() { # somebody may kill the watchdog, too: then there is another one
  ! kill -0 "$SF_WATCHER" 2>/dev/null || return 0
  sf_console_warn "the watchdog was killed; another one takes its place"
  exec {SF_LIFE}>&-
  sf_watchdog_begin
}

sf_watchdog_serve() { # waits for the end of its pipe; "bye": the run has ended in order; else why it has not
  local fd word tries groups=() ending=(FAILED 137 "the script was killed")
  trap '' HUP INT QUIT TERM USR1 USR2 PIPE
  sf_owner_sign watchdog "$BASHPID"
  for fd in "$SF_EVENTS" "$SF_LOG" "$SF_GROUPS" ${SF_BUS-} ${SF_CHECKS-} ${SF_RUNNER_PIPE[@]+"${SF_RUNNER_PIPE[@]}"}; do exec {fd}>&-; done
  exec >/dev/null 2>&1
  if declare -F sf_guard_start >/dev/null; then sf_guard_start; fi
  while read -r word tries groups; do
    if [[ $word == bye ]]; then
      [[ ! ${SF_GUARD-} ]] || printf 'bye\n' >&"$SF_GUARD"
      return 0
    fi
    ending=("$word" "$tries" "$groups")
  done
  sf_watchdog_clear
}

sf_watchdog_clear() { # the script is gone: ends the tasks, then the books; ending of the caller is how
  local -a groups=()
  while read -r word _; do                              # +pid: a process group began; -pid: it ended
    if [[ ! $word =~ ^[+-][0-9]+$ ]]; then continue; fi # nothing that this script has written
    if [[ $word == +* ]]; then groups[${word#+}]=1; else unset -v "groups[${word#-}]"; fi
  done <"$SF_RUN/.groups"
  sf_watchdog_signal TERM
  if [[ ${SLURM_JOB_ID-} ]] && declare -F sf_srun_hurry >/dev/null; then sf_srun_hurry; fi
  sf_clock_now && tries=$((SF_NOW + SF_GRACE)) # until then; to look for them may take a while
  while ((SF_NOW < tries)) && sf_watchdog_alive; do
    sleep 0.2 && sf_clock_now
  done
  sf_watchdog_signal KILL
  sf_watchdog_sweep
  sf_aftermath_settle "${ending[@]}"
  rm -f -- "$SF_RUN/.groups" "$SF_RUN/.owner" "$SF_RUN"/{status.json.*,run.json,*/outputs.json}.new
}

sf_watchdog_signal() { # <signal>: to the groups of the caller, steps and containers, and what left its group
  local pid kind
  for kind in $SF_LAUNCHERS; do
    if declare -F "sf_${kind}_signal_run" >/dev/null; then "sf_${kind}_signal_run" "$1"; fi
  done
  for pid in "${!groups[@]}"; do kill -s "$1" -- "-$pid" 2>/dev/null; done
  sf_watchdog_find
  for pid in ${SF_STRAGGLER[@]+"${SF_STRAGGLER[@]}"}; do kill -s "$1" "$pid" 2>/dev/null; done
}

sf_watchdog_find() { # -> SF_STRAGGLER: processes that carry this run's id in their environment, or write to the log of a task
  mapfile -t SF_STRAGGLER < <(grep -laF -- "SFLOW_RUN_ID=$SF_RUN_ID" /proc/[0-9]*/environ 2>/dev/null)
  SF_STRAGGLER=(${SF_STRAGGLER[@]+"${SF_STRAGGLER[@]#/proc/}"})
  SF_STRAGGLER=(${SF_STRAGGLER[@]+"${SF_STRAGGLER[@]%/environ}"})
  sf_writer_find
}

sf_watchdog_alive() { # is anything of the groups of the caller, or of what left them, more than a zombie?
  local file facts
  sf_watchdog_find
  ((! ${#SF_STRAGGLER[@]})) || return 0
  for file in /proc/[0-9]*/stat; do
    read -r facts 2>/dev/null <"$file" || continue
    # shellcheck disable=SC2086 # state, parent, group
    set -- ${facts##*) }
    if [[ $1 != Z && ${groups[$3]-} ]]; then return 0; fi
  done
  return 1
}

sf_watchdog_sweep() { # ends what left its process group and outlived the run; more than once, for it may have children in the meantime
  local -i tries
  for ((tries = 0; tries < 50; tries++)); do
    sf_watchdog_find
    ((${#SF_STRAGGLER[@]})) || return 0
    kill -s KILL "${SF_STRAGGLER[@]}" 2>/dev/null
    sleep 0.02
  done
}

sf_watchdog_note() { # <state> <exit status> <reason>: what the run is called should this script be killed from here on
  trap '' PIPE       # nobody may be there to read it
  { printf '%s\n' "$*" >&"$SF_LIFE"; } 2>/dev/null
}

sf_watchdog_tell() { # <state> <exit status> <reason>: this script will end without having ended the run; returns when the tasks are gone
  sf_watchdog_keep
  local fd=${SF_WATCHDOG[1]-}
  sf_watchdog_note "$@"
  exec {SF_LIFE}>&-
  [[ ! $fd ]] || exec {fd}>&-
  wait "$SF_WATCHER"
}

sf_watchdog_end() { # all is done and written down; sends the watchdog home
  sf_watchdog_note bye
  exec {SF_LIFE}>&-
  rm -f -- "$SF_RUN/.groups" "$SF_RUN/.owner"
}
