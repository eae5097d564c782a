#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units probe_tcp
  python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 28481)); open("'"$BATS_TEST_TMPDIR"'/up", "w"); time.sleep(20)' &
  server=$!
  for _ in {1..100}; do
    [[ ! -e $BATS_TEST_TMPDIR/up ]] || break
    sleep 0.05
  done
}

teardown() {
  kill "$server"
}

@test "an open port succeeds, a closed one does not" {
  sf_probe_tcp 28481 127.0.0.1
  [[ $SF_DETAIL == 'port 28481 is open' ]]
  ! sf_probe_tcp 28482 127.0.0.1
  [[ $SF_DETAIL == '127.0.0.1:28482 is closed' ]]
}

@test "every host must answer" {
  ! sf_probe_tcp 28481 127.0.0.1 127.0.0.77.invalid
}
