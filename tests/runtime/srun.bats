#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units srun
}

@test "a step records itself, sets its variables and becomes the script" {
  SF_ENV=(A=$'it\'s\n"$(x)"' SLURM_PARTITION=mine) SF_BUILTINS=(SFLOW_REPLICA_INDEX=0)
  printf 'printf %%s "$A|$SLURM_PARTITION|$SFLOW_REPLICA_INDEX"' >"$SF_RUN/t/t.sh"
  sf_srun_step "$SF_RUN/t" t >"$SF_RUN/t/step.sh"
  run env SLURM_PROCID=0 SLURM_JOB_ID=5 SLURM_STEP_ID=6 bash "$SF_RUN/t/step.sh"
  [[ $output == $'it\'s\n"$(x)"|mine|0' ]]
  [[ $(<"$SF_RUN/t/step") == 5.6 ]]
}

@test "only the first process records the step" {
  SF_ENV=() SF_BUILTINS=() && printf : >"$SF_RUN/t/t.sh"
  sf_srun_step "$SF_RUN/t" t >"$SF_RUN/t/step.sh"
  SLURM_PROCID=1 bash "$SF_RUN/t/step.sh"
  [[ ! -e $SF_RUN/t/step ]]
}

@test "a step is stopped by its number" {
  scancel() { printf '%s\n' "$*" >"$BATS_TEST_TMPDIR/cancelled"; }
  printf '5.6\n' >"$SF_RUN/t/step"
  sf_srun_signal TERM 0
  wait
  [[ $(<"$BATS_TEST_TMPDIR/cancelled") == '--signal=TERM 5.6' ]]
}
