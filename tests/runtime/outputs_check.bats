#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t u
  load_units outputs outputs_check retry
  log=$SF_RUN/t/t.log
  SF_CHECKED=(1) SF_OUTPUTS=(1) SF_STATE=(RUNNING INITIATED) SF_ATTEMPT=(1) SF_STATUS=(0) SF_READER_AFTER=(RUNNING) SF_LEFT=(0 1)
  SF_FINGERPRINT=(f0 f1)
}

settle() { # <status of the reader> <what it says>
  set +e
  sf_outputs_check_begin 0 'after 1.00 s'
  sf_outputs_check_settle 0 "$@" >"$SF_RUN/told"
  settled=$?
  set -e
}

@test "what is as required completes the task, which is written down then" {
  settle 0 ''
  [[ $settled == 0 && ${SF_STATE[0]} == COMPLETED && ${SF_WHY[0]} == 'after 1.00 s' && ! ${SF_EXIT-} ]]
  [[ $(<"$SF_RUN/completed.txt") == 'f0 t' ]]
}

@test "until then nothing else makes it ready" {
  sf_outputs_check_begin 0 'after 1.00 s'
  sf_schedule_ready 0 1 late
  [[ ${SF_STATE[0]} == RUNNING ]]
}

@test "what is not fails the task and the run, with status 1" {
  settle 3 'output x: 0 is below min 1 (line 2)'
  [[ $settled == 1 && ${SF_STATE[0]} == FAILED && $SF_EXIT == 1 && $SF_BLAMED == 0 && ! -e $SF_RUN/completed.txt ]]
  [[ $SF_REASON == 't FAILED: output x: 0 is below min 1 (line 2)' ]]
}

@test "so does what cannot be read, unless the run has ended for something else" {
  settle 1 'there is no awk'
  [[ ${SF_WHY[0]} == 'its outputs cannot be checked: there is no awk' && $SF_EXIT == 1 ]]
  SF_STATE[0]=RUNNING SF_EXIT=143 SF_REASON=SIGTERM
  settle 1 'the run has ended'
  [[ ${SF_STATE[0]} == CANCELLED && ${SF_WHY[0]} == 'stopped: SIGTERM' && $SF_EXIT == 143 ]]
}

@test "when all else is done, it still makes the run fail, and a second signal still hurries" {
  SF_EXIT=0 SF_STOPPING=5 SF_STATUS=(143) SF_READER_AFTER=(READY) SF_VERDICT=('COMPLETED stopped: the workflow is done')
  settle 3 'output x: 0 is below min 1'
  [[ $SF_EXIT == 1 && $SF_RUN_STATE == FAILED && $SF_STOPPING == 5 ]]
}

@test "another attempt is made if there is one, and nothing is left of this one" {
  SF_RETRY[0]='1 5 1'
  printf '{}\n' >"$SF_RUN/t/outputs.json"
  settle 3 'output x: 0 is below min 1'
  [[ $settled == 1 && ${SF_STATE[0]} == INITIATED && ! ${SF_EXIT-} && ! -e $SF_RUN/t/outputs.json ]]
  [[ ${SF_WHY[0]} == 'output x: 0 is below min 1; attempt 2 of 2 in 5.00 s' ]]
  SF_ATTEMPT[0]=2
  settle 3 'output x: 0 is below min 1'
  [[ ${SF_STATE[0]} == FAILED ]]
}

@test "lines are those of the log, in the whole of it" {
  local error=''
  printf 'old\n======== attempt 2 ========\na\rb\r\nc\nx\n' >"$log"
  SF_LOG_FROM[0]=32
  sf_outputs_check_explain 0 $'5 1/1 output x: 0 is below min 1\nawk: careful\n4 2/9 output y: 1 is above max 0\n0 - output z: nothing'
  [[ $error == 'output x: 0 is below min 1 (line 5); output y: 1 is above max 0 (line 4; 2 of 9 values); output z: nothing' ]]
}
