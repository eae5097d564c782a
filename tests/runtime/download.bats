#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units download
  SF_AT=0 SF_WHY_NOT='' SF_PART='' SF_LOCK='' SF_BEAT='' SF_PATIENCE=60
  exec {SF_BUS}>"$BATS_TEST_TMPDIR/bus"
  FILE=$BATS_TEST_TMPDIR/'a \file'
  printf 'abc' >"$FILE"
  SUM=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
}

@test "a size is told in a few digits" {
  for pair in 0='0 bytes' 999='999 bytes' 1000='1.0 kB' 1049='1.0 kB' 1250000='1.2 MB' 34000000000='34.0 GB' 5600000000000='5.6 TB'; do
    sf_download_size "${pair%%=*}"
    [[ $SF_SIZE == "${pair#*=}" ]]
  done
}

@test "a file is what its sha256 says, or the reason tells both" {
  sf_download_sum "$FILE" "$SUM"
  sf_download_sum "$FILE" ''
  local other=${SUM/b/c}
  sf_download_sum "$FILE" "$other" && return 1
  [[ $SF_WHY_NOT == "its sha256 is $SUM, not $other" ]]
}

@test "a try that may help is made three times, another one once" {
  sleep() { :; }
  fails() {
    COUNT=$((COUNT + 1)) SF_WHY_NOT=oh SF_AGAIN=$1
    return 1
  }
  COUNT=0
  sf_download_tries fails 1 && return 1
  [[ $COUNT == 3 && $SF_WHY_NOT == 'oh, three times' ]]
  [[ $(<"$BATS_TEST_TMPDIR/bus") == $'fetching 0 oh; trying again\nfetching 0 oh; trying again' ]]
  COUNT=0
  sf_download_tries fails '' && return 1
  [[ $COUNT == 1 && $SF_WHY_NOT == oh ]]
  sf_download_tries true
}

@test "nothing is left when a download ends" {
  SF_PART=$BATS_TEST_TMPDIR/part SF_LOCK=$BATS_TEST_TMPDIR/lock
  mkdir "$SF_LOCK"
  touch "$SF_PART" "$SF_PART.log" "$SF_PART.head"
  sleep 60 &
  SF_BEAT=$!
  (
    SF_DOWNLOADER=$BASHPID
    sf_download_leave
  )
  [[ ! -e $SF_PART && ! -e $SF_PART.log && ! -e $SF_PART.head && ! -e $SF_LOCK ]]
  wait "$SF_BEAT" && return 1
  [[ $(ls "$BATS_TEST_TMPDIR") == $'a \\file\nbus' ]]
}

@test "a child that is killed before it has begun, as the watch of a short download is, takes nothing away" {
  local place=$BATS_TEST_TMPDIR/place # bash runs the EXIT trap of its parent in such a child when that was set before the trap for TERM
  mkdir "$place"
  bash -c 'cd "$1" || exit
    source "$2/bus.sh" && source "$2/download.sh" && source "$2/download_watch.sh"
    trap sf_download_leave EXIT
    trap sf_download_abort TERM
    SF_DOWNLOADER=$BASHPID SF_PART=part SF_LOCK=lock SF_BEAT="" SF_PATIENCE=60
    touch part part.log && mkdir lock
    for ((i = 0; i < 40; i++)); do
      sf_download_beat "" 0 & kill "$!" && wait "$!"
    done
    ls >left' _ "$place" "$RUNTIME" 3>&-
  [[ $(<"$place/left") == $'left\nlock\npart\npart.log' ]]
  [[ $(ls "$place") == left ]]
}
