#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units fetch
  SF_FETCH=('A "name"' https://h/x B https://h/y) SF_FETCH_PID=([0]=$$) SF_FETCH_NEXT=2 SF_ARTIFACT=()
  exec {SF_GROUPS}>"$BATS_TEST_TMPDIR/groups"
  wait() { :; }
}

@test "each download is asked what it needs" {
  fetch_0() { SF_MISSING+=("$SF_AT $1"); }
  fetch_1() { SF_MISSING+=("$SF_AT $1"); }
  SF_MISSING=()
  sf_fetch_check
  [[ ${SF_MISSING[*]} == '0 check 1 check' ]]
}

@test "a download that is over is recorded, and where it lies" {
  printf '/a path/x' >"$SF_RUN/.artifact.0"
  sf_schedule_fetched 0 0 12 bytes in 1 s
  [[ ${#SF_FETCH_PID[@]} == 0 && ${SF_ARTIFACT[0]} == '/a path/x' && ! -e $SF_RUN/.artifact.0 && ! ${SF_EXIT-} ]]
  [[ $(<"$SF_RUN/events.jsonl") == *'"event":"artifact","artifact":"A \"name\"","state":"READY","reason":"12 bytes in 1 s"}' ]]
}

@test "the first failure ends the run" {
  sf_schedule_fetched 0 1 HTTP status 404
  [[ $SF_EXIT == 78 && $SF_RUN_STATE == FAILED && $SF_REASON == 'artifact A "name": HTTP status 404 (https://h/x)' ]]
  [[ $(<"$SF_RUN/events.jsonl") == *'"state":"FAILED","reason":"HTTP status 404"}' ]]
}

@test "what nobody waits for any more is not heard" {
  SF_FETCH_PID=()
  sf_schedule_fetched 1 1 late
  [[ ! ${SF_EXIT-} && ! -s $SF_RUN/events.jsonl ]]
}
