#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units bus
  SF_PARTIAL=''
  sf_bus_open bus
}

@test "a line comes back as words, globs as they are" {
  printf 'exit 3 * [a]\n' >&"$bus"
  sf_bus_read "$bus" 1
  [[ ${#SF_WORDS[@]} == 4 && ${SF_WORDS[2]} == '*' ]]
}

@test "a line that comes in two pieces around a time-out is one line" {
  printf 'rea' >&"$bus"
  ! sf_bus_read "$bus" 0.1
  printf 'dy 1\n' >&"$bus"
  sf_bus_read "$bus" 1
  [[ ${SF_WORDS[*]} == 'ready 1' ]]
}

@test "nothing in time is status 1" {
  ! sf_bus_read "$bus" 0.1
}
