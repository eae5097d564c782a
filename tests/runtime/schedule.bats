#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a b c
  SF_AFTER=('' 0 '0 1') SF_FEEDS=('1 2' 2 '') SF_WAITS=(0 1 2) SF_FIRST=(0)
  sf_pool_assign() { # a task that ends at once
    SF_PID[$1]=$$
    STARTED+=" $1"
    printf 'exit %s %s %s\n' "$1" "$2" "${STATUS[$1]-0}" >&"$SF_BUS"
  }
  sf_pool_free() { unset -v "SF_PID[$1]"; }
  STARTED='' STATUS=()
}

@test "a task starts when all that it is after are done" {
  sf_schedule_open
  sf_schedule_first
  sf_schedule_run
  [[ $STARTED == ' 0 1 2' && ${SF_STATE[*]} == 'COMPLETED COMPLETED COMPLETED' && $SF_OPEN == 0 ]]
}

@test "a failure ends the schedule" {
  STATUS=(3)
  sf_schedule_open
  sf_schedule_first
  sf_schedule_run
  [[ $STARTED == ' 0' && $SF_EXIT == 3 && ${SF_STATE[*]} == 'FAILED INITIATED INITIATED' ]]
}

@test "what an earlier run settled is not waited for" {
  SF_STATE[0]=SKIPPED
  sf_schedule_open
  sf_schedule_first
  sf_schedule_run
  [[ $STARTED == ' 1 2' ]]
}

@test "ready is as good as done, for the attempt that it is about" {
  sf_schedule_open
  SF_STATE[0]=RUNNING SF_ATTEMPT[0]=2 SF_SINCE[0]=$SF_NOW
  sf_schedule_ready 0 1 port 80
  [[ ${SF_STATE[0]} == RUNNING ]]
  sf_schedule_ready 0 2 port 80
  [[ ${SF_STATE[0]} == READY && ${SF_WHY[0]} == *'port 80' && ${SF_LEFT[1]} == 0 && ${SF_QUEUE[*]} == 1 ]]
}

@test "word of an attempt that is over changes nothing" {
  sf_schedule_open
  SF_STATE[0]=RUNNING SF_ATTEMPT[0]=2 SF_PID[0]=1
  sf_schedule_exit 0 1 0
  [[ ${SF_STATE[0]} == RUNNING ]]
}

@test "a failure probe condemns its task" {
  sf_stop_task() { STOPPED=$1; }
  sf_schedule_open
  SF_STATE[0]=RUNNING SF_ATTEMPT[0]=1 SF_PID[0]=1
  sf_schedule_unhealthy 0 1 no answer
  [[ $STOPPED == 0 && ${SF_VERDICT[0]} == 'FAILED failure probe: no answer' ]]
}

@test "a signal ends the run; a second one is haste, but not its echo" {
  sf_schedule_open
  sf_schedule_signal TERM
  [[ $SF_EXIT == 143 && $SF_REASON == SIGTERM ]]
  SF_STOPPING=$SF_NOW
  sf_schedule_signal TERM
  [[ ! ${SF_HURRY-} ]]
  SF_STOPPING=$((SF_NOW - 200))
  sf_schedule_signal TERM
  [[ $SF_HURRY == 1 ]]
}

@test "USR2 is Slurm's word that the time is nearly over" {
  sf_schedule_open
  sf_schedule_signal USR2
  [[ $SF_EXIT == 124 && $SF_RUN_STATE == TIMEOUT ]]
}

@test "the limit of the workflow ends the run" {
  SF_LIMIT=0.01
  sf_pool_assign() { SF_PID[$1]=$$; }
  sf_schedule_open
  sf_schedule_first
  sf_schedule_run
  [[ $SF_EXIT == 124 && $SF_REASON == *'time limit of 0.01 s'* ]]
}

@test "a time limit that is over when everything is done ends nothing" {
  SF_LIMIT=1
  sf_schedule_open
  SF_OPEN=0
  sf_timer_due_run
  [[ ! ${SF_EXIT-} ]]
  SF_OPEN=1
  sf_timer_due_run
  [[ $SF_EXIT == 124 ]]
}

@test "a task whose runner could not begin has failed, with what it says" {
  sf_pool_assign() {
    SF_PID[$1]=$$
    printf 'unable %s %s no room\n' "$1" "$2" >&"$SF_BUS"
  }
  sf_schedule_open
  sf_schedule_first
  sf_schedule_run
  [[ $SF_EXIT == 1 && ${SF_STATE[0]} == FAILED && ${SF_WHY[0]} == 'no room' ]]
}
