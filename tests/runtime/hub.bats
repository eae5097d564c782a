#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units hub
}

@test "one file of a repository is picked, another name is told" {
  local files=(a.json b/c.json)
  sf_hub_pick b/c.json org/repo
  [[ ${files[*]} == b/c.json ]]
  run sf_hub_pick nothing org/repo
  [[ $status == 1 ]]
  sf_hub_pick nothing org/repo || :
  [[ $SF_WHY_NOT == 'org/repo has no file nothing' ]]
}

@test "what a refusal of the hub means is said" {
  ! sf_hub_explain 401
  [[ $SF_WHY_NOT == *'HF_TOKEN' ]]
  ! sf_hub_explain 404
  [[ $SF_WHY_NOT == *'no such repository, revision or file' ]]
}

@test "the token goes to the hub alone, and never among the arguments" {
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  printf '#!/bin/sh\necho "$@" >"%s/arguments"\ncat >"%s/input"\n' "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR" \
    >"$BATS_TEST_TMPDIR/bin/curl"
  chmod +x "$BATS_TEST_TMPDIR/bin/curl"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH SF_PART=$BATS_TEST_TMPDIR/part SF_PATIENCE=5
  SF_ENDPOINT=https://hub.example SF_TOKEN=hf_secret
  (sf_hub_curl https://hub.example/api/models/o/r)
  [[ $(<"$BATS_TEST_TMPDIR/input") == *'header = "Authorization: Bearer hf_secret"'* ]]
  [[ $(<"$BATS_TEST_TMPDIR/arguments") != *secret* ]]
  (sf_hub_curl https://elsewhere.example/file)
  [[ $(<"$BATS_TEST_TMPDIR/input") != *secret* && $(<"$BATS_TEST_TMPDIR/input") == *elsewhere* ]]
}

@test "a file that is in the snapshot is not asked for again" {
  mkdir -p "$BATS_TEST_TMPDIR/snapshot" && : >"$BATS_TEST_TMPDIR/snapshot/file"
  sf_hub_ask() { return 1; }
  sf_hub_file https://hub.example/o/r "$BATS_TEST_TMPDIR/snapshot" file
}
