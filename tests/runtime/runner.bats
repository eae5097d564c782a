#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units pool
  sf_bus_open SF_BUS
  exec {SF_LIFE}>/dev/null {SF_GROUPS}>"$SF_RUN/.groups"
  script 'exit 3'
}

script() { # <text of the task>
  SF_TEXTS=("$1") SF_DOCUMENT["task_script:0"]=0
  workflow_environment() { SF_ENV=(); }
}

in_runner() { # <attempt>: as a process of its own -> RUNNER
  set -m
  { set +e && sf_runner_once 0 "$1"; } 3>&- &
  set +m
  RUNNER=$!
}

said() { # <line of the bus>
  sf_bus_read "$SF_BUS" 5
  [[ ${SF_WORDS[*]} == "$1" ]]
}

begun() { # waits for what the task prints first
  local i
  for ((i = 0; i < 50; i++)); do
    [[ ! -s $SF_RUN/t/t.log ]] || return 0
    sleep 0.1
  done
  return 1
}

@test "an attempt ends with the task's own exit status" {
  in_runner 2
  said 'exit 0 2 3'
}

@test "signals do not disturb a runner, and the task does not ignore them" {
  script $'echo up\nsleep 0.5\nkill -s INT $BASHPID\nexit 9'
  in_runner 1
  begun
  local signal
  for signal in HUP INT QUIT TERM USR1 USR2; do kill -s "$signal" "$RUNNER"; done
  said 'exit 0 1 130'
}

@test "a storm of signals is no end of the task, and no status of it" {
  script $'echo up\nfor ((i = 0; i < 20; i++)); do sleep 0.1; done\nexit 9'
  in_runner 1
  begun
  local -i i
  for ((i = 0; i < 300; i++)); do kill -s HUP "$RUNNER" && kill -s TERM "$RUNNER"; done
  said 'exit 0 1 9'
}

@test "a runner makes one attempt after another until its pipe ends" {
  sf_bus_open pipe
  SF_RUNNER_PIPE[1]=$pipe # as the pool does: or the runner would hold its own pipe open
  set -m
  { set +e && sf_runner_serve "$pipe"; } 3>&- &
  set +m
  printf '0 1\n0 2\n' >&"$pipe"
  said 'exit 0 1 3'
  said 'exit 0 2 3'
  exec {pipe}>&-
  wait "$!"
}

@test "a runner that must end with its attempt, for there can be no more processes, says so" {
  sf_task_run() { exit 254; }
  in_runner 4
  said 'exit 0 4 254'
}

@test "a task that runs the trap of its runner, since it was killed too early, says nothing" {
  SF_ATTEMPTED='0 1' SF_RUNNER=$BASHPID
  (sf_runner_unable)
  sf_bus_read "$SF_BUS" 0.1 && return 1
  sf_runner_unable
  said 'exit 0 1 254'
}
