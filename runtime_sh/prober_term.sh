# shellcheck shell=bash
# prober_term: what signals mean to the prober.
# requires: owner timer

sf_prober_trap() { # it ends with the script, not by signals
  trap '' HUP INT QUIT USR1 USR2
  trap 'sf_prober_orphan' TERM
}

sf_prober_orphan() { # TERM: from the watchdog when the script is gone; else it was meant for others, as when Slurm signals all of a job
  local word=pulse
  sf_owner_began "$$" || word=end
  printf '%s\n' "$word" >&"$SF_CHECKS"
}

sf_prober_pulse() { # makes the loop go on: after a trap, `read -t` of bash 5.2 has lost its time-out; and looks once more, for a script
  # that is killed closes its pipes, which the watchdog sees, before it is gone
  sf_timer_set orphan:0 20
}

sf_timer_due_orphan() {
  sf_owner_began "$$" || printf 'end\n' >&"$SF_CHECKS"
}
