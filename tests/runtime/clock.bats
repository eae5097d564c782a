#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units clock
}

@test "time since boot goes on" {
  sf_clock_now
  local before=$SF_NOW
  sleep 0.2
  sf_clock_now
  ((SF_NOW - before >= 15 && SF_NOW - before < 500))
}

@test "a clock that is set forward or back moves no limit" {
  sf_clock_now
  local boot=$SF_NOW to
  unset EPOCHREALTIME # an ordinary variable from here on
  for to in 100000 2000000000 5; do
    EPOCHREALTIME=$to.123456
    sf_clock_now
    ((SF_NOW - boot >= 0 && SF_NOW - boot < 500)) || { echo "$to gave $SF_NOW after $boot" && false; }
  done
  unset EPOCHREALTIME # as before bash 5.0
  sleep 0.1
  sf_clock_now
  ((SF_NOW - boot >= 10 && SF_NOW - boot < 500))
}

@test "seconds are read with and without a fraction" {
  local pair value
  for pair in 0=0 7=700 1.5=150 0.25=25 10.999=1099 08.09=809 .5=50; do
    sf_clock_parse "${pair%=*}" value
    [[ $value == "${pair#*=}" ]] || { echo "$pair gave $value" && false; }
  done
}

@test "durations are shown in the unit that fits" {
  local pair value
  for pair in '-3=0.00 s' '7=0.07 s' '999=9.99 s' '1234=12.3 s' '24500=4 min 05 s' '738000=2 h 03 min'; do
    sf_clock_format "${pair%%=*}" value
    [[ $value == "${pair#*=}" ]] || { echo "$pair gave $value" && false; }
  done
}

@test "a stamp is seconds since the epoch" {
  sf_clock_stamp
  [[ $SF_STAMP =~ ^[0-9]{10}(\.[0-9]{3})?$ ]]
  ((${SF_STAMP%.*} - $(date +%s) <= 1))
}
