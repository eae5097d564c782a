# shellcheck shell=bash
# timer: deadlines of the scheduler. When the timer limit:3 is due, sf_timer_due_limit 3 is called.
# requires: clock

sf_timer_set() { # <kind:id> <centiseconds from now>
  sf_clock_now
  SF_TIMER[$1]=$((SF_NOW + $2))
  if ((! SF_TIMER_NEXT || SF_NOW + $2 < SF_TIMER_NEXT)); then SF_TIMER_NEXT=$((SF_NOW + $2)); fi
}

sf_timer_clear() { # <kind:id>...
  local timer
  for timer; do
    if [[ ${SF_TIMER[$timer]-} ]]; then unset -v "SF_TIMER[$timer]"; fi
  done
}

sf_timer_wait() { # -> SF_WAIT: seconds until the next timer, for read -t; SF_NOW is from the last look at the timers
  local -i rest=6000
  if ((SF_TIMER_NEXT)); then rest=$((SF_TIMER_NEXT - SF_NOW)); fi
  ((rest > 0)) || rest=1
  printf -v SF_WAIT '%d.%02d' "$((rest / 100))" "$((rest % 100))"
}

sf_timer_fire() { # calls what is due at SF_NOW; looks through the timers only when one can be
  if ((SF_TIMER_NEXT && SF_NOW >= SF_TIMER_NEXT)); then sf_timer_look; fi
}

sf_timer_look() { # calls what is due at SF_NOW
  local timer due=()
  local -i next=0
  for timer in "${!SF_TIMER[@]}"; do
    if ((SF_TIMER[$timer] <= SF_NOW)); then
      due+=("$timer")
    elif ((! next || SF_TIMER[$timer] < next)); then
      next=${SF_TIMER[$timer]}
    fi
  done
  SF_TIMER_NEXT=$next
  for timer in ${due[@]+"${due[@]}"}; do
    [[ ${SF_TIMER[$timer]-} ]] || continue # an earlier one of this round cleared it
    unset -v "SF_TIMER[$timer]"
    "sf_timer_due_${timer%:*}" "${timer#*:}"
  done
}
