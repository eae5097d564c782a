#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units artifact
  SF_TEXTS=($'a line\n') SF_DOCUMENT=(["artifact_content:0"]=0)
}

@test "a file is written whole, its folder made" {
  sf_artifact_write 0 "$SF_RUN/etc/a file"
  [[ $(
    cat "$SF_RUN/etc/a file"
    echo x
  ) == 'a linex' ]]
  [[ $(ls "$SF_RUN/etc") == 'a file' ]]
}

@test "what cannot be written is said" {
  run sf_artifact_write 0 /proc/nowhere/file
  [[ $status == 1 && $output == *'cannot write the artifact /proc/nowhere/file' ]]
  mkdir "$SF_RUN/folder"
  sf_artifact_write 0 "$SF_RUN/folder" && return 1
  [[ $SF_EXIT == 78 && $SF_REASON == *"$SF_RUN/folder" && ! $(ls "$SF_RUN/folder") ]]
}
