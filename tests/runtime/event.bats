#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run 'a "b"'
}

@test "a state is one line of JSON" {
  SF_STATE[0]=FAILED SF_ATTEMPT[0]=2 SF_STATUS[0]=3
  sf_event_state 0 FAILED $'why\nnot'
  python3 - "$SF_RUN/events.jsonl" <<'END'
import json, sys
(line,) = open(sys.argv[1])
event = json.loads(line)
del event["time"]
assert event == {"event": "state", "task": 'a "b"', "state": "FAILED", "attempt": 2, "exit_status": 3, "reason": "why\nnot"}
END
}

@test "what a probe found is one line of JSON" {
  SF_ATTEMPT[0]=2
  sf_event_probe 0 readiness 'HTTP "503"'
  python3 - "$SF_RUN/events.jsonl" <<'END'
import json, sys
(line,) = open(sys.argv[1])
event = json.loads(line)
del event["time"]
assert event == {"event": "probe", "task": 'a "b"', "attempt": 2, "probe": "readiness", "found": 'HTTP "503"'}
END
}

@test "a full disk is said once and ends nothing" {
  exec {SF_EVENTS}>/dev/full
  run sf_event_run RUNNING
  [[ $status == 0 && $output == *'cannot write events.jsonl'* ]]
}

@test "a line that a full disk took half of is cut off, and written when there is room again" {
  sf_event_line '{"first":1}'
  exec {SF_EVENTS}>/dev/full
  printf '{"sec' >>"$SF_RUN/events.jsonl"
  sf_event_line '{"second":2}' 2>/dev/null
  [[ $(<"$SF_RUN/events.jsonl") == '{"first":1}' ]]
  exec {SF_EVENTS}>>"$SF_RUN/events.jsonl"
  sf_event_line '{"third":3}'
  [[ $(<"$SF_RUN/events.jsonl") == '{"first":1}'$'\n{"second":2}\n''{"third":3}' ]]
}
