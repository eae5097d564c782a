# Lets a bats file load units of the runtime as a script does: with everything that they require.

RUNTIME=${BATS_TEST_DIRNAME}/../../runtime_sh
declare -A LOADED=()
shopt -u patsub_replacement 2>/dev/null || : # as a script does

load_units() { # <unit>...
  local unit needed
  for unit; do
    [[ ! ${LOADED[$unit]-} ]] || continue
    LOADED[$unit]=1
    needed=$(sed -n 's/^# requires: *//p' "$RUNTIME/$unit.sh")
    # shellcheck disable=SC2086 # names
    load_units $needed
    # shellcheck disable=SC1090 # whichever it is
    source "$RUNTIME/$unit.sh"
  done
}

a_run() { # <task>...: the state of a run with these tasks, in a directory of the test's
  local -i i
  load_units main
  SF_TASK=("$@") SF_AFTER=() SF_FEEDS=() SF_WAITS=() SF_FIRST=() SF_WORKFLOW=w SF_NAME_WIDTH=8 SF_RUN=$BATS_TEST_TMPDIR/run SF_RUN_ID=run
  SF_COLOUR=() SF_BEGUN=1 SF_RUN_STATE=RUNNING SF_HOLE_MARK=@@ SF_HOLE=() SF_NODE_NAME=(localhost) SF_NODE_IP=(127.0.0.1)
  sf_main_state
  for ((i = 0; i < $#; i++)); do
    mkdir -p "$SF_RUN/${SF_TASK[i]}"
    SF_NODES[i]=0
  done
  exec {SF_EVENTS}>>"$SF_RUN/events.jsonl" {SF_LOG}>>"$SF_RUN/sflow.log"
  sf_clock_tick
}

gone() { # <pid>: it is, or becomes so within five seconds
  local i
  for ((i = 0; i < 50; i++)); do
    [[ -e /proc/$1 && $(<"/proc/$1/stat") != *') Z '* ]] || return 0
    sleep 0.1
  done
  return 1
}
