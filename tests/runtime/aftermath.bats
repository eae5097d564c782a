#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a 'b "c"' d e
  events=$SF_RUN/events.jsonl
}

@test "every task gets a last state, in the events and in status.json" {
  sf_event_run RUNNING
  sf_event_state 0 RUNNING ''
  SF_STATUS[0]=0
  sf_event_state 0 COMPLETED 'after 1 s'
  SF_ATTEMPT[1]=2
  sf_event_state 1 RUNNING ''
  sf_event_state 3 SKIPPED 'not "chosen"'
  printf '{"time":1,"eve' >>"$events"
  sf_aftermath_settle FAILED 137 'the script was killed'
  python3 - "$SF_RUN" <<'END'
import json, sys
run = sys.argv[1]
events = [json.loads(line) for line in open(run + "/events.jsonl")]
status = json.load(open(run + "/status.json"))
assert events[-1]["state"] == status["state"] == "FAILED" and status["exit_status"] == 137
told = {event["task"]: event["state"] for event in events if event["event"] == "state"}
assert told == {name: task["state"] for name, task in status["tasks"].items()}
assert list(told.values()) == ["COMPLETED", "CANCELLED", "SKIPPED", "CANCELLED"]
tasks = status["tasks"]
assert tasks["a"]["reason"] == "after 1 s" and tasks["a"]["finished"]
assert tasks['b "c"']["attempt"] == 2 and tasks['b "c"']["reason"].startswith("stopped: ")
assert tasks["d"]["reason"].startswith("not started: ") and tasks["d"]["started"] is None
assert tasks["e"]["reason"] == 'not "chosen"'
END
}

@test "only the last start counts" {
  sf_event_run RUNNING
  sf_event_state 0 COMPLETED ''
  sf_event_run RUNNING
  sf_aftermath_settle FAILED 137 'killed'
  [[ $(<"$SF_RUN/status.json") == *'"a": {"state": "CANCELLED"'* ]]
}

@test "lines with an end are left alone" {
  printf 'a\n.' >"$SF_RUN/lines"
  sf_aftermath_mend "$SF_RUN/lines"
  sf_aftermath_mend "$SF_RUN/lines"
  sf_aftermath_mend "$SF_RUN/none"
  [[ $(<"$SF_RUN/lines") == a && ! -e $SF_RUN/none ]]
}

@test "a look that somebody ends takes no line for one without an end" {
  printf 'a\nb\n' >"$SF_RUN/lines"
  tail() { return 137; }
  sf_aftermath_mend "$SF_RUN/lines"
  [[ $(<"$SF_RUN/lines") == $'a\nb' ]]
}
