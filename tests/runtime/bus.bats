#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units bus
  sf_bus_open bus
}

@test "a line comes back as words, globs as they are" {
  printf 'exit 3 * [a]\n' >&"$bus"
  sf_bus_read "$bus" 1
  [[ ${#SF_WORDS[@]} == 4 && ${SF_WORDS[2]} == '*' ]]
}

@test "a line that comes in two pieces is one line" {
  printf 'rea' >&"$bus"
  { sleep 0.2 && printf 'dy 1\n' >&"$bus"; } 3>&- &
  sf_bus_read "$bus" 0.1
  [[ ${SF_WORDS[*]} == 'ready 1' ]]
}

@test "two lines are read one after the other, an empty one too" {
  printf 'a\n\nb 1\n' >&"$bus"
  sf_bus_read "$bus" 1
  [[ ${SF_WORDS[*]} == a ]]
  sf_bus_read "$bus" 1
  [[ ${#SF_WORDS[@]} == 0 ]]
  sf_bus_read "$bus" 1
  [[ ${SF_WORDS[*]} == 'b 1' ]]
}

@test "a line counts though the time is over when its first byte has been read" {
  read() { builtin read "$@" && [[ $* != *' -t '* ]]; }
  printf 'exit 3 1 0\n' >&"$bus"
  sf_bus_read "$bus" 1
  [[ ${SF_WORDS[*]} == 'exit 3 1 0' ]]
}

@test "nothing in time is status 1" {
  ! sf_bus_read "$bus" 0.1
}
