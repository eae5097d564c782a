#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units keeper
  SF_GRACE=100 SF_ENV=() SF_BUILTINS=() SF_TEXT=
  sf_keeper_start
}

teardown() {
  [[ ! ${KEEPER-} ]] || kill -s KILL "$KEEPER" 2>/dev/null || :
}

keep() { # <patience>: a keeper of SF_TEXT at the end of a pipe; -> KEEPER, its process; what it prints is in out
  sf_bus_open WORDS
  : >"$SF_RUN/out"
  sf_keeper_payload 0 "$SF_RUN/t" 1 "$1" >&"$WORDS"
  # shellcheck disable=SC2016 # as ssh and docker run it
  bash -c "$SF_KEEPER" <&"$WORDS" >"$SF_RUN/out" 2>/dev/null 3>&- {WORDS}>&- &
  KEEPER=$!
}

heard() { # <text>: waits until the task has printed it
  local -i tries
  for ((tries = 0; tries < 100; tries++)); do
    [[ $(<"$SF_RUN/out") != *"$1"* ]] || return 0
    sleep 0.05
  done
  return 1
}

@test "the task has its variables, its first line as it was, nothing to read, and its own status" {
  SF_ENV=(A=$'it\'s\n"$(x)" \1\177\303' SF_CHILD=mine) SF_BUILTINS=(B=2)
  SF_TEXT=$'printf %s "$LINENO|$A|$B|$SF_CHILD|"; cat\nexit 9'
  keep ''
  status=0
  wait "$KEEPER" || status=$?
  [[ $status == 9 ]]
  [[ $(<"$SF_RUN/out") == $'1|it\'s\n"$(x)" \1\177\303|2|mine|' ]]
}

@test "a payload of which only half arrives is not run" {
  SF_TEXT="touch $SF_RUN/ran"
  sf_keeper_payload 0 "$SF_RUN/t" 1 '' | head -c -3 >"$SF_RUN/half"
  run bash -c "$SF_KEEPER" <"$SF_RUN/half"
  [[ $status != 0 && ! -e $SF_RUN/ran ]]
}

@test "a word is a signal to the whole process group" {
  SF_TEXT='trap "echo stopped; exit 5" TERM; echo up; while :; do sleep 0.1; done 2>/dev/null'
  keep ''
  heard up
  printf '\n' >&"$WORDS" # a sign of life
  printf 'TERM\n' >&"$WORDS"
  status=0
  wait "$KEEPER" || status=$?
  [[ $status == 5 && $(<"$SF_RUN/out") == *stopped* ]]
}

@test "a signal to the keeper, as docker sends it, goes to the task" {
  SF_TEXT='echo up; exec sleep 90'
  keep ''
  heard up
  kill -s TERM "$KEEPER"
  status=0
  wait "$KEEPER" || status=$?
  [[ $status == 143 ]]
}

@test "a task of which nobody wants to know any more is ended, at last by force" {
  SF_TEXT='trap "echo told" TERM; echo up; while :; do sleep 0.1; done'
  keep 1 # second
  heard up
  SECONDS=0 status=0
  wait "$KEEPER" || status=$?
  [[ $status == 137 && $(<"$SF_RUN/out") == *told* ]]
  ((SECONDS >= 1 && SECONDS < 8))
}

@test "nothing that the task started is left, wherever it went" {
  SF_TEXT='sleep 71717 & setsid sleep 71717 & echo up'
  keep ''
  wait "$KEEPER"
  sleep 0.1
  run grep -laE '7171[7]' /proc/[0-9]*/cmdline
  [[ ! $output ]]
}

@test "words wait until the payload is written, and go nowhere once the command is gone" {
  SF_ENV=() SF_TEXT='echo "never run"'
  (sf_keeper_launch 0 "$SF_RUN/t" 1 '' exec bash -c 'IFS= read -r -d "" x; while [[ ! -p $1 ]]; do sleep 0.05; done; read -r word; echo "$word"' sh "$SF_RUN/t/.keeper") >"$SF_RUN/out" &
  local -i tries
  for ((tries = 0; tries < 100; tries++)); do
    [[ ! -p $SF_RUN/t/.keeper ]] || break
    sleep 0.05
  done
  sf_keeper_tell KILL 0
  wait $!
  [[ $(<"$SF_RUN/out") == KILL ]]
  sf_keeper_tell TERM 0 # does not block
}

@test "a task whose keeper has not begun loses its command" {
  sf_pool_signal() { SIGNALLED="$*"; }
  sf_keeper_tell TERM 0
  [[ $SIGNALLED == 'TERM 0' ]]
  SIGNALLED=
  sf_keeper_tell '' 0 # a sign of life is none
  [[ ! $SIGNALLED ]]
}
