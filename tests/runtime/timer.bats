#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units timer
  declare -gA SF_TIMER=()
  SF_TIMER_NEXT=0 fired=''
  sf_timer_due_ping() { fired+="$1 "; }
}

@test "what is due is called once, what is not stays" {
  sf_timer_set ping:1 0
  sf_timer_set ping:2 100000
  sf_timer_fire
  sf_timer_fire
  [[ $fired == '1 ' ]]
  [[ ${SF_TIMER["ping:2"]} ]]
}

@test "a cleared timer is not called" {
  sf_timer_set ping:1 0
  sf_timer_clear ping:1
  sf_timer_fire
  [[ ! $fired ]]
}

@test "a handler may clear another that is due" {
  sf_timer_due_ping() { fired+="$1 " && sf_timer_clear ping:1 && sf_timer_clear ping:2; }
  sf_timer_set ping:1 0
  sf_timer_set ping:2 0
  sf_timer_fire
  [[ $fired == '1 ' || $fired == '2 ' ]]
}

@test "the wait ends when the next is due" {
  sf_timer_set ping:1 150
  sf_timer_wait
  [[ $SF_WAIT == 1.50 || $SF_WAIT == 1.49 ]]
}
