#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units drain
  SF_GRACE=1000 SF_LEAD=6000 SF_REASON='' SF_OPEN=1 SF_WORKSPACE=/w SF_OUTPUT=/o
  workflow_environment() { SF_ENV=(A=b); }
  sf_run_trap() { :; }
  exec {SF_LIFE}>/dev/null {SF_GROUPS}>"$SF_RUN/.groups"
  sf_bus_open SF_BUS
}

left_is() { # <seconds>: and the run is stopped for want of time
  local -i left=0
  sf_drain_left
  ((left == $1))
}

script() { # <text>
  SF_TEXTS=("$1") SF_DOCUMENT["on_timeout:0"]=0
}

ended() { # takes lines from the bus until it has ended
  while [[ ${SF_DRAIN-} ]]; do sf_schedule_next; done
}

@test "before the workflow's own limit there is the whole lead" {
  SF_RUN_STATE=TIMEOUT SF_REASON="the workflow's time limit of 100 s is nearly over"
  left_is 60
}

@test "of a job's time what stopping takes is kept back" {
  SF_RUN_STATE=TIMEOUT SF_REASON="the job's time limit is near (SIGUSR2)" SF_SIGNAL_LEAD=90
  left_is 75
  sf_time_left() { SF_SECONDS=40; }
  left_is 25
  SF_REASON="the workflow's time limit of 100 s is nearly over"
  left_is 25
  sf_time_left() { SF_SECONDS=4000; }
  left_is 60
}

@test "a task's own limit, a failure and a signal are no want of time; a job that is preempted has little" {
  SF_RUN_STATE=TIMEOUT SF_BLAMED=0
  run sf_drain_left
  [[ $status == 1 ]]
  SF_RUN_STATE=CANCELLED SF_REASON=SIGTERM SF_BLAMED=''
  run sf_drain_left
  [[ $status == 1 ]]
  sf_time_preempted() { SF_SECONDS=45; }
  left_is 30
  [[ $SF_REASON == 'the job was preempted (SIGTERM)' ]]
  SF_RUN_STATE=FAILED SF_REASON='t FAILED: exit status 143' SF_BLAMED=0 SF_STATUS=(143)
  left_is 30
  SF_RUN_STATE=FAILED SF_REASON='t FAILED: exit status 1' SF_STATUS=(1)
  run sf_drain_left
  [[ $status == 1 ]]
}

@test "without time it is left out, and that is said" {
  SF_RUN_STATE=TIMEOUT SF_REASON="the job's time limit is near (SIGUSR2)" SF_SIGNAL_LEAD=15
  script 'exit 0'
  run sf_drain_run
  [[ $output == 'sflow: on_timeout is left out: what time is left is needed to stop the tasks' && ! -e $SF_RUN/on_timeout.sh ]]
}

@test "it has its seconds, its variables and a log, and its end is a line on the bus" {
  script 'echo "$1 $SFLOW_SECONDS_LEFT $A $SFLOW_WORKFLOW_OUTPUT_DIR"'
  set +e
  sf_drain_start 20 >/dev/null
  ended
  set -e
  [[ $(<"$SF_RUN/on_timeout.log") == "20 20 b $SF_RUN" && ! ${SF_TIMER["drain:0"]-} ]]
}

@test "its failure is told" {
  script 'exit 7'
  set +e
  sf_drain_start 20 >/dev/null
  ended 2>"$SF_RUN/told"
  set -e
  [[ $(<"$SF_RUN/told") == "sflow: on_timeout has failed with exit status 7, see $SF_RUN/on_timeout.log" ]]
}

@test "when its time is over it gets TERM, and KILL if that is not enough" {
  script "trap '' TERM; while :; do sleep 0.1; done"
  set +e
  sf_drain_start 20 >/dev/null
  sleep 0.3
  sf_timer_due_drain
  sleep 0.3
  kill -0 -- "-$SF_DRAIN"
  alive=$?
  sf_timer_due_drain 2>"$SF_RUN/told"
  set -e
  [[ $alive == 0 && ! $SF_DRAIN && $(<"$SF_RUN/told") == *'on_timeout was ended: its time is over' ]]
}

@test "a signal ends it, but not the one that it began with" {
  SF_DRAIN=99999999 SF_DRAIN_OVER='' SF_DRAIN_BEGAN=$SF_NOW
  sf_schedule_hurry TERM
  [[ ! $SF_DRAIN_OVER ]]
  SF_DRAIN_BEGAN=$((SF_NOW - 200))
  sf_schedule_hurry TERM || :
  [[ $SF_DRAIN_OVER == SIGTERM ]]
}
