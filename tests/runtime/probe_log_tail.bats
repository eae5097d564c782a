#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units probe_log_tail
  LC_ALL=C # as the prober does
  log=$SF_RUN/t/t.log at='' offset=0 options=(-E)
  printf 'first\nsecond\n' >"$log"
  offset=6
  sf_probe_log_open "$log" 0
}

@test "a log is opened where the next check begins" {
  IFS= read -r line <&"${SF_TAIL[0]}"
  [[ $line == second && ${SF_TAIL_AT[0]} == 6 ]]
}

@test "what cannot match is passed over, up to a line that has no end" {
  printf 'thi' >>"$log"
  sf_probe_log_pass "$log" 'x|y' 0
  [[ $offset == 13 ]]
  printf 'rd\n' >>"$log"
  sf_probe_log_pass "$log" 'x|y' 0
  [[ $offset == 19 ]]
}

@test "what may match, where lines begin and end, is left alone" {
  local pattern
  for pattern in 'sec' '^second' 'd$' 'c.n' '\bsec' '*['; do
    offset=6
    sf_probe_log_open "$log" 0
    ! sf_probe_log_pass "$log" "$pattern" 0
    [[ $offset == 6 ]]
  done
}

@test "the case counts when the probe says so" {
  ! sf_probe_log_pass "$log" SEC 0 || [[ $offset == 13 ]]
  offset=6 options=(-F -i)
  sf_probe_log_open "$log" 0
  ! sf_probe_log_pass "$log" SEC 0
  [[ $offset == 6 ]]
}

@test "another file under its name is not the one that is open" {
  mv "$log" "$log.old"
  printf 'first\nsecond\n' >"$log"
  ! sf_probe_log_pass "$log" x 0
}

@test "more than a megabyte at once is left alone: nobody knows how long its lines are" {
  head -c 2000000 /dev/zero | tr '\0' z >>"$log"
  printf '\n' >>"$log"
  ! sf_probe_log_pass "$log" 'x|y' 0
  [[ $offset == 6 ]]
}
