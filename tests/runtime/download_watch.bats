#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units download_watch
  SF_AT=0 SF_WHY_NOT='' SF_PART='' SF_LOCK='' SF_BEAT='' SF_PATIENCE=1
  exec {SF_BUS}>"$BATS_TEST_TMPDIR/bus"
  FILE=$BATS_TEST_TMPDIR/file
}

@test "a lock is had by one at a time" {
  SF_PATIENCE=60
  sf_download_lock "$BATS_TEST_TMPDIR/lock"
  [[ $SF_LOCK == "$BATS_TEST_TMPDIR/lock" && -d $SF_LOCK ]]
  (
    sf_download_lock "$BATS_TEST_TMPDIR/lock"
    echo had >"$FILE"
  ) &
  sleep 0.7
  [[ ! -e $FILE && $(<"$BATS_TEST_TMPDIR/bus") == 'fetching 0 another run is at it: waiting' ]]
  rmdir "$SF_LOCK"
  wait "$!"
  [[ $(<"$FILE") == had ]]
}

@test "a lock that nobody touches is taken over, one that is touched is not" {
  mkdir "$BATS_TEST_TMPDIR/lock"
  { for _ in 1 2 3 4 5 6; do sleep 0.4 && touch "$BATS_TEST_TMPDIR/lock"; done; } &
  SECONDS=0
  sf_download_lock "$BATS_TEST_TMPDIR/lock"
  ((SECONDS >= 2 && SECONDS < 8))
}

@test "a lock that cannot be made is a failure" {
  sf_download_lock /proc/lock && return 1
  [[ $SF_WHY_NOT == 'cannot write /proc' ]]
}

@test "a command keeps its status while its file grows" {
  grows() {
    for i in 1 2 3; do sleep 0.6 && echo "$i" >>"$FILE"; done
    return 9
  }
  local status=0
  sf_download_watch "$FILE" grows || status=$?
  [[ $status == 9 && $(wc -l <"$FILE") == 3 && ! $SF_BEAT ]]
}

@test "a command whose file stays as it is is ended" {
  local status=0
  hangs() {
    echo begun >"$FILE"
    exec sleep 987301
  }
  sf_download_watch "$FILE" hangs || status=$?
  ((status == 28))
  run pgrep -f 'sleep 98730[1]'
  [[ ! $output ]]
}

@test "without a file nothing is expected to grow" {
  sf_download_watch '' sleep 2
}

@test "a lock is touched while the command runs" {
  SF_LOCK=$BATS_TEST_TMPDIR/lock
  mkdir "$SF_LOCK"
  touch -d '1 hour ago' "$SF_LOCK"
  sf_download_watch '' sleep 1.5
  [[ $SF_LOCK -nt $BATS_TEST_DIRNAME/units.bash ]]
}

@test "why a command was ended is said, however soon it is gone" {
  local status=0
  hangs() { exec sleep 987302; }
  kill() { # leaves the other side time
    local status=0
    builtin kill "$@" || status=$?
    sleep 0.3
    return "$status"
  }
  sf_download_watch "$FILE" hangs || status=$?
  ((status == 28))
}
