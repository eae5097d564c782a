# shellcheck shell=bash
# watchdog: takes the tasks down when this script is killed with SIGKILL, and finds what left its process group.
# It reads a pipe of which only the script holds the other end: end of file means that the script is gone.
# requires: local

sf_watchdog_start() {
  exec {SF_LIFE}> >(sf_watchdog_serve)
}

sf_watchdog_serve() { # lines: +pid a process group began, -pid it ended, bye: the run has ended well enough
  local line pid groups=()
  trap '' HUP INT QUIT TERM USR1 USR2 PIPE
  exec {SF_BUS}>&- {SF_EVENTS}>&- {SF_LOG}>&- </dev/stdin
  while read -r line; do
    case $line in
      +*) groups[${line#+}]=1 ;;
      -*) unset -v "groups[${line#-}]" ;;
      bye) return 0 ;;
    esac
  done
  sf_watchdog_signal TERM "${!groups[@]}"
  for ((tries = SF_GRACE / 10; tries > 0; tries--)); do
    sf_watchdog_alive "${!groups[@]}" || break
    sleep 0.1
  done
  sf_watchdog_signal KILL "${!groups[@]}"
  sf_watchdog_sweep
  SF_RUN_STATE=FAILED SF_EXIT=137 SF_REASON="the script was killed"
  sf_watchdog_record
}

sf_watchdog_signal() { # <signal> <process group>...
  local signal=$1 pid
  shift
  if declare -F sf_srun_signal_run >/dev/null; then sf_srun_signal_run "$signal"; fi
  for pid; do kill -s "$signal" -- "-$pid" 2>/dev/null; done
}

sf_watchdog_alive() { # <process group>...: is there one with a process that is not a zombie?
  local pid
  for pid; do
    if kill -0 -- "-$pid" 2>/dev/null; then return 0; fi
  done
  return 1
}

sf_watchdog_sweep() { # kills what carries this run's id in its environment: it left its process group
  local pid found=()
  mapfile -t found < <(grep -laF -- "SFLOW_RUN_ID=$SF_RUN_ID" /proc/[0-9]*/environ 2>/dev/null)
  for pid in ${found[@]+"${found[@]}"}; do
    pid=${pid#/proc/}
    kill -s KILL "${pid%/environ}" 2>/dev/null
  done
}

sf_watchdog_record() { # the last word in events.jsonl and status.json
  local line
  sf_clock_stamp
  printf '{"time":%s,"event":"run","state":"FAILED","exit_status":137,"reason":"%s"}\n' \
    "$SF_STAMP" "$SF_REASON" >>"$SF_RUN/events.jsonl"
  [[ -f $SF_RUN/status.json ]] || return 0
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
}
