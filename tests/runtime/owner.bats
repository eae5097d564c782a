#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units owner
  SF_RUN=$BATS_TEST_TMPDIR
}

@test "a directory has one owner" {
  sf_owner_take
  run sf_owner_take
  [[ $status == 64 && $output == *"is being run by process $$" ]]
}

@test "a process that began at another time is another one, as is one of another host" {
  printf '%s script %s 1\nelsewhere script %s %s\n' "${HOSTNAME//[!A-Za-z0-9._-]/_}-" "$$" "$$" 1 >"$SF_RUN/.owner"
  sf_owner_take
  [[ $(wc -l <"$SF_RUN/.owner") == 1 ]]
}

@test "it is waited for an earlier watchdog" {
  sleep 0.5 3>&- &
  sf_owner_sign watchdog "$!"
  run sf_owner_take
  [[ $status == 0 && $output == *'waiting until'* && $(<"$SF_RUN/.owner") == *" script $$ "* ]]
}

@test "a process that is gone is gone in a trap, too" {
  run bash -c 'source "$1"; trap '\''sf_owner_began 999999999 && echo there || echo gone'\'' USR1; true; kill -USR1 $$' bash "$RUNTIME/owner.sh"
  [[ $output == gone ]]
}

@test "a child is alive until it has ended; whoever else has the number is none" {
  sleep 60 3>&- &
  local child=$!
  sf_owner_child "$child"
  run sf_owner_child 1
  [[ $status == 1 ]]
  run sf_owner_child ''
  [[ $status == 1 ]]
  kill -s KILL "$child"
  wait "$child" || :
  run sf_owner_child "$child"
  [[ $status == 1 ]]
}

@test "a child is waited for as long as it may take, and no longer" {
  sf_bus_open SF_BUS
  sleep 0.2 3>&- &
  sf_owner_await "$!" 500
  [[ ! -e /proc/$! ]]
  (trap '' TERM && exec sleep 600) 3>&- &
  SECONDS=0
  sf_owner_await "$!" 50 || :
  [[ ! -e /proc/$! ]]
  ((SECONDS < 10))
}
