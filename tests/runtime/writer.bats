#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units writer
}

@test "who writes to a log of a task is found, also by another name of the directory; who reads it is left alone" {
  env -i sleep 60 3>&- >>"$SF_RUN/t/t.log" &
  local writer=$!
  sleep 60 3>&- <"$SF_RUN/t/t.log" &
  local reader=$!
  sleep 0.3
  ln -s "$SF_RUN" "$BATS_TEST_TMPDIR/link"
  SF_RUN=$BATS_TEST_TMPDIR/link SF_STRAGGLER=()
  sf_writer_find
  kill "$writer" "$reader"
  [[ ${SF_STRAGGLER[*]} == "$writer" ]]
}

@test "a directory that is gone has no writers" {
  SF_RUN=/nowhere SF_STRAGGLER=()
  sf_writer_find
  ((! ${#SF_STRAGGLER[@]}))
}
