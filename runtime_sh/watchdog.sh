# shellcheck shell=bash
# watchdog: takes the tasks down when this script is killed with SIGKILL, and finds what left its process group.
# It reads a pipe of which only the script holds the other end: end of file means that the script is gone. Which process
# groups there are stands in a file, so that the watchdog sleeps while tasks come and go.
# requires: local status clock

sf_watchdog_start() { # in a process group of its own: who kills all of the script's must not take it along
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  set -m
  coproc SF_WATCHDOG { sf_watchdog_serve; }
  set +m
  exec {SF_LIFE}>&"${SF_WATCHDOG[1]}"
}

sf_watchdog_serve() { # waits for the end of its pipe, or for "bye": the run has ended in order
  local word tries groups=()
  trap '' HUP INT QUIT TERM USR1 USR2 PIPE
  exec {SF_BUS}>&- {SF_EVENTS}>&- {SF_LOG}>&- {SF_GROUPS}>&- >/dev/null 2>&1
  if read -r word; then return 0; fi
  while read -r word _; do # +pid: a process group began; -pid: it ended
    if [[ $word == +* ]]; then groups[${word#+}]=1; else unset -v "groups[${word#-}]"; fi
  done <"$SF_RUN/.groups"
  sf_watchdog_signal TERM
  for ((tries = SF_GRACE / 20; tries > 0; tries--)); do
    sf_watchdog_alive || break
    sleep 0.2
  done
  sf_watchdog_signal KILL
  SF_RUN_STATE=FAILED SF_EXIT=137 SF_REASON="the script was killed"
  sf_watchdog_record
  rm -f -- "$SF_RUN/.groups"
}

sf_watchdog_signal() { # <signal>: to the groups of the caller, steps and containers, and what left its group
  local pid kind
  for kind in $SF_LAUNCHERS; do
    if declare -F "sf_${kind}_signal_run" >/dev/null; then "sf_${kind}_signal_run" "$1"; fi
  done
  for pid in "${!groups[@]}"; do kill -s "$1" -- "-$pid" 2>/dev/null; done
  sf_watchdog_find
  for pid in ${SF_FOUND[@]+"${SF_FOUND[@]}"}; do kill -s "$1" "$pid" 2>/dev/null; done
}

sf_watchdog_find() { # -> SF_FOUND: processes that carry this run's id in their environment
  mapfile -t SF_FOUND < <(grep -laF -- "SFLOW_RUN_ID=$SF_RUN_ID" /proc/[0-9]*/environ 2>/dev/null)
  SF_FOUND=(${SF_FOUND[@]+"${SF_FOUND[@]#/proc/}"})
  SF_FOUND=(${SF_FOUND[@]+"${SF_FOUND[@]%/environ}"})
}

sf_watchdog_alive() { # is anything of the groups of the caller, or of what left them, more than a zombie?
  local file facts
  sf_watchdog_find
  ((! ${#SF_FOUND[@]})) || return 0
  for file in /proc/[0-9]*/stat; do
    read -r facts 2>/dev/null <"$file" || continue
    # shellcheck disable=SC2086 # state, parent, group
    set -- ${facts##*) }
    if [[ $1 != Z && ${groups[$3]-} ]]; then return 0; fi
  done
  return 1
}

sf_watchdog_sweep() { # ends what left its process group and outlived the run
  local pid
  sf_watchdog_find
  for pid in ${SF_FOUND[@]+"${SF_FOUND[@]}"}; do kill -s KILL "$pid" 2>/dev/null; done
}

sf_watchdog_record() { # the last word in events.jsonl and status.json
  local line
  sf_clock_stamp
  printf '{"time":%s,"event":"run","state":"FAILED","exit_status":137,"reason":"%s"}\n' \
    "$SF_STAMP" "$SF_REASON" >>"$SF_RUN/events.jsonl"
  if [[ ! -f $SF_RUN/status.json ]]; then
    sf_status_write
    return
  fi
  while IFS= read -r line; do
    case $line in
      ' "state": '*) line=' "state": "FAILED",' ;;
      ' "exit_status": '*) line=' "exit_status": 137,' ;;
      ' "reason": '*) line=" \"reason\": \"$SF_REASON\"," ;;
    esac
    printf '%s\n' "$line"
  done <"$SF_RUN/status.json" >"$SF_RUN/status.json.new" && mv -f "$SF_RUN/status.json.new" "$SF_RUN/status.json"
}

sf_watchdog_end() { # the tasks are gone; sends the watchdog home and looks for stragglers
  sf_watchdog_sweep
  printf 'bye\n' >&"$SF_LIFE"
  exec {SF_LIFE}>&-
  rm -f -- "$SF_RUN/.groups"
}
