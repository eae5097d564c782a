#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a b
  load_units pool
  sf_bus_open SF_BUS
  exec {SF_LIFE}>/dev/null {SF_GROUPS}>"$SF_RUN/.groups"
  workflow_environment() { SF_ENV=(); }
  SF_TEXTS=('exit 3') SF_DOCUMENT["task_script:0"]=0 SF_DOCUMENT["task_script:1"]=0
}

teardown() { # a runner holds bats' own pipe
  kill -s KILL "${SF_RUNNER_PID[@]}" 2>/dev/null || :
}

assign() { # <task index>: without errexit, as in a script
  set +e
  sf_pool_assign "$1" 1
  set -e
}

ended() { # <task index>: waits for its word
  sf_bus_read "$SF_BUS" 5
  [[ ${SF_WORDS[*]} == "exit $1 1 3" ]]
  sf_pool_free "$1"
}

@test "a runner that is free makes the next attempt" {
  assign 0
  local first=${SF_PID[0]}
  ended 0
  [[ ! ${SF_PID[0]-} ]]
  assign 1
  [[ ${SF_PID[1]} == "$first" ]]
  ended 1
}

@test "tasks at the same time have runners of their own" {
  assign 0
  assign 1
  [[ ${SF_PID[0]} != "${SF_PID[1]}" ]]
}

@test "the runner of a task that was signalled is not used again" {
  assign 0
  local first=${SF_PID[0]}
  SF_VERDICT[0]='TIMEOUT too long'
  ended 0
  assign 1
  [[ ${SF_PID[1]} != "$first" ]]
  ended 1
}

@test "an idle runner that somebody killed is replaced" {
  assign 0
  local first=${SF_PID[0]}
  ended 0
  kill -s KILL "$first"
  wait "$first" || :
  assign 1
  ended 1
}

@test "beyond the pipes that it may have, a runner ends with its task" {
  local -i n
  for ((n = 1; n <= 32; n++)); do SF_RUNNER_PIPE[n]=$SF_LIFE; done
  assign 0
  [[ ! ${SF_RUNNER_OF[0]-} ]]
  local pid=${SF_PID[0]}
  ended 0
  wait "$pid" || :
  ! kill -0 "$pid"
}

@test "the task of a runner that was killed is killed by what stands in the list of groups" {
  SF_TEXTS=('echo $$ >"$SFLOW_TASK_OUTPUT_DIR/pid"; exec sleep 60')
  assign 0
  until [[ -s $SF_RUN/a/pid ]] && grep -q ' 0$' "$SF_RUN/.groups"; do sleep 0.1; done
  local pid=$(<"$SF_RUN/a/pid")
  kill -s KILL "${SF_PID[0]}"
  sf_pool_signal KILL 0
  local i
  for ((i = 0; i < 50; i++)); do
    [[ -e /proc/$pid && $(<"/proc/$pid/stat") != *') Z '* ]] || return 0
    sleep 0.1
  done
  return 1
}

@test "a signal for a task that is about to begin waits until it has begun" {
  sf_clock_now
  SF_PID[0]=4711
  sf_pool_signal TERM 0
  [[ ${SF_OWED[0]} == TERM && ${SF_TIMER["owed:0"]} ]]
  sleep 60 &
  printf '+%s 0\n' "$!" >&"$SF_GROUPS"
  local sent=
  kill() { sent+="$* "; }
  sf_timer_due_owed 0
  unset -f kill
  kill "$!"
  [[ $sent == "-s TERM -- -$! " ]]
}

@test "a signal that is owed to an attempt is not sent to the next" {
  assign 0
  SF_OWED[0]=TERM
  sf_timer_set owed:0 1
  ended 0
  [[ ! ${SF_TIMER["owed:0"]-} ]]
  sf_timer_due_owed 0
  [[ ! ${SF_TIMER["owed:0"]-} ]]
}

@test "at the end idle runners go" {
  assign 0
  local pid=${SF_PID[0]}
  ended 0
  sf_pool_close
  ! kill -0 "$pid"
}

@test "few descriptors make few runners with a pipe, and one that cannot have a pipe ends with its task" {
  SF_RUNNER_MOST=
  (ulimit -n 24 && sf_pool_limit && [[ $SF_RUNNER_MOST == 4 ]])
  (ulimit -n 80 && sf_pool_limit && [[ $SF_RUNNER_MOST == 32 ]])
  sf_bus_open() { return 1; }
  assign 0
  [[ ! ${SF_RUNNER_OF[0]-} ]]
  ended 0
}
