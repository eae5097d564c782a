#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run server client other
  load_units schedule
}

@test "a runner that is gone without a word is noticed, one that spoke is not" {
  sf_schedule_open
  sf_task_lost() { LOST+=" $1"; }
  (exit) &
  local gone=$!
  wait "$gone"
  SF_PID=([1]=$gone [2]=$$)
  sf_watchdog_keep() { :; }
  sf_timer_due_sweep
  [[ $LOST == ' 1' ]]
  LOST=''
  printf 'exit 1 1 0\n' >&"$SF_BUS"
  sf_timer_due_sweep
  [[ $LOST == '' ]]
}

@test "the look for runners that are gone is seldom while the same tasks run, and often in a stop" {
  SF_PID=([1]=$$ [2]=$$)
  local paces='' _
  for _ in {1..5}; do
    sf_sweep_pace
    paces+=" $SF_SWEEP"
  done
  [[ $paces == ' 200 300 400 600 600' ]]
  unset -v 'SF_PID[1]'
  sf_sweep_pace
  [[ $SF_SWEEP == 200 ]]
  SF_SWEEP=10
  sf_sweep_pace
  [[ $SF_SWEEP == 10 ]]
}
