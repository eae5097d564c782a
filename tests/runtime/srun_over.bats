#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units srun
  sf_bus_open SF_BUS
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  SF_CHILD=77 LOG=$SF_RUN/t/t.log
  timeout() { shift && "$@"; }
  scancel() { printf '%s\n' "$*" >"$BATS_TEST_TMPDIR/cancelled"; }
}

refusals() { # <how many>: then the step begins
  TIMES=$1
  sf_task_run() {
    if ((--TIMES > 0)); then return; fi
    SF_CHILD_STATUS=0
    printf 5.6 >"$2/step"
  }
}

@test "what Slurm's controller could not take is tried again when it answers" {
  printf 'srun: error: Unable to create step for job 5: Unable to contact slurm controller (connect failure)\n' >"$LOG"
  SF_CHILD_STATUS=1
  refusals 3
  sf_srun_over 0 "$SF_RUN/t" 1
  [[ $TIMES == 0 && $SF_CHILD_STATUS == 0 && $SF_SRUN_WAIT ]]
  sf_bus_read "$SF_BUS" 1
  [[ ${SF_WORDS[*]} == 'away 0 1' ]]
  ! read -r -t 0 -u "$SF_BUS"
}

@test "but not for ever" {
  printf 'srun: error: Unable to create step for job 5: Memory required by task is not available\n' >"$LOG"
  SF_CHILD_STATUS=1
  refusals 1000
  sf_srun_over 0 "$SF_RUN/t" 1
  [[ $SF_CHILD_STATUS == 1 && $TIMES == 970 ]]
}

@test "what failed for another reason is not" {
  sf_task_run() { false; }
  SF_CHILD_STATUS=1
  printf 'srun: error: Unable to create step for job 5: Invalid account\n' >"$LOG"
  ! sf_srun_refused "$LOG" "$SF_RUN/t/step"
  printf 'srun: error: Unable to contact slurm controller\nsrun: error: node1: task 0: Exited with exit code 1\n' >"$LOG"
  ! sf_srun_refused "$LOG" "$SF_RUN/t/step"
  printf 'srun: error: Unable to contact slurm controller (connect failure)\n' >"$LOG"
  sf_srun_refused "$LOG" "$SF_RUN/t/step"
  printf 5.6 >"$SF_RUN/t/step" # the step began: what stands in the log is the task's own
  ! sf_srun_refused "$LOG" "$SF_RUN/t/step"
  rm "$SF_RUN/t/step"
  SF_CHILD_STATUS=9
  ! sf_srun_refused "$LOG" "$SF_RUN/t/step"
}

@test "the step of an srun that was killed is killed" {
  printf 'log\n' >"$LOG"
  printf '5.6\n' >"$SF_RUN/t/step"
  SF_CHILD_STATUS=143
  sf_srun_over 0 "$SF_RUN/t" 1
  [[ ! -e $BATS_TEST_TMPDIR/cancelled ]]
  SF_CHILD_STATUS=137
  sf_srun_over 0 "$SF_RUN/t" 1
  [[ $(<"$BATS_TEST_TMPDIR/cancelled") == '--signal=KILL 5.6' ]]
}

@test "it waits until the controller is up" {
  sleep() { :; }
  asked=0
  scontrol() { printf 'Slurmctld(primary) at host is %s\n' "$([[ -e $BATS_TEST_TMPDIR/asked ]] && echo UP || echo DOWN)" && touch "$BATS_TEST_TMPDIR/asked"; }
  sf_srun_await
  [[ -e $BATS_TEST_TMPDIR/asked ]]
}
