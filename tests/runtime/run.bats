#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a b
  SF_STATE=(FAILED INITIATED) SF_WHY=('exit status 3' '') SF_STATUS=(3)
}

@test "the first reason to end counts" {
  sf_run_fail TIMEOUT 124 first
  sf_run_fail FAILED 1 second
  [[ $SF_RUN_STATE == TIMEOUT && $SF_EXIT == 124 && $SF_REASON == first ]]
}

@test "the run has the exit status of the task that failed" {
  sf_run_blame 0
  [[ $SF_EXIT == 3 && $SF_BLAMED == 0 && $SF_REASON == 'a FAILED: exit status 3' ]]
}

@test "a task that this script declared failed counts as 1, one that took too long as 124" {
  SF_VERDICT[0]='FAILED not ready' SF_STATUS[0]=143
  sf_run_blame 0
  [[ $SF_EXIT == 1 ]]
  SF_EXIT='' SF_STATE[0]=TIMEOUT SF_VERDICT[0]='TIMEOUT too long'
  sf_run_blame 0
  [[ $SF_EXIT == 124 ]]
}

@test "what was never started is cancelled, and told why" {
  SF_REASON='a FAILED'
  sf_run_cancel
  [[ ${SF_STATE[1]} == CANCELLED && ${SF_WHY[1]} == 'not started: a FAILED' ]]
  [[ $(<"$SF_RUN/events.jsonl") == *'"task":"b","state":"CANCELLED"'* ]]
}

@test "a signal is a line on the bus, and an end before there is a bus" {
  sf_bus_open SF_BUS
  sf_run_signal TERM
  sf_bus_read "$SF_BUS" 1
  [[ ${SF_WORDS[*]} == 'signal TERM' ]]
  SF_BUS=''
  run sf_run_signal INT
  [[ $status == 130 ]]
  run sf_run_signal USR2
  [[ $status == 124 ]]
}

@test "a child that runs the trap of its script, since it was killed too early, ends nothing" {
  SF_TOLD=$BATS_TEST_TMPDIR/told
  sf_watchdog_tell() { : >"$SF_TOLD"; }
  SF_LIFE=9
  (sf_run_abandon 143 "$$")
  [[ ! -e $SF_TOLD ]]
  (sf_run_abandon 143 "$BASHPID")
  [[ -e $SF_TOLD ]]
}

@test "a script that goes without having ended the run says so" {
  SF_GRACE=100
  {
    set +e
    sf_watchdog_start
    sf_run_abandon 0 "$BASHPID"
    set -e
  } 3>&-
  [[ $(<"$SF_RUN/status.json") == *'"state": "FAILED"'*'"exit_status": 70'*'ended unexpectedly'* ]]
  [[ $(tail -n 1 "$SF_RUN/events.jsonl") == *'"state":"FAILED","exit_status":70'* ]]
}
