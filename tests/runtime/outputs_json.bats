#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units outputs_awk
}

run_awk() { # <code>: with the functions, without a line of input
  LC_ALL=C awk "$(sf_outputs_awk)
    BEGIN { $1 }" </dev/null
}

@test "text is quoted, and UTF-8 whatever it was" {
  [[ $(run_awk 'print quoted("a\"b\\c\td\001")') == '"a\"b\\c\u0009d\u0001"' ]]
  [[ $(run_awk 'print utf8("caf\303\251 \351 \355\240\200 \360\237\230\200")') == $'café \xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd 😀' ]]
}

@test "an object in an object is there when it has a value" {
  local code='print "{"; keep("a", 1); keep("b[c]", 2); keep("e[f][g]", 3); keep("e[f][g]", 4)
    field("\"a\"", "a"); object("\"b\""); field("\"c\"", "b[c]"); object_end(); object("\"d\""); field("\"x\"", "d[x]"); object_end()
    object("\"e\""); object("\"f\""); field("\"g\"", "e[f][g]"); object_end(); object_end(); finish()'
  run run_awk "$code"
  [[ $(tr -d ' \n' <<<"$output") == '{"a":1,"b":{"c":2},"e":{"f":{"g":[3,4]}}}' ]]
}

@test "nothing found is an empty object" {
  [[ $(run_awk 'print "{"; field("\"a\"", "a"); object("\"b\""); object_end(); finish()') == '{}' ]]
}
