#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units local
  workflow_environment() { SF_ENV=(A=1); }
  SF_WORKSPACE=/w SF_OUTPUT=/w/o
}

@test "the environment says where a task is and what it has" {
  SF_NODE_NAME=(n0 n1 n2) SF_NODE_IP=(10.0.0.0 10.0.0.1 10.0.0.2) SF_NODES[0]='0 2' SF_GPUS[0]=4,5 SF_REPLICA[0]=3
  sf_task_environment 0 /w/o/run/t
  [[ ${SF_ENV[*]} == A=1 ]]
  local want=(SFLOW_WORKSPACE_DIR=/w SFLOW_OUTPUT_DIR=/w/o "SFLOW_WORKFLOW_OUTPUT_DIR=$SF_RUN" SFLOW_TASK_OUTPUT_DIR=/w/o/run/t
    SFLOW_TASK_ASSIGNED_NODE_NAMES=n0,n2 SFLOW_TASK_ASSIGNED_NODE_IPS=10.0.0.0,10.0.0.2 SFLOW_REPLICA_INDEX=3
    SFLOW_RUN_ID=run CUDA_VISIBLE_DEVICES=4,5)
  [[ ${SF_BUILTINS[*]} == "${want[*]}" ]]
}

@test "a task without GPUs is not told of any, and one without replicas is the first" {
  sf_task_environment 0 /w/o/run/t
  [[ ${SF_BUILTINS[*]} != *CUDA_VISIBLE_DEVICES* && ${SF_BUILTINS[*]} == *SFLOW_REPLICA_INDEX=0* ]]
}

@test "an attempt writes the script with its holes filled, appends to the log, and reports" {
  SF_TEXTS=(@@0@@) SF_DOCUMENT["task_script:0"]=0 SF_HOLE=(@@0@@ $'echo "it\'s $A"; exit 4')
  sf_bus_open SF_BUS
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  printf 'before\n' >"$SF_RUN/t/t.log"
  (set +e && sf_task_attempt 0 7)
  sf_bus_read "$SF_BUS" 5
  [[ ${SF_WORDS[*]} == 'exit 0 7 4' ]]
  [[ $(<"$SF_RUN/t/t.sh") == $'echo "it\'s $A"; exit 4' ]]
  [[ $(<"$SF_RUN/t/t.log") == $'before\nit\'s 1' ]]
  [[ $(<"$SF_RUN/.groups") =~ ^\+([0-9]+)\ 0$'\n'-([0-9]+)\ 0$ && ${BASH_REMATCH[1]} == "${BASH_REMATCH[2]}" ]]
}

@test "what shapes one task alone is set up before it" {
  SF_SETUP[0]=1 SF_TEXTS=('echo "$B"') SF_DOCUMENT["task_script:0"]=0
  setup_0() { SF_ENV+=(B=two); }
  sf_bus_open SF_BUS
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  (set +e && sf_task_attempt 0 1)
  [[ $(<"$SF_RUN/t/t.log") == two ]]
}

@test "a task has its variables and no descriptor of ours" {
  workflow_environment() { SF_ENV=(A=$'it\'s\n"$(x)" *' log=3 BASH=no IFS=x); }
  SF_TEXTS=('printf "%s|%s|" "$A" "$SFLOW_REPLICA_INDEX$log$BASH"; cd /proc/self/fd; echo *') SF_DOCUMENT["task_script:0"]=0 SF_REPLICA[0]=2
  sf_bus_open SF_BUS
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  (exec 3>&- 4>&- {SF_EVENTS}>&- {SF_LOG}>&- && set +e && sf_task_attempt 0 1)
  local said
  said=$(<"$SF_RUN/t/t.log")
  [[ $said == $'it\'s\n"$(x)" *|23'*bash'|'* && $said != *"$SF_BUS"* && $said != *" $SF_GROUPS"* ]]
}

@test "the variables of a task may be called as ours" {
  workflow_environment() { SF_ENV=(SF_TASK=mine SF_COMMAND=too SF_ENV=three); }
  SF_TEXTS=('printf "%s %s %s" "$SF_TASK" "$SF_COMMAND" "$SF_ENV"') SF_DOCUMENT["task_script:0"]=0
  sf_bus_open SF_BUS
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  (set +e && sf_task_attempt 0 1)
  [[ $(<"$SF_RUN/t/t.log") == 'mine too three' ]]
}

@test "nodes are told by name and address, whatever the task before it had" {
  SF_NODE_NAME=(a b) SF_NODE_IP=(1 2) SF_NODES=(0 '0 1' 1)
  local i said=''
  for i in 0 1 2 0; do
    sf_task_environment "$i" /d
    said+="${SF_BUILTINS[4]#*=} ${SF_BUILTINS[5]#*=};"
  done
  [[ $said == 'a 1;a,b 1,2;b 2;a 1;' ]]
}

@test "a directory that is not there yet is made" {
  SF_TEXTS=('echo "$A"') SF_DOCUMENT["task_script:0"]=0
  rm -r "$SF_RUN/t"
  sf_bus_open SF_BUS
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  (set +e && sf_task_attempt 0 1)
  [[ $(<"$SF_RUN/t/t.log") == 1 ]]
}

@test "a script that cannot be written is not run" {
  SF_TEXTS=('touch "$SFLOW_TASK_OUTPUT_DIR/ran"') SF_DOCUMENT["task_script:0"]=0
  sf_bus_open SF_BUS
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  ln -s /dev/full "$SF_RUN/t/t.sh"
  (set +e && sf_task_attempt 0 1)
  sf_bus_read "$SF_BUS" 5
  [[ ${SF_WORDS[*]} == 'unable 0 1 its script and its log cannot be written' && ! -e $SF_RUN/t/ran ]]
}
