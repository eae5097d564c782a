#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run other t
  load_units probe_exec
  sf_bus_open SF_BUS
  sf_bus_open SF_CHECKS
  workflow_environment() { SF_ENV=(A=$'it\'s "$(x)" *'); }
  SF_WORKSPACE=/workspace SF_OUTPUT=/output SF_LOCALE='' LC_ALL=C # as in the prober
}

@test "the status of the command is that of the check" {
  sf_probe_exec 1 true
  [[ $SF_DETAIL == 'exit status 0' ]]
  ! sf_probe_exec 1 bash -c 'exit 7'
  [[ $SF_DETAIL == 'exit status 7' ]]
  ! sf_probe_exec 1 bash -c 'kill -KILL $$'
  [[ $SF_DETAIL == 'exit status 137' ]]
}

@test "a program that is not there, or is none, fails" {
  ! sf_probe_exec 1 no-such-program x
  [[ $SF_DETAIL == 'exit status 127' ]]
  : >"$BATS_TEST_TMPDIR/text"
  ! sf_probe_exec 1 "$BATS_TEST_TMPDIR/text"
  [[ $SF_DETAIL == 'exit status 126' ]]
  ! sf_probe_exec 1 -c true
}

@test "words arrive as they are, and no shell reads them" {
  sf_probe_exec 1 bash -c 'printf "<%s>" "$@" >"$0"' "$BATS_TEST_TMPDIR/out" 'a  b' '' '$A' "it's *" $'x\ny'
  [[ $(<"$BATS_TEST_TMPDIR/out") == $'<a  b><><$A><it\'s *><x\ny>' ]]
}

@test "it has the variables of its task, and what is the task's own" {
  SF_SETUP[1]=1 SF_GPUS[1]=2,3
  setup_1() { SF_ENV+=(B=2 SF_RUN=mine) SF_COMMAND=(srun); }
  sf_probe_exec 1 bash -c 'printf "%s|" "$A" "$B" "$SF_RUN" "$SFLOW_TASK_OUTPUT_DIR" "$CUDA_VISIBLE_DEVICES" >"$0"' "$BATS_TEST_TMPDIR/out"
  [[ $(<"$BATS_TEST_TMPDIR/out") == "it's \"\$(x)\" *|2|mine|$SF_RUN/t|2,3|" ]]
}

@test "it ignores no signal and holds no descriptor of ours, and its output goes nowhere" {
  ln -s /proc/self/fd "$BATS_TEST_TMPDIR/fd"
  trap '' HUP INT QUIT TERM USR1 USR2 PIPE # as in the prober
  output=$(sf_probe_exec 1 bash -c 'grep ^SigIgn /proc/self/status >"$0"; cd /proc/self/fd && echo * >>"$0"; echo loud; echo LOUD >&2' \
    "$BATS_TEST_TMPDIR/out" 2>&1)
  [[ ! $output ]]
  mapfile -t lines <"$BATS_TEST_TMPDIR/out"
  ((! (16#${lines[0]##*[[:space:]]} & 0x5A07))) # HUP INT QUIT USR1 USR2 PIPE TERM, but for what bats ignores
  [[ " ${lines[1]} " != *" $SF_BUS "* && " ${lines[1]} " != *" $SF_CHECKS "* ]]
}

@test "it has the locale of the script, not that of the prober" {
  export LC_ALL=C
  SF_LOCALE=C.UTF-8
  sf_probe_exec 1 bash -c '[[ $LC_ALL == C.UTF-8 ]]'
  SF_LOCALE=
  sf_probe_exec 1 bash -c '[[ ! ${LC_ALL+set} ]]'
  [[ $LC_ALL == C ]]
}
