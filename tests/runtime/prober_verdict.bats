#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run server
  load_units prober
  sf_bus_open SF_BUS
  SF_PROBE_TASK=(0) SF_PROBE_ROLE=('readiness tcp_port') SF_PROBE_TIMES=('0 0.1 1 1 2')
  sf_prober_start 0 1 0
  SF_CHECK_SAID[0]="port 80" # what it finds is no news; one test wants the news
}

good() { sf_prober_weigh 0 0 "${1:-port 80}"; }

bad() { sf_prober_weigh 0 1 "${1:-port 80}"; }

told() { # <line> of the bus; nothing when empty
  if [[ ! $1 ]]; then
    ! read -r -t 0 -u "$SF_BUS"
  else
    sf_bus_read "$SF_BUS" 1
    [[ ${SF_WORDS[*]} == "$1" ]]
  fi
}

@test "what a check finds is told when it is news" {
  bad 'HTTP 503'
  told 'found 0 1 readiness HTTP 503'
  bad 'HTTP 503'
  told ''
  bad 'HTTP 500'
  told 'found 0 1 readiness HTTP 500'
  good 'HTTP 200'
  told 'ready 0 1 HTTP 200'
}

@test "a failure probe tells only what is wrong" {
  SF_PROBE_ROLE=('failure tcp_port') SF_CHECK_SAID=([0]='')
  good
  told ''
  bad
  told 'found 0 1 failure port 80'
}

@test "successes count in a row only" {
  SF_PROBE_TIMES=('0 0.1 1 2 2')
  good
  bad
  good
  told ''
  good
  told 'ready 0 1 port 80'
}

@test "a service that never answered is starting, one that answered before is ill" {
  SF_PROBE_ROLE=('failure tcp_port')
  bad
  bad
  told ''
  good
  bad
  told ''
  bad
  told 'unhealthy 0 1 port 80'
}

@test "a pattern that turns up in a log is a failure as it stands" {
  SF_PROBE_ROLE=('failure log_watch') SF_PROBE_TIMES=('0 0.1 1 1 1')
  good
  told 'unhealthy 0 1 port 80'
}
