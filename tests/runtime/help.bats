#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units help
  SF_SELF=/somewhere/job.sh SF_WORKFLOW=w
}

@test "help names the script, its commands and options" {
  run sf_help_print
  [[ ${lines[0]} == 'Usage: bash job.sh '* ]]
  local word
  for word in plan preflight status --task --no-deps --resume --output-dir --workspace-dir; do [[ $output == *" $word "* ]]; done
  [[ $output != *--set* ]]
}

@test "what --set can change is listed where there is something" {
  sf_override_help() { echo "  --set THIS"; }
  run sf_help_print
  [[ $output == *'--set THIS'* ]]
}
