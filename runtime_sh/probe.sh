# shellcheck shell=bash
# probe: the scheduler's side of the probes: starts the prober, and tells it which probes to run.
# requires: bus prober timer clock event console owner

sf_probe_open() { # the prober, in a process group of its own, so that Ctrl-C leaves it to the end
  sf_bus_open SF_CHECKS
  set -m
  sf_prober_serve </dev/null >/dev/null 2>&1 &
  set +m
  SF_PROBER=$!
}

sf_probe_heed() { # another one takes the place of one that was killed, for the attempts that run
  local i fd=$SF_CHECKS
  ! kill -0 "$SF_PROBER" 2>/dev/null || return 0
  sf_console_warn "the prober was killed; another one takes its place"
  printf -- '-%s\n' "$SF_PROBER" >&"$SF_GROUPS"
  sf_probe_sweep
  exec {fd}>&-
  sf_probe_open
  for i in "${!SF_PID[@]}"; do
    if [[ ${SF_PROBES_OF[i]-} ]]; then sf_probe_ask "$i" "${SF_ATTEMPT[i]}"; fi
  done
}

sf_probe_close() {
  printf 'end\n' >&"$SF_CHECKS"
  sf_owner_await "$SF_PROBER" 200 || sf_probe_sweep
}

sf_probe_sweep() { # the prober was killed: ends its checkers, which may hang; they are who else has its pipe open
  local pid
  for pid in /proc/[0-9]*; do
    pid=${pid##*/}
    [[ $pid != "$$" && /proc/$pid/fd/$SF_CHECKS -ef /proc/$$/fd/$SF_CHECKS ]] || continue
    sf_owner_child "$pid" || kill -s KILL -- "-$pid" # a child of this script has only just begun, and will close it
  done 2>/dev/null
}

sf_probe_start() { # <task index> <attempt>
  local within
  SF_PROBED[$1]=
  sf_probe_ask "$@"
  if [[ ${SF_READY_WITHIN[$1]-} ]]; then
    sf_clock_parse "${SF_READY_WITHIN[$1]}" within
    sf_timer_set "ready:$1" "$within"
  fi
}

sf_probe_ask() { # <task index> <attempt>
  local p
  for p in ${SF_PROBES_OF[$1]}; do
    printf 'start %s %s %s\n' "$p" "$2" "${SF_LOG_FROM[$1]:-0}" >&"$SF_CHECKS"
  done
}

sf_probe_stop() { # <task index>
  local p
  for p in ${SF_PROBES_OF[$1]}; do printf 'stop %s\n' "$p" >&"$SF_CHECKS"; done
}

sf_schedule_found() { # <task index> <attempt> <role> <word>...: what a check has found that decides nothing yet, from the prober
  if [[ ! ${SF_PID[$1]-} || ${SF_ATTEMPT[$1]} != "$2" ]]; then return 0; fi
  if [[ $3 == readiness ]]; then SF_PROBED[$1]=${*:4}; fi
  sf_event_probe "$1" "$3" "${*:4}"
}
