#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
}

@test "pauses grow by the factor" {
  local want
  local -i attempt=0
  for want in 50 100 200 400; do
    attempt+=1
    sf_retry_delay 0.5 2 "$attempt"
    [[ $SF_DELAY == "$want" ]]
  done
  sf_retry_delay 10 1 9
  [[ $SF_DELAY == 1000 ]]
}

@test "no attempt is arranged when none is left" {
  SF_RETRY[0]='1 0.5 1' SF_ATTEMPT[0]=2
  ! sf_retry_later 0 why
}

@test "the rule parts two attempts, and probes look behind it" {
  printf 'first\n' >"$SF_RUN/t/t.log"
  sf_retry_rule 0 2
  [[ $(tail -n 1 "$SF_RUN/t/t.log") == '======== attempt 2 ========' ]]
  [[ ${SF_LOG_FROM[0]} == "$(wc -c <"$SF_RUN/t/t.log")" ]]
}
