# shellcheck shell=bash
# sweep: looks for who is gone without a word: killed by somebody else.
# requires: timer verdict watchdog

sf_timer_due_sweep() { # who is gone without a word was killed by somebody else: runners, the watchdog, the prober
  local i gone=()
  for i in "${!SF_PID[@]}"; do
    [[ -e /proc/${SF_PID[i]} || ${SF_HELD[i]-} ]] || gone+=("$i") # costs a third of a `kill -0` that may not speak
  done
  if ((${#gone[@]})) && ! read -r -t 0 -u "$SF_BUS"; then # else its word may still be on the bus
    for i in "${gone[@]}"; do sf_task_lost "$i"; done
  fi
  sf_watchdog_keep
  if declare -F sf_probe_heed >/dev/null; then sf_probe_heed; fi
  sf_sweep_pace
  sf_timer_set sweep:0 "$SF_SWEEP"
}

sf_sweep_pace() { # -> SF_SWEEP: a look every two seconds, more and more seldom, down to six, while the same tasks run; a stop has its own
  ((SF_SWEEP >= 200)) || return 0
  if [[ ${SF_SWEEP_OF-} == "${!SF_PID[*]}" ]]; then
    SF_SWEEP=$((SF_SWEEP < 400 ? SF_SWEEP + 100 : 600))
  else
    SF_SWEEP=200 SF_SWEEP_OF=${!SF_PID[*]}
  fi
}
