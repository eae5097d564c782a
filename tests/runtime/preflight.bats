#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  SF_OUTPUT=$BATS_TEST_TMPDIR/out SF_COMMANDS=()
  workflow_nodes() { :; }
}

@test "everything that is missing is said at once" {
  SF_COMMANDS=(bash no-such-command)
  workflow_paths() { SF_PATHS=(MODEL /nowhere/model THERE /); }
  SF_OUTPUT=/proc/nowhere
  run sf_preflight_check
  [[ $status == 1 && ${#lines[@]} == 4 ]]
  [[ $output == *'command not found: no-such-command'*'artifact MODEL'*'/nowhere/model'*'output directory cannot be written'* ]]
}

@test "nothing missing is success" {
  sf_preflight_check
}
