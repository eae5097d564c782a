#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a b
  ASSIGNED=()
  sf_pool_assign() { ASSIGNED+=("$*"); }
  sf_probe_start() { PROBED="$*"; }
}

@test "a start is an attempt, a state, an event and a line for people" {
  sf_task_start 0
  sf_schedule_write >"$BATS_TEST_TMPDIR/console"
  [[ ${ASSIGNED[*]} == '0 1' && ${SF_STATE[0]} == RUNNING && ${SF_STARTED[0]} == "$SF_STAMP" ]]
  [[ $(<"$BATS_TEST_TMPDIR/console") == *'a         RUNNING'* ]]
  [[ $(<"$SF_RUN/events.jsonl") == *'"task":"a","state":"RUNNING","attempt":1'* ]]
}

@test "a further attempt is counted, told, and parted from the first in the log" {
  sf_task_start 0
  printf 'first\n' >"$SF_RUN/a/a.log"
  sf_task_start 0
  [[ ${ASSIGNED[1]} == '0 2' && ${SF_WHY[0]} == 'attempt 2' ]]
  [[ $(<"$SF_RUN/a/a.log") == *'attempt 2'* ]]
}

@test "a limit and probes begin with the task" {
  SF_TIMEOUT[1]=1.5 SF_PROBES_OF[1]=0
  sf_task_start 1
  [[ ${SF_TIMER["limit:1"]} == $((SF_NOW + 150)) || ${SF_TIMER["limit:1"]} == $((SF_NOW + 149)) ]]
  [[ $PROBED == '1 1' ]]
}

@test "where a task runs is told when there is a choice, in forty letters" {
  sf_task_place 0
  [[ $SF_PLACE == '' ]]
  SF_NODE_NAME=(n0 n1) SF_NODES[0]='0 1' SF_GPUS[0]=2,3
  sf_task_place 0
  [[ $SF_PLACE == 'n0,n1, GPU 2,3' ]]
  SF_NODE_NAME=(a-very-long-name-of-a-node another-very-long-name-of-a-node) SF_GPUS=()
  sf_task_place 0
  [[ ${#SF_PLACE} == 40 && $SF_PLACE == *... ]]
}

@test "a reason is told to people as one line that steers no terminal, and as JSON" {
  sf_task_enter 0 READY $'said "é" \e[31mred\e[0m\n\a'
  [[ $SF_SAID == *'a         READY      said "é" red\x0a\x07'$'\n' ]]
  [[ $(<"$SF_RUN/events.jsonl") == *'"state":"READY"'*'"reason":"said \"é\" \u001b[31mred\u001b[0m\n\u0007"}' ]]
  [[ ${SF_TIMER["status:0"]} ]]
}
