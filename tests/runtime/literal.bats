#!/usr/bin/env bats

# test_literal.py holds the unit against the compiler.

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units literal
}

cast() { # <type> <text> <value>
  sf_literal_cast "$1" "$2"
  [[ $SF_LITERAL == "$3" ]] || { echo "$2 as $1 gave $SF_LITERAL" && false; }
}

@test "text that reads as a number or a boolean is one, other text stays as it is" {
  cast string 010 10
  cast string ' 1_000 ' 1000
  cast string yes True
  cast string ' a  b ' ' a  b '
}

@test "a type takes what can become one" {
  cast integer 8.0 8
  cast integer off 0
  cast float 4 4.0
  cast boolean y True
  cast boolean 0 False
}

@test "what is none of the type is status 1, what only the compiler can read is status 2" {
  run sf_literal_cast integer four
  [[ $status == 1 ]]
  run sf_literal_cast boolean 2
  [[ $status == 1 ]]
  run sf_literal_cast string '["a", 1]'
  [[ $status == 2 ]]
  run sf_literal_cast float 1234567890.1234567
  [[ $status == 2 ]]
}
