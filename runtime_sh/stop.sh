# shellcheck shell=bash
# stop: ends tasks: TERM, then KILL when the grace is over. At the end of a run the tiers of the graph are stopped from the
# last to the first, so that a client goes before its server; a tier that will not end has its share of the grace, no more.
# requires: timer schedule console

sf_stop_task() { # <task index>: TERM now, KILL when the grace is over
  "sf_${SF_LAUNCH[$1]:-local}_signal" TERM "$1"
  sf_timer_set "kill:$1" "$SF_GRACE"
}

sf_timer_due_kill() { # <task index>
  [[ ${SF_PID[$1]-} ]] || return 0
  "sf_${SF_LAUNCH[$1]:-local}_signal" KILL "$1"
  "sf_${SF_LAUNCH[$1]:-local}_killed" "$1"
}

sf_stop_all() { # <state for what still runs> <reason>: returns when nothing runs any more
  local i
  local -i tier deadline
  sf_clock_now
  SF_STOPPING=$SF_NOW
  SF_QUEUE=() # what was about to start does not
  for i in "${!SF_PID[@]}"; do
    if [[ ! ${SF_VERDICT[i]-} ]]; then SF_VERDICT[i]="$1 $2"; fi
  done
  SF_SWEEP=10
  sf_timer_set sweep:0 "$SF_SWEEP"
  deadline=$((SF_NOW + SF_GRACE))
  while ((${#SF_PID[@]} && SF_NOW < deadline)) && [[ ! ${SF_HURRY-} ]]; do
    sf_stop_tier # -> tier: the tasks of the last tier that were not asked before
    ((tier >= 0)) || break
    sf_stop_wait "$(((deadline - SF_NOW) / (tier + 1)))"
  done
  sf_stop_wait "$((deadline - SF_NOW))"
  sf_stop_kill
  SF_HURRY=
  sf_stop_wait 1000 killed
}

sf_stop_tier() { # -> tier of the caller: signals the running tasks of the highest tier that has not been asked; -1 without one
  local i asked=() kind
  tier=-1
  for i in "${!SF_PID[@]}"; do
    if [[ ! ${SF_ASKED[i]-} ]] && ((${SF_TIER[i]:-0} > tier)); then tier=${SF_TIER[i]:-0}; fi
  done
  for kind in ${SF_LAUNCHERS}; do
    asked=()
    for i in "${!SF_PID[@]}"; do
      if [[ ! ${SF_ASKED[i]-} && ${SF_TIER[i]:-0} == "$tier" && ${SF_LAUNCH[i]:-local} == "$kind" ]]; then
        asked+=("$i")
        SF_ASKED[i]=1
      fi
    done
    ((! ${#asked[@]})) || "sf_${kind}_signal" TERM "${asked[@]}"
  done
}

sf_stop_kill() { # what still runs, all of a kind at once: to find out who is who costs as much for one task as for many
  local i kind
  local -a deaf
  for kind in ${SF_LAUNCHERS}; do
    deaf=()
    for i in "${!SF_PID[@]}"; do
      SF_ASKED[i]=1
      if [[ ${SF_LAUNCH[i]:-local} == "$kind" ]]; then deaf+=("$i"); fi
    done
    ((${#deaf[@]})) || continue
    "sf_${kind}_signal" KILL "${deaf[@]}"
    for i in "${deaf[@]}"; do "sf_${kind}_killed" "$i"; done
  done
}

sf_stop_wait() { # <centiseconds> [killed]: handles events until what was asked is gone, at most so long; what is killed goes no sooner for a hurry
  local -i until
  sf_clock_now
  until=$((SF_NOW + $1))
  sf_timer_set stopped:0 "$1"
  while ((${#SF_PID[@]} && SF_NOW < until)) && [[ ${2-} || ! ${SF_HURRY-} ]] && sf_stop_pending; do
    sf_schedule_next
    sf_clock_now
  done
  sf_timer_clear stopped:0
}

sf_stop_pending() { # is there a task that was asked and still runs?
  local i
  for i in "${!SF_PID[@]}"; do
    [[ ! ${SF_ASKED[i]-} ]] || return 0
  done
  return 1
}

sf_timer_due_stopped() { # only wakes sf_stop_wait
  :
}
