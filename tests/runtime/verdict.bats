#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a b
  SF_PID=(11 12) SF_STATE=(RUNNING INITIATED) SF_ATTEMPT=(1) SF_SINCE=($((SF_NOW - 150))) SF_FEEDS=(1 '') SF_LEFT=(0 1)
  SF_OPEN=2
  sf_pool_free() { unset -v "SF_PID[$1]"; }
  sf_pool_assign() { SF_PID[$1]=99; }
  sf_stop_task() { STOPPED=$1; }
}

judged() { # <exit status> <state so far> <state> <reason>
  local state why
  sf_task_judge 0 "$1" "$2"
  [[ $state == "$3" && $why == "$4" ]]
}

@test "status 0 is COMPLETED, another one or a signal is FAILED" {
  judged 0 RUNNING COMPLETED 'after 1.50 s'
  judged 3 RUNNING FAILED 'exit status 3 after 1.50 s'
  judged 137 RUNNING FAILED 'killed by SIGKILL after 1.50 s'
  judged 200 RUNNING FAILED 'exit status 200 after 1.50 s'
}

@test "a service that ends while something needs it has failed, also with status 0" {
  judged 0 READY FAILED 'the service ended (exit status 0) while b still needs it'
  SF_STATE[1]=COMPLETED
  judged 0 READY COMPLETED 'after 1.50 s'
}

@test "a service that is not critical may end" {
  SF_OPTIONAL[0]=1
  judged 5 READY COMPLETED 'the service ended (exit status 5); it is not critical'
}

@test "what this script ended is called what it was ended for" {
  SF_VERDICT[0]='TIMEOUT too long'
  judged 143 RUNNING TIMEOUT 'too long'
}

@test "the end of a task starts the one that waited, and is written down" {
  SF_FINGERPRINT[0]=f00
  sf_task_ended 0 0
  sf_schedule_write
  [[ ${SF_STATE[*]} == 'COMPLETED RUNNING' && ${SF_PID[1]} == 99 && $SF_OPEN == 1 ]]
  [[ $(<"$SF_RUN/completed.txt") == 'f00 a' ]]
  [[ $(cut -d , -f 3,4 "$SF_RUN/events.jsonl") == $'"task":"a","state":"COMPLETED"\n"task":"b","state":"RUNNING"' ]]
}

@test "a failure ends the run with the task's own exit status" {
  sf_task_ended 0 7
  [[ $SF_EXIT == 7 && $SF_RUN_STATE == FAILED && $SF_REASON == 'a FAILED: exit status 7 after 1.50 s' ]]
  [[ ! -e $SF_RUN/completed.txt && ${SF_STATE[1]} == INITIATED ]]
}

@test "a task that may be retried has not failed yet" {
  SF_RETRY[0]='1 0.5 1'
  sf_task_ended 0 7
  [[ ! ${SF_EXIT-} && ${SF_STATE[0]} == INITIATED && ${SF_TIMER["retry:0"]} ]]
}

@test "a time limit and a missed readiness condemn a task once" {
  SF_TIMEOUT[0]=2 SF_READY_WITHIN[0]=1
  sf_timer_due_limit 0
  [[ $STOPPED == 0 && ${SF_VERDICT[0]} == 'TIMEOUT ran longer than its time limit of 2 s' ]]
  sf_timer_due_ready 0
  [[ ${SF_VERDICT[0]} == TIMEOUT* ]]
}

@test "what the last check found is why a task was not ready" {
  SF_READY_WITHIN[0]=1
  SF_PROBED[0]='HTTP 503'
  sf_timer_due_ready 0
  [[ ${SF_VERDICT[0]} == 'FAILED not ready within 1 s: HTTP 503' ]]
}

@test "a task whose runner is gone has failed" {
  sf_pool_signal() { SENT="$*"; }
  sf_task_lost 0
  [[ $SENT == 'KILL 0' && ${SF_STATE[0]} == FAILED && ${SF_WHY[0]} == 'its runner was killed' && $SF_EXIT == 1 ]]
}
