#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run 'a "b"' c
  SF_STATE=(RUNNING INITIATED)
  sf_status_row 0 '"a \"b\""' '""'
  sf_status_row 1 '"c"' '"why"'
}

@test "status.json is whole and says everything" {
  SF_REASON=$'x\ny'
  sf_status_write
  [[ ! -e $SF_RUN/status.json.new ]]
  python3 - "$SF_RUN/status.json" <<'END'
import json, sys
found = json.load(open(sys.argv[1]))
assert found["reason"] == "x\ny" and found["job_id"] is None
assert {name: task["state"] for name, task in found["tasks"].items()} == {'a "b"': "RUNNING", "c": "INITIATED"}
END
}

@test "the rows of tasks of which nothing was told are what they would be one by one" {
  SF_TASK=(a b-1 c.2 d_) SF_STATE=(INITIATED COMPLETED INITIATED INITIATED) SF_WHY=()
  SF_ROW=([1]='' [3]='  "d_": told')
  sf_status_rows
  [[ ${SF_ROW[3]} == '  "d_": told' && ${SF_ROW[1]} == '  "b-1": {"state": "COMPLETED",'* ]]
  local filled=("${SF_ROW[@]}")
  sf_status_row 0 '"a"' '""'
  sf_status_row 2 '"c.2"' '""'
  [[ ${filled[0]} == "${SF_ROW[0]}" && ${filled[2]} == "${SF_ROW[2]}" ]]
  SF_TASK=('a"' b) SF_ROW=() SF_QUOTED=()
  sf_status_rows
  [[ ${SF_ROW[0]} == '  "a\"": {"state": "INITIATED",'* ]]
}

@test "a directory that is gone is a warning" {
  rm -rf "$SF_RUN"
  run sf_status_write
  [[ $status == 0 && $output == *'cannot write'* ]]
}
