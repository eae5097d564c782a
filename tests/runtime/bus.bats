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

@test "a line that comes as the time is over is not lost" {
  printf 'exit 1 1 0\nready 2 1 up\n' >&"$bus"
  heard() {
    set +e
    read() { # as that of bash 5.2 does when both happen in the same moment
      builtin read "$@"
      local word
      for word; do [[ $word != -t ]] || return 142; done
    }
    sf_bus_read "$bus" 1 && echo "${SF_WORDS[*]}"
    sf_bus_read "$bus" 1 && echo "${SF_WORDS[*]}"
  }
  [[ $(heard) == $'exit 1 1 0\nready 2 1 up' ]]
}

@test "no line is lost, however often the time is over when one comes" {
  (
    set +e
    for i in {1..300}; do
      printf 'exit %s 1 0\n' "$i" >&"$bus"
      sleep 0.0023
    done
  ) 3>&- &
  local next=1
  SECONDS=0
  while ((next <= 300 && SECONDS < 30)); do
    if sf_bus_read "$bus" 0.002; then
      [[ ${SF_WORDS[*]} == "exit $next 1 0" ]]
      next=$((next + 1))
    fi
  done
  ((next == 301))
}

@test "nothing in time is status 1" {
  ! sf_bus_read "$bus" 0.1
}
