#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units step
  SCRIPT=$BATS_TEST_TMPDIR/script
  MARK="step.bats $BATS_TEST_NUMBER $RANDOM$RANDOM"
  mapfile() { group=(0::/user.slice); } # of /proc/self/cgroup
}

step() { # with the script on standard input
  command cat >"$SCRIPT"
  run bash -c "$(declare -f sf_step_main sf_step_sweep mapfile)"'; sf_step_main "$@"' bash "$SCRIPT" "$MARK"
}

@test "the status is the script's" {
  step <<<'echo out; exit 7'
  [[ $status == 7 && $output == out ]]
  step <<<'kill -s SEGV $$'
  [[ $status == 139 ]]
  step <<<'kill -s KILL $$'
  [[ $status == 137 ]]
}

@test "what the script leaves behind is ended" {
  step <<<'setsid sleep 60 & (setsid bash -c "trap : TERM HUP; sleep 60; sleep 60" &) ; sleep 0.2; echo done'
  [[ $status == 0 && $output == done ]]
  [[ ! $(grep -slaF -- "SFLOW_KEPT_BY=$MARK" /proc/[0-9]*/environ) ]]
}

@test "a signal to all of the step is the script's to handle" {
  command cat >"$SCRIPT" <<<'trap "echo got TERM; exit 3" TERM; echo $PPID >"$0.parent"; while :; do sleep 0.05; done'
  bash -c "$(declare -f sf_step_main sf_step_sweep mapfile)"'; sf_step_main "$@"' bash "$SCRIPT" "$MARK" >"$SCRIPT.out" 3>&- &
  until [[ -s $SCRIPT.parent ]]; do sleep 0.05; done
  kill -s TERM "$(<"$SCRIPT.parent")"
  sleep 0.3
  kill -0 "$(<"$SCRIPT.parent")"
  # shellcheck disable=SC2046 # processes
  kill -s TERM $(grep -slaF -- "SFLOW_KEPT_BY=$MARK" /proc/[0-9]*/environ | sed 's/[^0-9]//g')
  status=0
  wait $! || status=$?
  [[ $status == 3 && $(<"$SCRIPT.out") == 'got TERM' ]]
}

@test "a signal that hits both is told as it hit the script" {
  local i
  printf 'echo >"$0.began"; exec sleep 60\n' >"$SCRIPT"
  for ((i = 0; i < 10; i++)); do
    rm -f "$SCRIPT.began"
    bash -c "$(declare -f sf_step_main sf_step_sweep mapfile)"'; sf_step_main "$@"' bash "$SCRIPT" "$MARK" 3>&- 2>/dev/null &
    until [[ -e $SCRIPT.began ]]; do sleep 0.02; done
    kill -s USR2 $! "$(pgrep -P $!)"
    status=0
    wait $! || status=$?
    [[ $status == 140 ]]
  done
}

@test "a signal that comes just before the script begins is not lost" {
  slow() { [[ $BASHPID == "$$" ]] || sleep 1; }
  trap() { slow && builtin trap "$@"; }
  exec() { slow && builtin exec "$@"; }
  local began=$SECONDS
  printf 'exec sleep 30\n' >"$SCRIPT"
  bash -c "$(declare -f sf_step_main sf_step_sweep mapfile slow trap exec)"'; sf_step_main "$@"' bash "$SCRIPT" "$MARK" 3>&- 2>/dev/null &
  unset -f trap exec
  sleep 0.5
  kill -s TERM $! "$(pgrep -P $!)"
  status=0
  wait $! || status=$?
  [[ $status == 143 ]] && ((SECONDS - began < 10))
}

@test "where Slurm has a control group for the step, it looks after all that" {
  mapfile() { group=(1:name=systemd:/slurm/uid_0/job_5/step_0/task_0); }
  step <<<'echo "$PPID ${SFLOW_KEPT_BY-none}"'
  [[ $output == *' none' ]]
}
