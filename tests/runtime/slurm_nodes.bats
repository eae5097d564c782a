#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units slurm_nodes
  SF_NODE_NAME=() SF_NODE_IP=() SF_MISSING=()
  timeout() { shift && "$@"; }
  scontrol() {
    case $1 in
      show) printf '%s\n' node1 node2 node3 ;;
      getaddrs) [[ ! ${NEW_SLURM-} ]] || printf 'node%s: %s:6818\n' 1 10.0.0.1 2 '[fe80::2]' ;;
    esac
  }
  getent() { [[ ! ${RESOLVES-} ]] || printf '10.1.0.%s STREAM %s\n' "${2#node}" "$2"; }
  srun() { printf 'node%s 10.2.0.%s\n' 1 1 2 2; }
}

@test "scontrol getaddrs is asked first" {
  NEW_SLURM=1 RESOLVES=1
  sf_slurm_nodes 0 2 'node[1-3]'
  [[ ${SF_NODE_NAME[*]} == 'node1 node2' && ${SF_NODE_IP[*]} == '10.0.0.1 fe80::2' ]]
}

@test "then the resolver" {
  RESOLVES=1
  sf_slurm_nodes 0 2 'node[1-3]'
  [[ ${SF_NODE_IP[*]} == '10.1.0.1 10.1.0.2' ]]
}

@test "then the nodes themselves" {
  sf_slurm_nodes 4 2 'node[1-3]'
  [[ ${SF_NODE_NAME[4]} == node1 && ${SF_NODE_IP[5]} == 10.2.0.2 ]]
}

@test "too few nodes, or no job, is missing" {
  sf_slurm_nodes 0 4 'node[1-3]'
  sf_slurm_nodes 0 1 ''
  [[ ${SF_MISSING[0]} == 'the plan needs 4 nodes, the job has 3: node1 node2 node3' ]]
  [[ ${SF_MISSING[1]} == *sbatch* ]]
}

@test "the nodes of a component are asked inside it" {
  srun() { [[ $* == '--het-group=1 --overlap --nodes=2 '* ]] && printf 'node%s 10.2.0.%s\n' 1 1 2 2; }
  sf_slurm_nodes 0 2 'node[1-3]' 1
  [[ ${SF_NODE_IP[*]} == '10.2.0.1 10.2.0.2' ]]
}

@test "a component with too few nodes, or that is not there, is missing" {
  sf_slurm_nodes 0 4 'node[1-3]' 1
  SLURM_JOB_ID=5 sf_slurm_nodes 0 1 '' 1
  [[ ${SF_MISSING[0]} == 'the plan needs 4 nodes, component 1 of the job has 3: node1 node2 node3' ]]
  [[ ${SF_MISSING[1]} == 'no component 1 in this Slurm job'*'a heterogeneous job' ]]
}

@test "outside a job it is said once, for all components" {
  unset SLURM_JOB_ID
  sf_slurm_nodes 0 1 '' 0
  sf_slurm_nodes 1 1 '' 1
  [[ ${#SF_MISSING[@]} == 1 && ${SF_MISSING[0]} == 'not inside a Slurm job'* ]]
}

@test "a requeued job goes on with its own run" {
  SLURM_RESTART_COUNT=1 SLURM_JOB_ID=77 SF_OUTPUT=$BATS_TEST_TMPDIR
  mkdir "$BATS_TEST_TMPDIR/77-w-x" "$BATS_TEST_TMPDIR/8-w-x"
  sf_slurm_requeued
  [[ $SF_RESUME == "$BATS_TEST_TMPDIR/77-w-x" ]]
}

@test "a scontrol that does not work is told" {
  scontrol() { return 3; }
  sf_slurm_nodes 0 2 'node[1-3]'
  [[ ${SF_MISSING[*]} == 'scontrol show hostnames node[1-3]: exit status 3' ]]
}

@test "no command is waited for for ever" {
  ASKED=$BATS_TEST_TMPDIR/asked
  timeout() { printf '%s %s\n' "$1" "$2" >>"$ASKED" && shift && "$@"; }
  sf_slurm_nodes 0 2 'node[1-3]'
  [[ $(<"$ASKED") == $'30 scontrol\n30 scontrol\n120 srun' ]]
}
