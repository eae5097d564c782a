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

@test "a new run does not ask whether its directory can be made: it makes it" {
  SF_OUTPUT=/proc/nowhere
  sf_preflight_check run
  SF_RESUME=/proc/nowhere
  ! sf_preflight_check run 2>/dev/null
}

@test "nothing missing is success, and nothing is made" {
  sf_preflight_check
  [[ ! -e $SF_OUTPUT ]]
}

@test "nothing is left in a directory that is there" {
  mkdir "$SF_OUTPUT"
  sf_preflight_check
  [[ ! $(ls -A "$SF_OUTPUT") ]]
}

@test "runs that begin at once in a new directory do not disturb one another" {
  begins() { # a run's first steps, 300 times, each time in a directory that is new to both
    local -i i
    for ((i = 0; i < 300; i++)); do
      SF_OUTPUT=$BATS_TEST_TMPDIR/out/$i/here
      sf_preflight_check && mkdir -p "$SF_OUTPUT/$1" && mkdir "$SF_OUTPUT/$1/task" || return
    done
  }
  begins one &
  begins two
  wait $!
}

@test "too few open files are said" {
  ulimit -n 23
  run sf_preflight_check
  [[ $status == 1 && $output == *'24 open files at least: ulimit -n is 23'* ]]
}

@test "a file in the way of the output directory is said" {
  : >"$BATS_TEST_TMPDIR/file"
  SF_OUTPUT=$BATS_TEST_TMPDIR/file/out
  run sf_preflight_check
  [[ $status == 1 && $output == *"output directory cannot be written: $SF_OUTPUT"* ]]
}

@test "what a script left that was killed as it looked is removed" {
  SF_OUTPUT=$BATS_TEST_TMPDIR
  mkdir "$SF_OUTPUT/.sflow.$HOSTNAME.99999999" "$SF_OUTPUT/.sflow.$HOSTNAME.1"
  SF_MISSING=()
  sf_preflight_output
  [[ ! -e $SF_OUTPUT/.sflow.$HOSTNAME.99999999 && -e $SF_OUTPUT/.sflow.$HOSTNAME.1 && ! ${SF_MISSING[*]} ]]
}
