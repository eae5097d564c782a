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
  sf_owner_began() { return 1; }
  sf_prober_orphan
  sf_bus_read "$SF_CHECKS" 1
  [[ ${SF_WORDS[*]} == end ]]
}
