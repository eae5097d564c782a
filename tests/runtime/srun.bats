#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units srun
}

@test "a step records itself, sets its variables and becomes the script" {
  SF_ENV=(A=$'it\'s\n"$(x)"' SLURM_PARTITION=mine) SF_BUILTINS=(SFLOW_REPLICA_INDEX=0)
  printf 'printf %%s "$A|$SLURM_PARTITION|$SFLOW_REPLICA_INDEX"' >"$SF_RUN/t/t.sh"
  sf_srun_step "$SF_RUN/t" t 1 >"$SF_RUN/t/step.sh"
  run env SLURM_PROCID=0 SLURM_JOB_ID=5 SLURM_STEP_ID=6 bash "$SF_RUN/t/step.sh"
  [[ $output == $'it\'s\n"$(x)"|mine|0' ]]
  [[ $(<"$SF_RUN/t/step") == 5.6 ]]
}

@test "only the first process records the step" {
  SF_ENV=() SF_BUILTINS=() && printf : >"$SF_RUN/t/t.sh"
  sf_srun_step "$SF_RUN/t" t 1 >"$SF_RUN/t/step.sh"
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

@test "a step of another component records that component's job" {
  SF_ENV=() SF_BUILTINS=() && printf : >"$SF_RUN/t/t.sh"
  SLURM_JOB_ID_HET_GROUP_1=8
  sf_srun_step "$SF_RUN/t" t 1 1 >"$SF_RUN/t/step.sh"
  env SLURM_PROCID=0 SLURM_JOB_ID=7 SLURM_STEP_ID=6 bash "$SF_RUN/t/step.sh"
  [[ $(<"$SF_RUN/t/step") == 8.6 ]]
}

held() { # what would be told of the attempt
  ended=()
  sf_task_ended() { ended+=("$*"); }
  SF_LAUNCH[0]=srun SF_STATE[0]=${1-RUNNING} SF_ATTEMPT[0]=1 SF_PID[0]=$$ SF_SINCE[0]=$SF_NOW SF_VERDICT=()
}

@test "a failed step waits for word that the whole job is ending" {
  held
  sf_schedule_exit 0 1 143
  [[ ! ${ended[*]-} && ${SF_HELD[0]} ]]
  since=${SF_SINCE[0]} SF_NOW=${SF_TIMER["held:0"]}
  sf_timer_fire
  [[ ${ended[*]} == '0 143' && ! ${SF_HELD[0]-} ]]
  ((SF_SINCE[0] - since >= 50)) # the wait is none of the task's time
}

@test "so does a service that ends, whatever its status" {
  held READY
  sf_schedule_exit 0 1 0
  [[ ! ${ended[*]-} ]]
}

@test "success is told at once, and so is the end of what this script ended" {
  held
  sf_schedule_exit 0 1 0
  [[ ${ended[*]} == '0 0' ]]
  SF_VERDICT[0]='CANCELLED x'
  sf_schedule_exit 0 1 143
  [[ ${ended[*]} == '0 0 0 143' ]]
}

@test "a step that is held is not taken for lost" {
  held
  sf_schedule_exit 0 1 9
  SF_PID[0]=999999999
  sf_task_lost() { ended+=("lost $1"); }
  sf_watchdog_keep() { :; }
  sf_bus_open SF_BUS
  sf_timer_due_sweep
  [[ ! ${ended[*]-} ]]
}

@test "when Slurm ends the job, the grace is shorter than Slurm's own" {
  timeout() { shift && "$@"; }
  scontrol() { printf 'KeepAliveTime = SYSTEM_DEFAULT\nKillWait                = %s sec\n' "$WAIT"; }
  SF_GRACE=1000 WAIT=30
  sf_srun_hurry
  [[ $SF_GRACE == 1000 && $SF_SRUN_REAP == 0 ]]
  WAIT=5
  sf_srun_hurry
  [[ $SF_GRACE == 300 ]]
  WAIT=1
  sf_srun_hurry
  [[ $SF_GRACE == 100 ]]
}
