#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a server b
  SF_AFTER=('' 0 1) SF_FEEDS=(1 2 '') SF_PROBES_OF=('' 0 '') SF_FINGERPRINT=(fa fs fb)
}

@test "a chosen task comes with what it depends on" {
  sf_select_tasks server
  [[ ${SF_STATE[2]} == SKIPPED && ! ${SF_STATE[0]-} && ! ${SF_STATE[1]-} ]]
}

@test "a resumed run leaves out what completed, and a service that nothing needs" {
  SF_RESUME=$SF_RUN
  printf 'fa a\nfb b\n' >"$SF_RUN/completed.txt"
  sf_select_tasks
  [[ ${SF_STATE[*]} == 'SKIPPED SKIPPED SKIPPED' ]]
}

@test "a task that changed since is run again, with the service that it needs" {
  SF_RESUME=$SF_RUN
  printf 'fa a\nold b\n' >"$SF_RUN/completed.txt"
  sf_select_tasks
  [[ ${SF_STATE[0]} == SKIPPED && ! ${SF_STATE[1]-} && ! ${SF_STATE[2]-} ]]
}

@test "an unknown name is wrong usage" {
  run sf_select_check nobody
  [[ $status == 64 && $output == *nobody* ]]
  run sf_select_tasks nobody
  [[ $status == 64 && $output == *nobody* ]]
}

@test "what is run again has not completed any more" {
  SF_RESUME=$SF_RUN
  printf 'fa a\nold b\nfx c\n' >"$SF_RUN/completed.txt"
  sf_select_tasks
  [[ $(<"$SF_RUN/completed.txt") == $'fa a\nfx c' ]]
}

@test "what was not chosen stays completed" {
  SF_RESUME=$SF_RUN SF_NO_DEPS=1
  printf 'old a\nold b\n' >"$SF_RUN/completed.txt"
  sf_select_tasks b
  [[ $(<"$SF_RUN/completed.txt") == 'old a' ]]
}

@test "what runs again is struck out, whatever it is called" {
  SF_TASK[0]='a b'
  printf 'old a b\nfb b\n' >"$SF_RUN/completed.txt"
  SF_STATE[2]=SKIPPED
  sf_select_forget
  [[ $(<"$SF_RUN/completed.txt") == 'fb b' ]]
}

@test "no process is needed to know what has completed, which somebody might kill" {
  SF_RESUME=$SF_RUN
  printf 'fa a\nold b\n' >"$SF_RUN/completed.txt"
  cat() { return 137; }
  sf_select_tasks
  [[ ${SF_STATE[0]} == SKIPPED && $(<"$SF_RUN/completed.txt") == 'fa a' ]]
}
