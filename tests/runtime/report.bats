#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a
  SF_OUTPUT=$BATS_TEST_TMPDIR/out
  mkdir -p "$SF_OUTPUT/w-1"
  SF_STATE=(COMPLETED)
  sf_status_row 0 '"a"' '"after 1 s"'
}

@test "the newest run is shown, its state is the exit status" {
  SF_RUN=$SF_OUTPUT/w-1 SF_RUN_STATE=COMPLETED
  sf_status_write
  run sf_report_print
  [[ $status == 0 && ${lines[1]} == '  a         COMPLETED  after 1 s' && ${lines[2]} == COMPLETED ]]
  SF_RUN_STATE=FAILED SF_REASON=why
  sf_status_write
  run sf_report_print "$SF_RUN"
  [[ $status == 1 && ${lines[2]} == 'FAILED: why' ]]
}

@test "no run is status 3" {
  run sf_report_print
  [[ $status == 3 ]]
}

@test "of many tasks those that went well or wait are counted" {
  SF_TASK=(a {1..70}) SF_RUN=$SF_OUTPUT/w-1 SF_RUN_STATE=FAILED
  local -i i
  for ((i = 1; i <= 70; i++)); do
    SF_STATE[i]=INITIATED
    sf_status_row "$i" "\"$i\"" '""'
  done
  SF_STATE[9]=FAILED
  sf_status_row 9 '"9"' '"why"'
  sf_status_write
  run sf_report_print
  [[ $status == 1 && ${#lines[@]} == 5 ]]
  [[ ${lines[1]} == '  9         FAILED     why' && ${lines[2]} == '  1 tasks COMPLETED' && ${lines[3]} == '  69 tasks INITIATED' ]]
}

@test "a run whose script is gone is lost, which is status 3" {
  SF_RUN=$SF_OUTPUT/w-1
  sf_status_write
  sed -i 's/^ "pid": .*/ "pid": 4194305,/' "$SF_RUN/status.json"
  run sf_report_print
  [[ $status == 3 && ${lines[2]} == 'LOST: its script, process 4194305, is gone'* ]]
  sed -i 's/^ "host": .*/ "host": "elsewhere",/' "$SF_RUN/status.json"
  run sf_report_print
  [[ $status == 0 && ${lines[2]} == RUNNING ]]
}
