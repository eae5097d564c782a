#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run train report
  SF_STATE=(FAILED CANCELLED) SF_WHY=('exit status 3 after 1.00 s' 'not started: train FAILED')
  SF_BEGAN=$((SF_NOW - 6500)) SF_RUN_STATE=FAILED SF_EXIT=3
}

@test "the end says what became of each task, and of the run" {
  run sf_summary_print
  [[ $output == *'  train     FAILED     exit status 3 after 1.00 s'* ]]
  [[ $output == *'  report    CANCELLED  not started: train FAILED'* ]]
  [[ $output == *'w FAILED in 1 min 05 s: 1 FAILED, 1 CANCELLED; exit status 3'* && ${lines[-1]} == *"$SF_RUN" ]]
}

@test "the last twenty lines of who is to blame are shown, also without a last newline" {
  SF_BLAMED=0
  printf '%s\n' {1..30} >"$SF_RUN/train/train.log"
  printf 'the end' >>"$SF_RUN/train/train.log"
  run sf_summary_print
  [[ $output == *"The last lines of train ($SF_RUN/train/train.log):"* && $output == *$'  | 30\n  | the end'* ]]
  [[ $output == *'  | 12'* && $output != *$'| 11\n'* ]]
}

@test "a log that is one endless line is shown to a part, at once" {
  SF_BLAMED=0
  truncate -s 300M "$SF_RUN/train/train.log"
  printf 'xthe end' >>"$SF_RUN/train/train.log"
  run timeout 10 bash -c "$(declare -f); $(declare -p SF_TASK SF_RUN SF_BLAMED)"'; sf_summary_blame 0'
  [[ $status == 0 && $output == *'the end' ]]
}

@test "hundreds of tasks are only counted" {
  a_run t{1..61}
  for i in {0..60}; do SF_STATE[i]=COMPLETED; done
  SF_RUN_STATE=COMPLETED SF_EXIT=0
  run sf_summary_print
  [[ $output == *': 61 COMPLETED; exit status 0'* && $output != *'t7 '* ]]
}
