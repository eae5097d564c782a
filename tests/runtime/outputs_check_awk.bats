#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units outputs_awk outputs_check_awk
}

run_awk() { # <code for each line> <code for the end>: what it complains of
  LC_ALL=C awk "$(sf_outputs_awk && sf_outputs_check_awk)
    { $1 }
    END { $2; judge() }" 2>&1
}

@test "what is in order is not spoken of, and the exit status is 0" {
  run run_awk 'keep("x", $1); mark("x")' 'within("x", "1", "5"); within("y", "1", ""); need("{x}", "x")' <<<$'1\n5'
  [[ $status == 0 && ! $output ]]
}

@test "a complaint has the line, how many values of all, and why; the exit status is 3" {
  run run_awk 'keep("x", $1); mark("x")' 'within("x", "2", "3")' <<<$'2\n4\n1'
  [[ $status == 3 && $output == '2 2/3 output x: 4 is above max 3' ]]
}

@test "what has no number fails every bound; without bounds one number is enough" {
  run run_awk 'keep("x", $1); mark("x")' 'within("x", "", "9")' <<<$'1\nnull'
  [[ $output == '2 1/2 output x: not a finite number' ]]
  run run_awk 'keep("x", $1); mark("x")' 'within("x", "", "")' <<<$'1\nnull'
  [[ $status == 0 ]]
  run run_awk 'keep("x", $1); mark("x")' 'within("x", "", "")' <<<$'null\nnull'
  [[ $output == '1 2/2 output x: not a finite number' ]]
}

@test "numbers that are too large for an awk are not finite, small ones are" {
  run run_awk 'keep("x", $1); mark("x")' 'within("x", "-1", "")' <<<$'1e400\n-1e400\n1e-400\n0e9\n1.7e308'
  [[ $output == '1 2/5 output x: not a finite number' ]]
}

@test "what is missing is named, a pattern without names by itself" {
  run run_awk 'keep("b", 1)' 'need("{a} {b} {c}", "a" SUBSEP "b" SUBSEP "c"); need("done", "pattern 2")' <<<x
  [[ $status == 3 && $output == $'0 - output a, c: nothing in the log matches {a} {b} {c}\n0 - output: nothing in the log matches done' ]]
  run run_awk 'mark("pattern 2")' 'need("done", "pattern 2")' <<<x
  [[ $status == 0 ]]
}
