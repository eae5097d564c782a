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

@test "a directory that is gone is a warning" {
  rm -rf "$SF_RUN"
  run sf_status_write
  [[ $status == 0 && $output == *'cannot write'* ]]
}
