#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run task
}

@test "a change is one line, on the terminal and in sflow.log" {
  run sf_console_state 0 READY 'port 80 is open'
  [[ $output =~ ^[0-9:]{8}\ \ task\ {6}READY\ {6}port\ 80\ is\ open$ ]]
  [[ $(<"$SF_RUN/sflow.log") == "$output" ]]
}

@test "no colours where nobody looks, or where NO_COLOR says so" {
  sf_console_open
  ((! ${#SF_COLOUR[@]}))
}
