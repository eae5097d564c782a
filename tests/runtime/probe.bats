#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run server
  load_units probe
  SF_PROBES_OF[0]='0 1' SF_PROBE_TASK=(0 0)
}

@test "the probes of a task are started with its attempt, from where its log begins" {
  sf_bus_open SF_CHECKS
  SF_LOG_FROM[0]=512
  sf_probe_start 0 2
  local -a told
  read -r -t 1 -u "$SF_CHECKS" -a told
  [[ ${told[*]} == 'start 0 2 512' ]]
  read -r -t 1 -u "$SF_CHECKS" -a told
  [[ ${told[*]} == 'start 1 2 512' ]]
}

@test "a task that must be ready in time has a timer for it" {
  sf_bus_open SF_CHECKS
  SF_READY_WITHIN[0]=3
  sf_probe_start 0 1
  ((SF_TIMER["ready:0"] - SF_NOW >= 299))
}

@test "the probes of a task that ended are stopped" {
  sf_bus_open SF_CHECKS
  sf_probe_stop 0
  local -a told
  read -r -t 1 -u "$SF_CHECKS" -a told
  [[ ${told[*]} == 'stop 0' ]]
}

@test "the prober is a process group of its own, and ends when told" {
  exec {SF_GROUPS}>"$SF_RUN/.groups" {SF_LIFE}>/dev/null
  sf_bus_open SF_BUS
  sf_prober_serve() { exec 3>&- && read -r -u "$SF_CHECKS" LINE; }
  sf_probe_open
  [[ $(cut -d ' ' -f 5 "/proc/$SF_PROBER/stat") == "$SF_PROBER" ]]
  sf_probe_close
  ! kill -0 "$SF_PROBER"
}

@test "a prober that does not hear is not waited for for ever" {
  exec {SF_GROUPS}>"$SF_RUN/.groups" {SF_LIFE}>/dev/null
  sf_bus_open SF_BUS
  sf_prober_serve() { exec 3>&- && sleep 600; }
  sf_probe_open
  SECONDS=0
  sf_probe_close || :
  ((SECONDS < 10))
  [[ ! -e /proc/$SF_PROBER ]]
}

@test "what a prober that was killed has left is ended, and nothing else that has its pipe open" {
  exec {SF_GROUPS}>"$SF_RUN/.groups" {SF_LIFE}>/dev/null
  sf_bus_open SF_BUS
  sf_prober_serve() {
    exec 3>&-
    set -m
    sleep 600 &
    echo "$!" >"$SF_RUN/checker"
    kill -s STOP "$BASHPID"
  }
  sf_probe_open
  set -m
  sleep 600 3>&- & # as a runner that has only just begun
  set +m
  local runner=$!
  until [[ -s $SF_RUN/checker ]]; do sleep 0.05; done
  kill -s KILL "$SF_PROBER"
  sf_probe_close || :
  gone "$(<"$SF_RUN/checker")"
  kill "$runner" # is still there
}

@test "what a check found is kept for the deadline and in the events, for the attempt that it is about" {
  SF_PID[0]=1 SF_ATTEMPT[0]=2
  sf_schedule_found 0 1 readiness HTTP 500
  [[ ! ${SF_PROBED[0]-} ]]
  sf_schedule_found 0 2 readiness HTTP 503
  sf_schedule_found 0 2 failure port 80 is closed
  [[ ${SF_PROBED[0]} == 'HTTP 503' ]]
  [[ $(cut -d , -f 2- "$SF_RUN/events.jsonl") == '"event":"probe","task":"server","attempt":2,"probe":"readiness","found":"HTTP 503"}
"event":"probe","task":"server","attempt":2,"probe":"failure","found":"port 80 is closed"}' ]]
  sf_bus_open SF_CHECKS
  sf_probe_start 0 3
  [[ ! ${SF_PROBED[0]} ]]
}

@test "another prober takes the place of one that was killed, for the attempts that run" {
  exec {SF_GROUPS}>"$SF_RUN/.groups" {SF_LIFE}>/dev/null
  sf_bus_open SF_BUS
  sf_prober_serve() { exec 3>&- && while read -r -u "$SF_CHECKS" LINE; do printf '%s\n' "$LINE" >&"$SF_BUS"; done; }
  sf_probe_open
  local first=$SF_PROBER line
  sf_probe_heed
  [[ $SF_PROBER == "$first" ]]
  kill -s KILL "$first"
  wait "$first" || :
  SF_PID[0]=1 SF_ATTEMPT[0]=3
  sf_probe_heed 2>"$BATS_TEST_TMPDIR/said"
  [[ $SF_PROBER != "$first" && $(<"$BATS_TEST_TMPDIR/said") == *'the prober was killed'* ]]
  read -r -t 5 -u "$SF_BUS" line
  [[ $line == 'start 0 3 0' ]]
  kill -s KILL "$SF_PROBER"
}
