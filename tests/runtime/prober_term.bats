#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units prober
}

@test "TERM ends it when the script is gone, and else does not disturb it" {
  sf_bus_open SF_CHECKS
  sf_prober_orphan
  sf_bus_read "$SF_CHECKS" 1
  [[ ${SF_WORDS[*]} == pulse ]]
  sf_prober_pulse
  [[ ${SF_TIMER["orphan:0"]} ]]
  sf_timer_due_orphan
  ! read -r -t 0 -u "$SF_CHECKS"
  sf_owner_began() { return 1; }
  sf_timer_due_orphan # it was about to go when it was looked for first
  sf_bus_read "$SF_CHECKS" 1
  [[ ${SF_WORDS[*]} == end ]]
  sf_prober_orphan
  sf_bus_read "$SF_CHECKS" 1
  [[ ${SF_WORDS[*]} == end ]]
}
