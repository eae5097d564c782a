#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a 'b c'
  SF_OUTPUT=$BATS_TEST_TMPDIR/out SF_SELF=$BATS_TEST_DIRNAME/units.bash
  unset SLURM_JOB_ID
}

@test "a run directory is named after the job, the workflow and the time, and holds one for each task" {
  SLURM_JOB_ID=77 sf_directory_begin
  sf_directory_open
  [[ ${SF_RUN##*/} =~ ^77-w-[0-9]{8}-[0-9]{6}-[0-9a-f]{6}$ ]]
  [[ -d $SF_RUN/a && -d "$SF_RUN/b c" ]]
  sf_directory_fill
  [[ -s $SF_RUN/w.sh && -s $SF_RUN/events.jsonl ]]
}

@test "the directories of many tasks are made beside the schedule, those of the first before it" {
  SF_TASK=({1..40})
  sf_directory_begin
  sf_directory_open
  [[ -d $SF_RUN/16 && ! -e $SF_RUN/17 ]]
  sf_directory_fill
  [[ -d $SF_RUN/17 && -d $SF_RUN/40 ]]
}

@test "a resumed run goes on in its directory" {
  SF_RESUME=$SF_RUN
  sf_directory_begin
  sf_directory_open
  [[ $SF_RUN == "$SF_RESUME" && $SF_RUN_ID == run ]]
}

@test "a place that cannot be written is status 78" {
  SF_OUTPUT=/proc/nowhere
  open() { sf_directory_begin && sf_directory_open; }
  run open
  [[ $status == 78 && $output == *'output directory cannot be written: /proc/nowhere' ]]
}

@test "of a run that ends before it has begun nothing is left, of one that has begun everything" {
  sf_directory_begin
  sf_directory_drop
  [[ ! -e $SF_RUN && -d $SF_OUTPUT ]]
  sf_directory_begin
  sf_directory_open
  ! sf_directory_drop || false
  [[ -s $SF_RUN/events.jsonl && -e $SF_RUN/sflow.log ]]
}

@test "a run can be known by its directory, even when it was killed before it had written anything" {
  local there=$BATS_TEST_TMPDIR/there
  mkdir -p "$there"
  sf_directory_known "$there"
  mkdir "$there/a" "$there/b c"
  : >"$there/sflow.log"
  sf_directory_known "$there"
  mkdir "$there/c"
  ! sf_directory_known "$there" || false
  rmdir "$there/c"
  : >"$there/a/file"
  ! sf_directory_known "$there" || false
  : >"$there/events.jsonl"
  sf_directory_known "$there"
}
