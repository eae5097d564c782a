#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t u
  load_units outputs
  log=$SF_RUN/t/t.log found=$SF_RUN/t/outputs.json
  code='{ start(); if (match(line, /x=[0-9]+/)) { cut(RSTART + 1); n = longest(match(line, /^[0-9]+/)); number("x", cut(n)) } }
END { print "{"; field("\"x\"", "x"); finish() }'
  SF_TEXTS=("$code") SF_DOCUMENT["task_outputs:0"]=0
  sf_bus_open SF_BUS
  exec {SF_LIFE}>/dev/null {SF_GROUPS}>"$SF_RUN/.groups"
  SF_FEEDS=([0]=1) SF_LEFT=([1]=1) SF_STATE=([0]=COMPLETED [1]=INITIATED) SF_OPEN=2
}

read_them() { # <state before>: without errexit, as in a script
  set +e
  sf_outputs_start 0 "$1"
  sf_bus_read "$SF_BUS" 500
  "sf_schedule_${SF_WORDS[0]}" "${SF_WORDS[@]:1}"
  set -e
}

@test "values go to outputs.json, and what depends on the task starts then" {
  printf 'x=1\rx=2\r\nx=\0003\nnothing' >"$log"
  read_them RUNNING
  [[ $(<"$found") == $'{\n  "x": [1, 2, 3]\n}' ]]
  [[ ${SF_QUEUE[*]} == 1 && $SF_READERS == 0 && $SF_OPEN == 1 ]]
  [[ $(ls "$SF_RUN/t") == $'outputs.json\nt.log' ]]
}

@test "a service's dependents have long been started" {
  : >"$log"
  SF_VERDICT[0]='COMPLETED stopped'
  read_them READY
  [[ $(<"$found") == '{}' && ${#SF_QUEUE[@]} == 0 && ! -e $SF_RUN/completed.txt ]]
}

@test "only the log of the current attempt counts" {
  printf 'x=1\nx=2\n' >"$log"
  SF_LOG_FROM[0]=4
  read_them RUNNING
  [[ $(<"$found") == $'{\n  "x": 2\n}' ]]
}

@test "without awk it is said, and the run goes on" {
  : >"$log"
  mkdir "$SF_RUN/bin"
  ln -s "$(type -P rm)" "$SF_RUN/bin"
  PATH=$SF_RUN/bin read_them RUNNING 2>"$SF_RUN/told"
  [[ $(<"$SF_RUN/told") == 'sflow: no outputs of t: there is no awk' ]]
  [[ ! -e $found && ${SF_QUEUE[*]} == 1 ]]
}

@test "without a log, or room to write, it is said too" {
  read_them RUNNING 2>"$SF_RUN/told"
  [[ $(<"$SF_RUN/told") == 'sflow: no outputs of t: tail: '*t.log* ]]
  : >"$log"
  ln -s /dev/full "$found.new"
  read_them RUNNING 2>"$SF_RUN/told"
  [[ $(<"$SF_RUN/told") == 'sflow: no outputs of t: '* ]]
  [[ $(ls "$SF_RUN/t") == t.log ]]
}

@test "a reader that is killed, or that takes too long, is not waited for" {
  : >"$log"
  SF_READERS=2 SF_READER_AFTER=([0]=RUNNING [1]=READY) SF_READER_UNTIL=([0]=$((SF_NOW + 1)) [1]=$SF_NOW)
  sleep 0 &
  SF_READER[0]=$!
  wait "$!"
  set -m
  sleep 60 &
  set +m
  SF_READER[1]=$!
  sf_timer_due_reader 0 2>"$SF_RUN/told"
  sf_timer_due_reader 1 2>>"$SF_RUN/told"
  grep -q 'no outputs of t: what read them was killed' "$SF_RUN/told"
  grep -q 'no outputs of u: reading them took too long' "$SF_RUN/told"
  [[ $SF_READERS == 0 && ${SF_QUEUE[*]} == 1 ]]
  ! wait "$!" # it would last a minute
}

@test "a resumed run reads the outputs of a task that completed just before the script was killed" {
  printf 'x=1\n\n======== attempt 2 ========\nx=5\n' >"$log"
  SF_OUTPUTS=(1)
  sf_outputs_recover 0
  [[ $(<"$found") == $'{\n  "x": 5\n}' ]]
  : >"$log"
  sf_outputs_recover 0
  [[ $(<"$found") == $'{\n  "x": 5\n}' ]]
}
