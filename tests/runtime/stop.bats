#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run server client other
  SF_PID=(11 12) SF_STATE=(READY RUNNING INITIATED) SF_ATTEMPT=(1 1) SF_TIER=(0 1 0) SF_LAUNCHERS=local SF_GRACE=30
  sf_bus_open SF_BUS
  SENT=()
  sf_local_signal() { # as long as a task obeys, it ends at once
    SENT+=("$*")
    local i
    for i in "${@:2}"; do
      [[ ${DEAF-} == "$i" && $1 != KILL ]] || printf 'exit %s 1 143\n' "$i" >&"$SF_BUS"
    done
  }
  sf_timer_due_sweep() { :; }
  sf_pool_free() { unset -v "SF_PID[$1]"; }
}

@test "a client goes before its server, and nothing new starts" {
  SF_QUEUE=(2)
  sf_stop_all COMPLETED 'the workflow is done'
  [[ ${SENT[*]} == 'TERM 1 TERM 0' && ${#SF_PID[@]} == 0 && ${#SF_QUEUE[@]} == 0 ]]
  [[ ${SF_STATE[*]} == 'COMPLETED COMPLETED INITIATED' ]]
}

@test "who does not go is killed when the grace is over; the others still get their turn in it" {
  DEAF=1
  local -i began=$SF_NOW
  sf_stop_all CANCELLED why
  [[ ${SENT[*]} == 'TERM 1 TERM 0 KILL 1' && ${SF_STATE[*]} == 'CANCELLED CANCELLED INITIATED' ]]
  ((SF_NOW - began >= 29 && SF_NOW - began < 300))
}

@test "who is in a hurry does not wait for the grace; all that are left are killed at once" {
  DEAF=1 SF_GRACE=6000 SF_HURRY=1
  sf_stop_all CANCELLED why
  [[ ${SENT[*]} == 'KILL 0 1' && ${#SF_PID[@]} == 0 ]]
}

@test "a signal that comes when all are killed already does not keep their ends out of the books" {
  DEAF=1 SF_GRACE=10
  local sent
  sent=$(declare -f sf_local_signal)
  eval "told${sent#sf_local_signal}"
  sf_local_signal() {
    [[ $1 != KILL ]] || { SF_STOPPING=$((SF_NOW - 200)) && printf 'signal TERM\n' >&"$SF_BUS"; }
    told "$@"
  }
  sf_stop_all COMPLETED 'the workflow is done'
  [[ ${#SF_PID[@]} == 0 && ${SF_STATE[*]} == 'COMPLETED COMPLETED INITIATED' ]]
}

@test "a task alone is asked now and killed when its grace is over" {
  sf_stop_task 0
  [[ ${SENT[*]} == 'TERM 0' && ${SF_TIMER["kill:0"]} ]]
  sf_timer_due_kill 0
  [[ ${SENT[1]} == 'KILL 0' ]]
}
