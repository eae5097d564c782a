#!/usr/bin/env bats

@test "the plan is a table of tasks, places, order and probes" {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run server client
  SF_AFTER=('' 0) SF_NODES=(0 1) SF_GPUS=(0,1) SF_PROBES_OF=(0 '') SF_PROBE_ROLE=('readiness tcp_port 8000')
  run sf_plan_print
  [[ ${lines[0]} == 'w: 2 tasks' ]]
  [[ ${lines[1]} == '  task      nodes         GPUs          starts after' ]]
  [[ ${lines[2]} == '  server    0             0,1           ' ]]
  [[ ${lines[3]} == *'readiness tcp_port 8000' ]]
  [[ ${lines[4]} == '  client    1             -             server' ]]
}
