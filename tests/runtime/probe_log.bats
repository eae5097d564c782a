#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t u
  load_units probe_log
  SF_CHECK_FROM=() SF_NOTE=''
  log=$SF_RUN/t/t.log
}

@test "matches add up over checks, several on a line too" {
  printf 'x x\n' >"$log"
  ! sf_probe_log 3 -F x 0
  printf 'y x\n' >>"$log"
  sf_probe_log 3 -F x 0
  ! sf_probe_log 4 -F x 0
}

@test "a line without an end counts, but only once" {
  printf 'rea' >"$log"
  ! sf_probe_log 1 -F ready 0
  printf 'dy' >>"$log"
  sf_probe_log 1 -F ready 0
  printf '\n' >>"$log"
  ! sf_probe_log 2 -F ready 0
  sf_probe_log 1 -F ready 0
}

@test "what stood there before the attempt does not count" {
  printf 'ready\n' >"$log"
  SF_CHECK_FROM[0]=6
  ! sf_probe_log 1 -F ready 0
}

@test "a truncated log is read from its beginning" {
  printf 'a long first line\n' >"$log"
  ! sf_probe_log 1 -F ready 0
  printf 'ready\n' >"$log"
  sf_probe_log 1 -F ready 0
}

@test "an anchor matches behind srun's label" {
  printf '12: ready\n' >"$log"
  ! sf_probe_log 1 -E '^ready' 0
  SF_NOTE=''
  sf_probe_log 1 label,-E '^ready' 0
}

@test "several logs count together; a missing one is empty" {
  printf 'x\n' >"$log"
  ! sf_probe_log 2 -F x 0 1
  printf 'x\n' >"$SF_RUN/u/u.log"
  sf_probe_log 2 -F x 0 1
}

@test "binary and endless lines are searched" {
  { head -c 300000 /dev/zero && printf 'ready' && head -c 300000 /dev/zero; } >"$log"
  sf_probe_log 1 -F ready 0
}

seen() { # what a check finds
  sf_probe_log 1 "${2:--F}" "$1" 0
}

@test "what holds no match is passed over by a kept descriptor, and costs no other process" {
  printf 'first\n' >"$log"
  ! seen ready
  local PATH=$BATS_TEST_TMPDIR
  printf 'second\nhalf' >>"$log"
  ! seen ready
  [[ $SF_NOTE == 0:13:0 ]]
  printf ' a line\nREADY\n' >>"$log"
  ! seen 'CUDA (error|failure)' -E
  [[ $SF_NOTE == 0:31:0 ]]
}

@test "a match is found after much that was passed over, also across the end of a check" {
  printf 'first\n' >"$log"
  ! seen ready
  printf 'second\nrea' >>"$log"
  ! seen ready
  printf 'dy\n' >>"$log"
  seen ready
  printf 'CUDA\nerror\n' >>"$log"
  ! seen 'CUDA.error' -E
  printf 'cuda ERROR\n' >>"$log"
  ! seen 'CUDA.error' -E
  printf 'cuda ERROR\n' >>"$log"
  seen 'CUDA.error' -E,-i
}

@test "a log that is replaced, truncated, or holds NUL is read as it is" {
  printf 'first\nsecond\n' >"$log"
  ! seen ready
  printf 'third\n' >>"$log"
  ! seen ready
  printf 'a\0ready\n' >>"$log"
  seen ready
  SF_NOTE=''
  printf 'ready\n' >"$log.new"
  mv "$log.new" "$log"
  seen ready
  SF_NOTE=''
  printf 'not yet, and a long line\n' >"$log"
  ! seen ready
  : >"$log"
  ! seen ready
  printf 'ready\n' >>"$log"
  seen ready
}
