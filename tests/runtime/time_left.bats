#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units time_left
  mkdir "$BATS_TEST_TMPDIR/bin"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
  SF_SECONDS='' SLURM_JOB_ID=7 SLURM_JOB_END_TIME=''
}

says() { # <command> <text>: what Slurm's command prints
  printf '#!/bin/sh\ncat <<"END"\n%s\nEND\n' "$2" >"$BATS_TEST_TMPDIR/bin/$1"
  chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

@test "Slurm's times are seconds" {
  for pair in 0:45=45 1:00=60 08:09=489 1:00:01=3601 1-00:00:01=86401 2-03:04:05=183845 100-00:00:00=8640000 0:00=0; do
    SF_SECONDS=''
    says squeue "N/A ${pair%=*}"
    sf_time_left
    [[ $SF_SECONDS == "${pair#*=}" ]]
  done
}

@test "when it ends counts before what is left of its limit: a job that is preempted has less" {
  says squeue "$(($(date +%s) + 30)) 9:58"
  sf_time_left
  ((SF_SECONDS > 25 && SF_SECONDS <= 30))
  SF_SECONDS=''
  says squeue "$(($(date +%s) - 30)) 9:58"
  sf_time_left
  [[ $SF_SECONDS == 0 ]]
}

@test "the component of a heterogeneous job that is over first counts" {
  says squeue $'N/A 5:00\nN/A 0:30\nN/A 1:00:00'
  sf_time_left
  [[ $SF_SECONDS == 30 ]]
}

@test "where Slurm does not say, the limit that the job began with does" {
  for text in UNLIMITED INVALID NOT_SET ''; do
    SF_SECONDS=''
    says squeue "N/A $text"
    run sf_time_left
    [[ $status == 1 ]]
    SLURM_JOB_END_TIME=$(($(date +%s) + 100)) sf_time_left
    ((SF_SECONDS > 95 && SF_SECONDS <= 100))
  done
}

@test "without Slurm's commands nobody knows" {
  PATH=$BATS_TEST_TMPDIR/bin run sf_time_left
  [[ $status == 1 ]]
}

@test "a job is preempted when Slurm has said when" {
  says squeue "N/A 0:20"
  says scontrol 'JobId=7 JobName=w JobState=RUNNING PreemptEligibleTime=2026-01-02T03:04:05 PreemptTime=None'
  run sf_time_preempted
  [[ $status == 1 ]]
  says scontrol 'JobId=7 JobState=RUNNING PreemptEligibleTime=2026-01-02T03:04:05 PreemptTime=2026-01-02T03:05:05'
  sf_time_preempted
  [[ $SF_SECONDS == 20 ]]
  SF_SECONDS=''
  says scontrol 'JobId=7 JobState=PREEMPTED Reason=None'
  sf_time_preempted
  [[ $SF_SECONDS == 20 ]]
}
