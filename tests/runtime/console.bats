#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run task
}

@test "a line is said on the terminal and in sflow.log, with the time" {
  said() { sf_console_note 'port 80 is open' && sf_console_write; }
  run said
  [[ $output =~ ^[0-9:]{8}\ \ port\ 80\ is\ open$ ]]
  [[ $(<"$SF_RUN/sflow.log") == "$output" ]]
}

@test "no colours where nobody looks, or where NO_COLOR says so" {
  sf_console_open
  ((! ${#SF_COLOUR[@]}))
}

@test "no text steers the terminal: colours go, controls are spelt, of a line that was written over its last state stays" {
  local LC_ALL
  for LC_ALL in C C.UTF-8; do
    sf_console_plain $'\e[1;31mred\e[0m \e]0;title\a\n\x7f\xc2\x9b2J é漢'
    [[ $SF_PLAIN == 'red \x1b]0;title\x07\x0a\x7f\x9b2J é漢' ]]
    sf_console_plain $'10%\r20%\r'
    [[ $SF_PLAIN == '20%' ]]
    sf_console_plain $'a\ttab, * and %s'
    [[ $SF_PLAIN == $'a\ttab, * and %s' ]]
  done
}
