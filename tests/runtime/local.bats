#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units local
  sf_bus_open SF_BUS
  exec {SF_GROUPS}>"$SF_RUN/.groups"
}

@test "a process becomes a command, with the variables of a task" {
  SF_ENV=(A=$'it\'s\n"$(x)" *') SF_BUILTINS=(SFLOW_REPLICA_INDEX=2)
  [[ $(sf_local_become bash -c 'printf "%s|%s" "$A" "$SFLOW_REPLICA_INDEX"') == $'it\'s\n"$(x)" *|2' ]]
}

@test "these may be called as ours" {
  SF_ENV=(SF_TASK=mine SF_COMMAND=too) SF_BUILTINS=(SFLOW_RUN_ID=run)
  [[ $(sf_local_become bash -c 'printf "%s %s" "$SF_TASK" "$SF_COMMAND"') == 'mine too' ]]
}

@test "a local backend's nodes are all this host" {
  sf_local_nodes 1 3
  [[ ${SF_NODE_NAME[*]:1} == 'localhost localhost-1 localhost-2' && ${SF_NODE_IP[*]:1} == '127.0.0.1 127.0.0.1 127.0.0.1' ]]
}

@test "a task that KILL does not end is given up after five seconds" {
  sf_schedule_exit() { GIVEN_UP="$*"; }
  SF_PID[0]=1 SF_ATTEMPT[0]=1
  sf_local_killed 0
  ((SF_TIMER["reap:0"] - SF_NOW >= 499))
  sf_timer_due_reap 0
  [[ $GIVEN_UP == '0 1 137' ]]
}
