#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run server client
  SF_LAUNCHERS=local SF_GRACE=1050 SF_SELF=$BATS_TEST_TMPDIR/w.sh
  workflow_environment() { SF_ENV=(MODEL=m API_TOKEN=sesame); }
  printf '%s\n' '#!/usr/bin/env bash' '#' '# w: 2 tasks. Compiled by sflowc 1.2.3: change the workflow and compile again.' \
    "#   from     my  file.yaml  sha256:$(printf 'a%.0s' {1..64})" \
    "#   from     b.yaml  sha256:$(printf 'b%.0s' {1..64})" \
    '#   rebuild  sflowc build -f "my  file.yaml"' "#   body     sha256:$(printf 'c%.0s' {1..64}) (all that follows)" \
    '# readiness of server: port 80: open' 'SF_PROBE_TASK[0]=0' '# ---- Scripts ----' '# no of: probe' 'SF_PROBE_TASK[1]=1' >"$SF_SELF"
  unset "${!SLURM_@}"
}

@test "a script knows from its header what it was compiled from, and what its probes wait for" {
  sf_facts_scan
  [[ $SF_SOURCES == ', {"file": "my  file.yaml", "sha256": "aaa'*'a"}, {"file": "b.yaml", "sha256": "bbb'*'b"}' ]]
  [[ ${SF_FACTS[sflowc]} == 1.2.3 && ${SF_FACTS[rebuild]} == 'sflowc build -f "my  file.yaml"' && ${#SF_FACTS[body]} == 64 ]]
  [[ ${#SF_SAYS[@]} == 1 && ${SF_SAYS[0]} == 'port 80: open' ]]
}

@test "Slurm's facts are null outside of a job" {
  run sf_facts_slurm
  [[ $output == null ]]
  SLURM_JOB_ID=7 SLURM_JOB_NAME='a "b"' SLURM_JOB_PARTITION='' run sf_facts_slurm
  [[ $output == '{"job_id": "7", "job_name": "a \"b\""}' ]]
}

@test "the three files are written beside the schedule" {
  sf_facts_start
  sf_facts_wait
  [[ -s $SF_RUN/plan.txt && -e $SF_RUN/env.txt && ! -e $SF_RUN/run.json.new ]]
  [[ $(<"$SF_RUN/run.json") == *'"grace": 10.50,'*'"API_TOKEN": "***"'* ]]
}

@test "a run goes on where they cannot be written" {
  SF_RUN=/proc/nowhere
  run sf_facts_write
  [[ $status == 0 && $output == *'the run goes on without' ]]
}

@test "when the job's time is over is in the environment, or Slurm says it" {
  sf_facts_deadline
  [[ ! $SF_DEADLINE ]]
  SLURM_JOB_ID=7 SLURM_JOB_END_TIME=99 sf_facts_deadline
  [[ $SF_DEADLINE == 99 ]]
  scontrol() { [[ $* == 'show job 7' ]] && printf 'JobId=7\n   StartTime=2026-01-01T00:00:00 EndTime=2026-01-01T00:05:00 Deadline=N/A\n'; }
  SLURM_JOB_ID=7 TZ=UTC sf_facts_deadline
  [[ $SF_DEADLINE == 1767225900 ]]
}
