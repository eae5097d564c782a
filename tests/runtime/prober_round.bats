#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run server other
  load_units prober
  sf_bus_open SF_BUS
  sf_bus_open SF_CHECKS
  SF_PROBE_TASK=(0 1) SF_PROBE_ROLE=('failure tcp_port' 'failure tcp_port') SF_PROBE_TIMES=('0 3 1 1 2' '0 3 1 1 2')
  SF_ROUND=() SF_ROUND_OF=() SF_ROUND_SHUN=()
  probe_0() { [[ ! -e $BATS_TEST_TMPDIR/down ]] && SF_DETAIL="up" || ! SF_DETAIL="down"; }
  probe_1() { [[ ! -e $BATS_TEST_TMPDIR/hangs ]] || exec sleep 60; }
  sf_prober_start 0 1 0
  sf_prober_start 1 1 0
  single 0
  single 1
}

teardown() {
  sf_checker_end
}

asked() { # <command>...: which may start a checker
  set +e
  "$@" 3>&- 4>&-
  set -e
}

answer() { # what a checker says is heeded
  sf_bus_read "$SF_CHECKS" 5
  "sf_prober_${SF_WORDS[0]}" "${SF_WORDS[@]:1}"
}

single() { # <probe>: one check of its own, which is quick
  asked sf_timer_due_check "$1"
  sf_bus_read "$SF_CHECKS" 5
  sf_clock_now
  SF_CHECK_SINCE[$1]=$SF_NOW # however busy this machine is
  "sf_prober_${SF_WORDS[0]}" "${SF_WORDS[@]:1}"
}

@test "services that are well are checked together, and have no timers of their own" {
  [[ ${SF_ROUND_OF[*]} == '302 302' && ${SF_ROUND[302]} == ' 0  1 ' ]]
  [[ ! ${SF_TIMER["check:0"]-}${SF_TIMER["check:1"]-} && ${SF_TIMER["round:302"]} ]]
  asked sf_timer_due_round 302
  sf_bus_read "$SF_CHECKS" 5
  [[ ${SF_WORDS[*]} == 'rounded 302 1' ]]
  sf_prober_rounded 302 1
  [[ ! ${SF_CHECK_PID[302]} && ! ${SF_TIMER["late:302"]-} ]]
}

@test "one that is not well any more is checked by itself, and counts from its first failure" {
  : >"$BATS_TEST_TMPDIR/down"
  asked sf_timer_due_round 302
  answer # ill
  answer # rounded
  [[ ${SF_ROUND[302]} == ' 1 ' && ${SF_CHECK_ROW[0]} == 1 && ${SF_TIMER["check:0"]} ]]
  sf_bus_read "$SF_BUS" 1
  [[ ${SF_WORDS[*]} == 'found 0 1 failure down' ]]
  single 0
  sf_bus_read "$SF_BUS" 1
  [[ ${SF_WORDS[*]} == 'unhealthy 0 1 down' ]]
}

@test "one that hangs holds up the others for half a second, once" {
  : >"$BATS_TEST_TMPDIR/hangs"
  asked sf_timer_due_round 302
  ((SF_TIMER["late:302"] - SF_NOW <= 51))
  local pid=${SF_CHECK_PID[302]}
  sf_timer_due_late 302 || :
  ! kill -0 "$pid"
  [[ ! ${SF_CHECK_PID[302]} && ${SF_ROUND[302]} == '' ]]
  [[ ${SF_TIMER["check:0"]} && ${SF_TIMER["check:1"]} ]]
  ((SF_TIMER["check:0"] <= SF_NOW + 1))
  single 0
  [[ ! ${SF_ROUND_OF[0]} ]] # not for the next minute
}

@test "one that is stopped is told of no more, though its round is under way" {
  : >"$BATS_TEST_TMPDIR/down"
  asked sf_timer_due_round 302
  sf_prober_stop 0
  sf_prober_start 0 2 0
  single_while_under_way=$(sf_round_consider 0 && echo "${SF_ROUND_OF[0]}")
  [[ ! $single_while_under_way ]]
  answer # ill
  answer # rounded
  [[ ${SF_CHECK_ROW[0]} == 0 ]]
  ! read -r -t 0 -u "$SF_BUS"
}

@test "a round without probes comes to its end" {
  sf_timer_clear round:302
  sf_prober_stop 0
  sf_prober_stop 1
  sf_timer_due_round 302
  [[ ! ${SF_TIMER["round:302"]-} ]]
}

@test "neither a slow service, nor a command, nor one whose time is short is checked with others" {
  sf_prober_stop 0
  sf_prober_start 0 2 0
  asked sf_timer_due_check 0
  SF_CHECK_SINCE[0]=$((SF_NOW - 10))
  answer
  [[ ! ${SF_ROUND_OF[0]} ]]
  SF_CHECK_SINCE[0]=$SF_NOW SF_PROBE_ROLE[0]='failure exec'
  sf_round_consider 0
  SF_PROBE_ROLE[0]='failure tcp_port' SF_PROBE_TIMES[0]='0 3 0.5 1 2'
  sf_round_consider 0
  [[ ! ${SF_ROUND_OF[0]} ]]
}
