#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units ssh preflight
  SF_LAUNCH=(ssh) SF_MISSING=()
  mkdir "$BATS_TEST_TMPDIR/bin"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

an_ssh() { # <line>...: what stands for ssh
  printf '%s\n' '#!/usr/bin/env bash' "$@" >"$BATS_TEST_TMPDIR/bin/ssh"
  chmod +x "$BATS_TEST_TMPDIR/bin/ssh"
}

@test "the user's options come first, the host cannot be an option, values stand in no argument" {
  an_ssh 'printf "<%s>" "$@"'
  SF_COMMAND=(ssh -p 22) SF_HOST=-evil SF_ENV=(A=value) SF_BUILTINS=() SF_TEXT=secret SF_GRACE=100
  exec {SF_BUS}>/dev/null {SF_GROUPS}>/dev/null
  run sf_ssh_launch 0 "$SF_RUN/t" 1
  [[ $output == "<-p><22><-T><-o><BatchMode=yes>"*"<-E><$SF_RUN/t/ssh.log><--><-evil><exec bash -c 'IFS= read"* ]]
  [[ $output != *value* && $output != *secret* ]]
}

@test "what ssh itself could not do is told, what the task did is not taken for it" {
  why=own
  printf 'Warning: Permanently added x\r\nssh: connect to host h port 1: Connection refused\r\n' >"$SF_RUN/t/ssh.log"
  sf_ssh_why 0 1
  [[ $why == own ]]
  sf_ssh_why 0 255
  [[ $why == 'ssh: connect to host h port 1: Connection refused' ]]
  why=own
  printf 'Warning: Permanently added x\r\n' >"$SF_RUN/t/ssh.log"
  printf 'Connection to nothing\n' >"$SF_RUN/t/t.log"
  sf_ssh_why 0 255
  [[ $why == own ]]
  printf 'Connection to h closed by remote host.\r\n' >>"$SF_RUN/t/t.log"
  sf_ssh_why 0 255
  [[ $why == 'ssh: Connection to h closed by remote host.' ]]
}

@test "every host is asked once; a task that waits for others may find its host later" {
  an_ssh 'echo "$*" >>"${0%/*}/asked"; [[ $* != *" b "* ]] || { echo "no such host"; exit 255; }'
  SF_TASK=(one two three four) SF_LAUNCH=(ssh ssh ssh) SF_AFTER=([2]=0)
  setup_0() { SF_COMMAND=(ssh -p 1) SF_HOST=a; }
  setup_1() { SF_COMMAND=(ssh -p 1) SF_HOST=a; }
  setup_2() { SF_COMMAND=(ssh -p 2) SF_HOST=b; }
  sf_ssh_check 2>"$SF_RUN/warned"
  [[ ! ${SF_MISSING[*]-} && $(wc -l <"$BATS_TEST_TMPDIR/bin/asked") == 2 ]]
  [[ $(<"$SF_RUN/warned") == *'task three: ssh cannot run bash on b: no such host; it may be there'* ]]
  SF_AFTER=()
  sf_ssh_check
  [[ ${SF_MISSING[*]} == 'task three: ssh cannot run bash on b: no such host' ]]
}

@test "signs of life go to all tasks that run, again and again" {
  sf_keeper_tell() { TOLD+="<$1 $2>"; }
  SF_PID=([0]=1 [1]=2) SF_LAUNCH=([0]=ssh)
  sf_ssh_open
  SF_NOW=${SF_TIMER["beat:0"]} && sf_timer_fire
  [[ $TOLD == '< 0>' ]]
  ((SF_TIMER["beat:0"] > SF_NOW))
}

@test "an ssh that outlives its KILL is killed itself" {
  sf_local_signal() { KILLED="$*"; }
  SF_PID[0]=1
  sf_ssh_killed 0
  SF_NOW=${SF_TIMER["ssh:0"]} && sf_timer_fire
  [[ $KILLED == 'KILL 0' && ${SF_TIMER["reap:0"]-} ]]
}
