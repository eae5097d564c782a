#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  SF_RUN_ID=run-$BATS_TEST_NUMBER-$RANDOM$RANDOM
}

not() { # <word>...: a bare ! would let a test go on
  ! "$@"
}

@test "what left its process group is found by the run's id" {
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  SFLOW_RUN_ID=$SF_RUN_ID setsid sleep 60 3>&- &
  local pid=$!
  sleep 0.3
  sf_straggler_find
  [[ ${SF_STRAGGLER[*]} == *"$pid"* ]]
  sf_straggler_sweep
  gone "$pid"
}

@test "a process of a group is known by its group, one that left it is not" {
  set -m
  sleep 60 3>&- &
  set +m
  local pid=$!
  SF_GROUP=([pid]=1)
  sf_straggler_known "/proc/$pid/stat"
  SF_GROUP=([$$]=1)
  not sf_straggler_known "/proc/$pid/stat"
  kill -s KILL "$pid"
  gone "$pid"
  SF_GROUP=([pid]=1)
  not sf_straggler_known "/proc/$pid/stat"
}

@test "a group lives as long as one process of it, or one that left it, does" {
  set -m
  sleep 60 3>&- &
  set +m
  local pid=$! other
  SF_GROUP=([pid]=1)
  sf_straggler_alive
  kill -s KILL "$pid"
  gone "$pid"
  not sf_straggler_alive
  SFLOW_RUN_ID=$SF_RUN_ID setsid sleep 60 3>&- &
  other=$!
  sleep 0.3
  sf_straggler_alive
  sf_straggler_sweep
  gone "$other"
  not sf_straggler_alive
}
