#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units docker preflight
  SF_LAUNCH=(docker) SF_MISSING=() SF_GRACE=100 SF_ENV=() SF_BUILTINS=() SF_TEXT='' SF_WORKSPACE=/nowhere SF_OUTPUT=/nowhere
  mkdir "$BATS_TEST_TMPDIR/bin"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

a_docker() { # <line>...: what stands for docker
  printf '%s\n' '#!/usr/bin/env bash' "$@" >"$BATS_TEST_TMPDIR/bin/docker"
  chmod +x "$BATS_TEST_TMPDIR/bin/docker"
}

@test "variables go by name, options of ours come before the user's" {
  a_docker 'printf "<%s>" "$@"; printf "%s" "|$A|$SF_TASK|$PATH"'
  SF_COMMAND=(docker run --rm --name mine) SF_IMAGE=i SF_ENV=(A=1 A=$'a\nvalue' SF_TASK=too PATH=/mine DOCKER_HOST=x) SF_TEXT=secret
  exec {SF_BUS}>/dev/null {SF_GROUPS}>/dev/null
  SF_RUN_ID='run of ä'
  path=$PATH
  run sf_docker_launch 0 "$SF_RUN/t" 2
  [[ $output == "<run><--name><sflow-run_of_"*"-t-2><-i><--label><sflow.run=run of ä><--label><sflow.task=run of ä/t>"* ]]
  [[ $output == *"<-e><A><-e><SF_TASK><--mount>"*"<--rm><--name><mine><i><bash><-c><IFS= read"* ]]
  [[ $output == *$'|a\nvalue|too|'"$path" && $output != *secret* ]]
}

@test "KILL removes the task's container, and docker itself when it outlives that" {
  a_docker 'echo "$*" >>"${0%/*}/told"; [[ $1 != ps ]] || echo c1'
  sf_keeper_tell() { TOLD="$*"; }
  sf_local_signal() { KILLED="$*"; }
  sf_docker_signal TERM 0
  [[ $TOLD == 'TERM 0' && ! -e $BATS_TEST_TMPDIR/bin/told ]]
  sf_docker_signal KILL 0
  wait
  [[ $(<"$BATS_TEST_TMPDIR/bin/told") == $'ps -aq --filter label=sflow.task=run/t\nrm -f c1' ]]
  SF_PID[0]=1
  sf_docker_killed 0
  SF_NOW=${SF_TIMER["docker:0"]} && sf_timer_fire
  [[ $KILLED == 'KILL 0' && ${SF_TIMER["reap:0"]-} ]]
  wait
}

@test "the watchdog removes what the run has left" {
  a_docker 'echo "$*" >>"${0%/*}/told"; [[ $1 != ps ]] || printf "%s\n" c1 c2'
  sf_docker_signal_run TERM
  [[ ! -e $BATS_TEST_TMPDIR/bin/told ]]
  sf_docker_signal_run KILL
  [[ $(<"$BATS_TEST_TMPDIR/bin/told") == $'ps -aq --filter label=sflow.run=run\nrm -f c1 c2' ]]
}

@test "what docker itself could not do is told, what the task did is not taken for it" {
  why=own
  printf 'docker: not mine\n' >"$SF_RUN/t/t.log"
  sf_docker_why 0 1
  [[ $why == own ]]
  printf '%s\n' 'docker: Error response from daemon: no such image.' '' "Run 'docker run --help' for more information" >"$SF_RUN/t/t.log"
  sf_docker_why 0 125
  [[ $why == 'docker: Error response from daemon: no such image' ]]
  why=own
  printf 'bash: x: command not found\n' >"$SF_RUN/t/t.log"
  sf_docker_why 0 127
  [[ $why == own ]]
}

@test "an engine that does not answer is missing" {
  a_docker 'echo 20.10'
  sf_docker_check
  [[ ! ${SF_MISSING[*]-} ]]
  a_docker 'echo "Client: ..."; echo "Cannot connect to the Docker daemon" >&2; exit 1'
  sf_docker_check
  [[ ${SF_MISSING[*]} == 'docker: the engine does not answer: Cannot connect to the Docker daemon' ]]
}
