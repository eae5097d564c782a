#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units probe_file
  place=$BATS_TEST_TMPDIR/$'it\'s *'
}

@test "what is there succeeds: a file, an empty one, a directory, a link to one" {
  mkdir "$place"
  sf_probe_file "$place"
  : >"$place/empty"
  sf_probe_file "$place/empty"
  [[ $SF_DETAIL == 'the file is there' ]]
  ln -s empty "$place/link"
  sf_probe_file "$place/link"
}

@test "what is not there fails, a link to nothing among it" {
  ! sf_probe_file "$place"
  [[ $SF_DETAIL == 'the file is not there' ]]
  ln -s nothing "$BATS_TEST_TMPDIR/link"
  ! sf_probe_file "$BATS_TEST_TMPDIR/link"
  ! sf_probe_file "$BATS_TEST_TMPDIR/*"
}
