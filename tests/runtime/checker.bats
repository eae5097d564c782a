#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run server
  load_units checker
  sf_bus_open SF_BUS
  sf_bus_open SF_CHECKS
  SF_PROBE_TASK=(0 0)
  probe_0() { SF_DETAIL="by $BASHPID"; }
  probe_1() { exec sleep 60; }
}

teardown() {
  sf_checker_end
}

check() { # <probe> <serial> <kind>
  {
    set +e
    sf_checker_assign "$1" "$2" 1 '' "$3"
    set -e
  } 3>&- 4>&-
}

answer() { # waits for one
  sf_bus_read "$SF_CHECKS" 5
  [[ ${SF_WORDS[*]:0:5} == "checked $*" ]]
}

@test "one checker makes one check after another" {
  check 0 1 tcp_port
  pid=${SF_CHECK_PID[0]}
  answer 0 1 0 -
  [[ ${SF_WORDS[6]} == "$pid" ]]
  sf_checker_free 0
  check 0 2 tcp_port
  answer 0 2 0 -
  [[ ${SF_WORDS[6]} == "$pid" && ${SF_CHECK_PID[0]} == "$pid" ]]
}

@test "a check that hangs holds up no other, and goes with its checker" {
  check 1 1 tcp_port
  pid=${SF_CHECK_PID[1]}
  check 0 1 tcp_port
  answer 0 1 0 -
  sf_checker_free 0
  sf_checker_kill 1
  ! kill -0 "$pid"
  check 1 2 tcp_port # the one that was killed is not asked again
  [[ ${SF_CHECK_PID[1]} != "$pid" ]]
}

@test "a check that reads logs sees how far they were read" {
  probe_0() { SF_DETAIL="note $SF_NOTE by $BASHPID" SF_NOTE=0:7:1; }
  sf_checker_assign 0 1 1 0:3:1 log_watch 3>&- 4>&-
  pid=${SF_CHECK_PID[0]}
  sf_bus_read "$SF_CHECKS" 5
  [[ ${SF_WORDS[*]} == "checked 0 1 0 0:7:1 note 0:3:1 by $pid" ]]
  sf_checker_free 0
  sf_checker_assign 0 2 1 '' log_watch 3>&- 4>&-
  [[ ${SF_CHECK_PID[0]} == "$pid" ]] # it has the log open
  sf_bus_read "$SF_CHECKS" 5
  [[ ${SF_WORDS[*]} == "checked 0 2 0 0:7:1 note by $pid" ]]
  sf_checker_free 0
  sf_checker_forget 0
  ! kill -0 "$pid"
}

@test "a checker ends when its pipe does" {
  check 0 1 tcp_port
  answer 0 1 0 -
  exec {SF_CHECKER_PIPE[1]}>&-
  wait "${SF_CHECK_PID[0]}"
}

@test "without a descriptor for a pipe a check has a process of its own" {
  sf_bus_open() { return 1; }
  check 0 1 tcp_port
  answer 0 1 0 -
  sf_checker_free 0
  [[ ! ${SF_CHECK_PID[0]} && ! ${SF_CHECKER_IDLE[*]-} ]]
}
