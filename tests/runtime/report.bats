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
