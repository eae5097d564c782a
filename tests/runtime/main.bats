#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a b
  SF_SELF=$BATS_TEST_TMPDIR/w.sh SF_RUN=''
  : >"$SF_SELF"
  cd "$BATS_TEST_TMPDIR"
  unset SLURM_SUBMIT_DIR SFLOW_WORKSPACE_DIR
  sf_run_main() { printf '%s|' run "$@" "$SF_WORKSPACE" "$SF_OUTPUT" "${SF_NO_DEPS-}" "${SF_RESUME-}"; }
  sf_plan_print() { echo planned; }
  sf_report_print() { echo "report $1"; }
}

@test "run is the default, in the directory where one is" {
  run sf_main
  [[ $output == "run|$PWD|$PWD/sflow_output|||" ]]
}

@test "options may have their value behind an equals sign; paths become absolute" {
  run sf_main run --task a --task=b --no-deps --output-dir=out --workspace-dir .
  [[ $output == "run|a|b|$PWD/.|$PWD/out|1||" ]]
}

@test "the workspace is where the job was submitted, unless the environment or an option says else" {
  SLURM_SUBMIT_DIR=/submit run sf_main
  [[ $output == 'run|/submit|/submit/sflow_output|||' ]]
  SLURM_SUBMIT_DIR=/submit SFLOW_WORKSPACE_DIR=/env run sf_main
  [[ $output == 'run|/env|/env/sflow_output|||' ]]
}

@test "run directories go where the script was built for; a relative place is in the workspace" {
  SF_OUTPUT_DEFAULT=runs SLURM_SUBMIT_DIR=/submit run sf_main
  [[ $output == 'run|/submit|/submit/runs|||' ]]
  SF_OUTPUT_DEFAULT=/scratch run sf_main --output-dir mine
  [[ $output == "run|$PWD|$PWD/mine|||" ]]
}

@test "a run to resume must be there" {
  mkdir earlier
  run sf_main --resume earlier/
  [[ $output == *"|$PWD/earlier|" ]]
  run sf_main --resume nowhere
  [[ $status == 64 && $output == *'no such run directory'* ]]
  mkdir -p elsewhere/w-1
  run sf_main --resume elsewhere
  [[ $status == 64 && $output == *"elsewhere is not the directory of a run"* ]]
}

@test "the other commands" {
  run sf_main plan
  [[ $output == planned ]]
  run sf_main status /a/run
  [[ $output == 'report /a/run' ]]
  run sf_main --help
  [[ $status == 0 && $output == 'Usage: bash w.sh'* ]]
}

@test "what is not known is wrong usage" {
  local words
  for words in '--nonsense' 'extra' '--task' 'status a b'; do
    # shellcheck disable=SC2086 # words
    run sf_main $words
    [[ $status == 64 && $output == 'sflow: '* ]]
  done
}

@test "a script that is not in a file cannot read its tasks" {
  SF_SELF=/dev/stdin run sf_main
  [[ $status == 64 ]]
}
