#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units outputs_awk
}

run_awk() { # <code>: with the functions, without a line of input
  LC_ALL=C awk "$(sf_outputs_awk)
    BEGIN { $1 }" </dev/null
}

@test "a number keeps its text, as far as JSON has it" {
  [[ $(run_awk 'print decimal("+1.50") " " decimal("-.5") " " decimal("007.0") " " decimal(" -0") " " decimal("1e-07")') == '1.50 -0.5 7.0 -0 1e-07' ]]
  [[ $(run_awk 'print decimal("nan") " " decimal("-INF")') == 'null null' ]]
}

@test "a percentage is shifted, not divided" {
  [[ $(run_awk 'percent("p", "33.3%"); percent("p", "-5%"); percent("p", "100%"); percent("p", "0%"); field("\"p\"", "p")') == *'[0.333, -0.05, 1, 0]' ]]
}

@test "whole numbers of any base and length" {
  local big=0xffffffffffffffffffffffff
  [[ $(run_awk "integer(\"n\", \"$big\", 0); print value[\"n\", 1]") == 79228162514264337593543950335 ]]
  [[ $(run_awk 'integer("n", "-0b101", 0); integer("n", "017", 8); integer("n", "1,234,567", 10); integer("n", "ff", 16); field("\"n\"", "n")') == *'[-5, 15, 1234567, 255]' ]]
  [[ $(run_awk 'integer("n", ",", 0); integer("n", "0", 0); field("\"n\"", "n")') == *'[null, 0]' ]]
}
