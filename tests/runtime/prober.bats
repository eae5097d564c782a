#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run server
  load_units prober
  sf_bus_open SF_BUS
  sf_bus_open SF_CHECKS
  SF_PROBE_TASK=(0) SF_PROBE_ROLE=('readiness tcp_port') SF_PROBE_TIMES=('0 0.1 1 1 2')
  probe_0() { SF_DETAIL="port 80" && [[ -e $BATS_TEST_TMPDIR/up ]]; }
  sf_prober_start 0 1 0
  SF_CHECK_SAID[0]="port 80" # what it finds is no news; one test wants the news
}

once() { # one check, from its timer to what it says
  {
    set +e
    sf_timer_due_check 0
    set -e
  } 3>&-
  sf_bus_read "$SF_CHECKS" 5
  sf_prober_checked "${SF_WORDS[@]:1}"
}

told() { # <line> of the bus; nothing when empty
  if [[ ! $1 ]]; then
    ! read -r -t 0 -u "$SF_BUS"
  else
    sf_bus_read "$SF_BUS" 1
    [[ ${SF_WORDS[*]} == "$1" ]]
  fi
}

@test "a check that succeeds makes its task ready, and is not made again" {
  once
  told ''
  : >"$BATS_TEST_TMPDIR/up"
  once
  told 'ready 0 1 port 80'
  [[ ! ${SF_TIMER["check:0"]-} ]]
}

@test "a check that takes too long is killed and counts as failed" {
  SF_PROBE_ROLE=('failure log_watch') SF_PROBE_TIMES=('0 0.1 0.2 1 1')
  probe_0() { exec sleep 60; }
  { sf_timer_due_check 0; } 3>&-
  ((SF_TIMER["slow:0"] - SF_NOW <= 21))
  local pid=${SF_CHECK_PID[0]}
  sf_timer_due_slow 0 || :
  ! kill -0 "$pid"
  [[ ! ${SF_CHECK_PID[0]} ]]
}

@test "what a check leaves behind in its group ends with it" {
  SF_PROBE_ROLE=('readiness exec')
  probe_0() {
    sleep 60 &
    echo "$!" >"$BATS_TEST_TMPDIR/left"
  }
  once
  left=$(<"$BATS_TEST_TMPDIR/left")
  for _ in {1..50}; do
    read -r -a facts 2>/dev/null <"/proc/$left/stat" && [[ ${facts[2]} != Z ]] || break
    sleep 0.1
  done
  [[ ! -e /proc/$left || ${facts[2]} == Z ]]
}

@test "checks that are due about the same time are due together the next time, unless they are often" {
  SF_PROBE_TIMES=('0 3 1 1 2')
  { sf_timer_due_check 0; } 3>&-
  ((SF_TIMER["check:0"] % 10 <= 1 && SF_TIMER["check:0"] - SF_NOW > 285))
  SF_PROBE_TIMES=('0 0.5 1 1 2')
  sf_timer_due_check 0
  ((SF_TIMER["check:0"] - SF_NOW >= 49))
}

@test "while a check is under way no second one starts" {
  probe_0() { exec sleep 60; }
  { sf_timer_due_check 0; } 3>&-
  local pid=${SF_CHECK_PID[0]}
  sf_timer_due_check 0
  [[ ${SF_CHECK_PID[0]} == "$pid" && ${SF_TIMER["check:0"]} ]]
  kill -s KILL -- "-$pid"
}

@test "a stopped probe tells nothing any more" {
  : >"$BATS_TEST_TMPDIR/up"
  { sf_timer_due_check 0; } 3>&-
  sf_prober_stop 0
  sf_bus_read "$SF_CHECKS" 5
  sf_prober_checked "${SF_WORDS[@]:1}"
  told ''
}

@test "the prober writes itself down in the list of groups" {
  exec {SF_GROUPS}>"$SF_RUN/.groups" {SF_LIFE}>/dev/null {SF_EVENTS}>/dev/null {SF_LOG}>/dev/null
  printf 'end\n' >&"$SF_CHECKS"
  { set +e && sf_prober_serve; } 3>&- &
  wait "$!"
  [[ $(<"$SF_RUN/.groups") == "+$!" ]]
}
